package io.resultsink.template;

import io.resultsink.pipelines.query.QueryPipeline;
import io.resultsink.pipelines.query.QueryRequest;
import io.resultsink.postgres.destination.ConfiguredTarget;
import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.destination.SinkOption;
import io.resultsink.postgres.failure.InvalidTargetException;
import io.resultsink.postgres.internal.url.UrlScheme;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.jspecify.annotations.Nullable;

/**
 * The main class of the job.
 *
 * <p>It returns once the pipeline is submitted, because the launcher of a Flex Template does not
 * wait for the job.
 */
public final class QueryTemplate {

  private QueryTemplate() {}

  /** Runs the query with {@code --parameter=value} options and those of Beam and the runner. */
  public static void main(String[] arguments) {
    run(arguments);
  }

  static PipelineResult run(String... arguments) {
    PipelineOptionsFactory.register(QueryTemplateOptions.class);
    return pipeline(
            PipelineOptionsFactory.fromArgs(arguments)
                .withValidation()
                .as(QueryTemplateOptions.class))
        .run();
  }

  /**
   * Builds the pipeline.
   *
   * @throws InvalidTargetException if a parameter is wrong
   */
  static Pipeline pipeline(QueryTemplateOptions options) {
    if (UrlScheme.isPostgres(options.getDatabase())) {
      throw new InvalidTargetException(
          "the template reads files: database is a folder, such as gs://bucket/logs");
    }
    QueryRequest request =
        new QueryRequest(
            options.getDatabase(),
            null,
            options.getQuery(),
            QueryRequest.DEFAULT_SAMPLE,
            time(options.getScheduledTime()),
            target(options));
    Pipeline pipeline = Pipeline.create(options);
    QueryPipeline.of(request).build(pipeline);
    return pipeline;
  }

  /** The URL must have no password, because every platform shows options. */
  private static PostgresTarget target(QueryTemplateOptions options) {
    return ConfiguredTarget.of(options.getResult())
        .withPassword(options.getPassword())
        .with(SinkOption.RUN_ID, options.getRunId())
        .target();
  }

  private static Instant time(@Nullable String text) {
    try {
      return text == null ? Instant.now() : Instant.parse(text);
    } catch (DateTimeParseException e) {
      throw new InvalidTargetException(
          "scheduledTime '" + text + "' is not a time; write it as 2026-11-26T00:00:00Z");
    }
  }
}
