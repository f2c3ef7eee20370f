package io.resultsink.pipelines.launch;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.apache.beam.runners.direct.DirectOptions;
import org.apache.beam.runners.flink.FlinkPipelineOptions;
import org.junit.jupiter.api.Test;

class BeamOptionsTest {

  @Test
  void theDirectRunnerIsMadeFast() {
    BeamOptions beam = BeamOptions.of(List.of());

    DirectOptions direct = beam.options().as(DirectOptions.class);
    assertThat(beam.local(), is(true));
    assertThat(direct.isEnforceImmutability(), is(false));
    assertThat(direct.isEnforceEncodability(), is(false));
    assertThat(direct.isBlockOnRun(), is(false));
    assertThat(
        direct.getTargetParallelism(), is(Math.max(2, Runtime.getRuntime().availableProcessors())));
  }

  @Test
  void optionsOfOtherRunnersAreKnownWhenTheyAreNamed() {
    BeamOptions.of(List.of());

    BeamOptions beam = BeamOptions.of(List.of("--runner=FlinkRunner", "--parallelism=3"));

    assertThat(beam.options().as(FlinkPipelineOptions.class).getParallelism(), is(3));
  }

  @Test
  void whatTheUserSaysWins() {
    BeamOptions beam = BeamOptions.of(List.of("--enforceImmutability=true"));

    assertThat(beam.options().as(DirectOptions.class).isEnforceImmutability(), is(true));
  }

  @Test
  void flinkInThisProcessIsLocalAndAClusterIsNot() {
    BeamOptions inProcess = BeamOptions.of(List.of("--runner=FlinkRunner"));
    BeamOptions cluster =
        BeamOptions.of(
            List.of("--runner=FlinkRunner", "--flinkMaster=flink:8081", "--filesToStage="));

    assertThat(inProcess.local(), is(true));
    assertThat(inProcess.options().as(FlinkPipelineOptions.class).getAttachedMode(), is(false));
    assertThat(cluster.local(), is(false));
  }

  @Test
  void anUnknownOptionIsNamed() {
    Exception failure =
        assertThrows(UsageException.class, () -> BeamOptions.of(List.of("--paralelism=2")));

    assertThat(
        failure.getMessage(), startsWith("--paralelism is not a pipeline option of DirectRunner."));
  }

  @Test
  void anUnknownRunnerIsNamed() {
    Exception failure =
        assertThrows(UsageException.class, () -> BeamOptions.of(List.of("--runner=SparkRunner")));

    assertThat(failure.getMessage(), containsString("SparkRunner"));
  }
}
