package io.resultsink.template;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.not;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A launch with the options that Dataflow's launcher gives; translated only, no Google is asked.
 */
@Tag("torture")
class FlexLaunchIT {

  @TempDir Path folder;

  @Test
  void theJobIsWrittenWithoutThePassword() throws IOException {
    Path password = Files.writeString(folder.resolve("password"), "kanarienvogel-7291");
    Path logs = Files.createDirectory(folder.resolve("logs"));
    Files.writeString(logs.resolve("visits.csv"), "code,hits\n200,5\n404,1\n");
    Path staged = Files.createDirectory(folder.resolve("staged"));
    Path launch =
        Files.createDirectories(folder.resolve("template_launches/2026-11-26_00_00_00-1"));
    Path nothing = Files.writeString(folder.resolve("nothing.jar"), "");

    QueryTemplate.main(
        new String[] {
          "--database=" + logs,
          "--query=SELECT code, SUM(hits) AS hits FROM visits GROUP BY code",
          "--result=postgresql://app@db.example.com/shop/hits?mode=replace",
          "--password=file:" + password,
          "--runId=2026-11-26",
          "--runner=DataflowRunner",
          "--templateLocation=" + launch.resolve("job_object"),
          "--jobName=query",
          "--project=nobody",
          "--region=europe-west1",
          "--tempLocation=gs://nobody/temp",
          "--gcpTempLocation=gs://nobody/temp",
          "--stagingLocation=" + staged,
          "--filesToStage=" + nothing,
          "--pathValidatorClass=org.apache.beam.sdk.extensions.gcp.storage.NoopPathValidator",
          "--credentialFactoryClass=org.apache.beam.sdk.extensions.gcp.auth.NoopCredentialFactory",
        });

    String job = Files.readString(launch.resolve("job_object"));
    assertThat(new ObjectMapper().readTree(job).toString(), containsString("Publish hits"));
    assertThat(job, not(containsString("kanarienvogel")));
    try (var files = Files.walk(staged)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertThat(
            new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1),
            not(containsString("kanarienvogel")));
      }
    }
  }
}
