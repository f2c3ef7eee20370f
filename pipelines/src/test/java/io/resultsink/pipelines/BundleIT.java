package io.resultsink.pipelines;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.startsWith;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The bundle that the build made, run by the launcher as a user runs it. */
@Tag("bundle")
class BundleIT {

  @TempDir Path home;

  @Test
  void saysItsVersion() throws Exception {
    String said = outputOf("--version");

    assertThat(said, startsWith("pgresult 0."));
    assertThat(said, containsString("Apache Beam 2."));
  }

  @ParameterizedTest
  @ValueSource(strings = {"DirectRunner", "FlinkRunner"})
  void runsAQuery(String runner) throws Exception {
    Path samples = Files.createDirectory(home.resolve("samples"));
    Files.writeString(samples.resolve("codes.csv"), "code\n200\n404\n200\n");

    String rows =
        outputOf(
            "query",
            "-d",
            samples.toString(),
            "-f",
            "csv",
            "SELECT code, COUNT(*) AS hits FROM codes WHERE code < 400 GROUP BY code",
            "--",
            "--runner=" + runner);

    assertThat(rows.lines().toList(), contains("code,hits", "200,2"));
  }

  private String outputOf(String... arguments) throws Exception {
    ProcessBuilder builder = new ProcessBuilder("./pgresult");
    builder.command().addAll(List.of(arguments));
    builder.environment().put("PGRESULT_HOME", home.toString());
    Path errors = home.resolve("errors");
    Process process = builder.redirectError(errors.toFile()).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(Files.readString(errors), process.waitFor(), is(0));
    return said;
  }
}
