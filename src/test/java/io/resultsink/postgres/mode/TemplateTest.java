package io.resultsink.postgres.mode;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.resultsink.postgres.PostgresResultSink;
import io.resultsink.postgres.failure.InvalidTargetException;
import java.util.List;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.options.ValueProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A graph that is built once and launched often needs a run id that each launch supplies. */
class TemplateTest {

  /** As Dataflow's options name it. */
  public interface TemplateOptions extends PipelineOptions {
    String getTemplateLocation();

    void setTemplateLocation(String location);

    ValueProvider<String> getRunId();

    void setRunId(ValueProvider<String> runId);
  }

  private static final PostgresResultSink SINK =
      PostgresResultSink.to("postgresql://app@db.example.com/shop/top_movies");

  private static TemplateOptions options(String... arguments) {
    return PipelineOptionsFactory.fromArgs(arguments).as(TemplateOptions.class);
  }

  @Test
  void aTemplateWithoutARunIdOfTheLaunchIsRefused() {
    TemplateOptions template = options("--templateLocation=gs://bucket/template");
    for (PostgresResultSink sink : new PostgresResultSink[] {SINK, SINK.withRunId("fixed")}) {
      InvalidTargetException refused =
          assertThrows(InvalidTargetException.class, () -> sink.validate(template));
      assertThat(refused.getMessage(), containsString("withRunId(ValueProvider)"));
    }
  }

  @Test
  void aRunIdThatTheLaunchSuppliesMakesItFit() {
    TemplateOptions template = options("--templateLocation=gs://bucket/template");
    assertDoesNotThrow(() -> SINK.withRunId(template.getRunId()).validate(template));
  }

  @Test
  void whatIsLaunchedAsItIsBuiltNeedsNone() {
    assertDoesNotThrow(() -> SINK.validate(options()));
  }

  /** As the launcher's logs show it. */
  @Test
  void aFlexTemplateIsLaunchedAsItIsBuilt() {
    TemplateOptions flex =
        options(
            "--templateLocation=gs://bucket/staging/template_launches/2026-11-25_00_11_22-123/job_object",
            "--runId=day-1");
    for (PostgresResultSink sink :
        List.of(SINK, SINK.withRunId("day-1"), SINK.withRunId(flex.getRunId()))) {
      assertDoesNotThrow(() -> sink.validate(flex));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "gs://bucket/template_launches",
        "gs://bucket/template_launches/job_object",
        "gs://bucket/template_launches/day/job_object.json",
        "gs://bucket/job_object",
      })
  void aClassicTemplateMayHaveASimilarName(String location) {
    assertThrows(
        InvalidTargetException.class,
        () -> SINK.validate(options("--templateLocation=" + location)));
  }
}
