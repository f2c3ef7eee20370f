package io.resultsink.pipelines;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.startsWith;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The bundle that the build made, run by the launcher as a user runs it. */
@Tag("bundle")
class BundleIT {

  @TempDir Path home;

  @Test
  void starts() throws Exception {
    Process process = pgresult("--version");

    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(said, process.waitFor(), is(0));
    assertThat(said, startsWith("pgresult 0."));
    assertThat(said, containsString("Apache Beam 2."));
  }

  private Process pgresult(String... arguments) throws Exception {
    ProcessBuilder builder = new ProcessBuilder("./pgresult").redirectErrorStream(true);
    builder.command().addAll(List.of(arguments));
    builder.environment().put("PGRESULT_HOME", home.toString());
    return builder.start();
  }
}
