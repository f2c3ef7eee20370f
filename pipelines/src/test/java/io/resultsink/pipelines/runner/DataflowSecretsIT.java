package io.resultsink.pipelines.runner;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a job is for Dataflow, once its payloads are decoded: the legacy runner's steps, and the
 * portable pipeline that is staged for runner v2. Translated only, no Google is asked.
 */
@Tag("torture")
class DataflowSecretsIT {

  private static final String CANARY = "kanarienvogel-7291";

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"", "--experiments=use_runner_v2"})
  void aReferenceBringsNothingIntoTheJob(String engine) throws IOException {
    Path file = Files.writeString(folder.resolve("password"), CANARY);
    String url = "postgresql://app@db.example.com/shop/hits?mode=replace";

    for (String reference : List.of("file:" + file, "env:CANARY")) {
      List<byte[]> job = translate(url, reference, engine);

      for (byte[] part : job) {
        assertThat(Payloads.contain(part, CANARY), is(false));
      }
      assertThat(anyContains(job, reference.substring(reference.indexOf(':') + 1)), is(true));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "--experiments=use_runner_v2"})
  void aLiteralIsInTheSerializedTransformAndNowhereElse(String engine) throws IOException {
    String url = "postgresql://app:" + CANARY + "@db.example.com/shop/hits?mode=replace";

    List<byte[]> job = translate(url, "", engine);

    assertThat("the search finds it", anyContains(job, CANARY), is(true));
    for (byte[] part : job) {
      assertThat(Payloads.containOpenly(part, CANARY), is(false));
    }
  }

  private static boolean anyContains(List<byte[]> parts, String text) {
    return parts.stream().anyMatch(part -> Payloads.contain(part, text));
  }

  /** The job's file, and what was staged for it. */
  private List<byte[]> translate(String url, String reference, String engine) throws IOException {
    Path here = Files.createTempDirectory(folder, "job");
    Path staged = Files.createDirectory(here.resolve("staged"));
    Path nothing = Files.writeString(here.resolve("nothing.jar"), "");
    List<String> arguments =
        new ArrayList<>(
            List.of(
                url,
                reference,
                "--runner=DataflowRunner",
                "--project=nobody",
                "--region=europe-west1",
                "--tempLocation=gs://nobody/temp",
                "--gcpTempLocation=gs://nobody/temp",
                "--stagingLocation=" + staged,
                "--filesToStage=" + nothing,
                "--templateLocation=" + here.resolve("job.json"),
                "--pathValidatorClass="
                    + "org.apache.beam.sdk.extensions.gcp.storage.NoopPathValidator",
                "--credentialFactoryClass="
                    + "org.apache.beam.sdk.extensions.gcp.auth.NoopCredentialFactory"));
    if (!engine.isEmpty()) {
      arguments.add(engine);
    }
    try (OwnProcess job =
        OwnProcess.java(
            "dataflow",
            Map.of("CANARY", CANARY),
            OtherRunners.classPathWithTests(),
            DataflowJob.class.getName(),
            arguments.toArray(String[]::new))) {
      int exitCode = job.exitCode(FlinkCluster.PATIENCE);
      assertThat(job.out() + job.err(), exitCode, is(0));
      assertThat(job.out() + job.err(), not(containsString(CANARY)));
    }
    List<byte[]> parts = new ArrayList<>();
    parts.add(Files.readAllBytes(here.resolve("job.json")));
    try (Stream<Path> files = Files.walk(staged)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        parts.add(Files.readAllBytes(file));
      }
    }
    return parts;
  }
}
