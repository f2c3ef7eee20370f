package io.resultsink.pipelines.launch;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.not;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.junit.jupiter.api.Test;

class KnownOptionsTest {

  @Test
  void aCommandWithoutBeamOptionsChecksThoseOfTheDirectRunnerAlone() throws Exception {
    String known = inAnotherProcess();

    assertThat(known, containsString("DirectOptions"));
    assertThat(known, not(containsString("Flink")));
    assertThat(known, not(containsString("Gcp")));
  }

  /** What Beam knows is of the whole process, and other tests were here before. */
  private static String inAnotherProcess() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Command.class.getName())
            .redirectErrorStream(true)
            .start();
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  /** A command as far as its options. */
  static final class Command {
    public static void main(String[] arguments) {
      BeamOptions.of(List.of());
      System.out.println(PipelineOptionsFactory.getRegisteredOptions());
    }
  }
}
