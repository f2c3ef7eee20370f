package io.resultsink.pipelines.example;

import io.resultsink.postgres.PostgresResultSink;
import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.destination.TableName;
import io.resultsink.postgres.report.ResultSummary;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.annotations.Internal;
import org.apache.beam.sdk.io.GenerateSequence;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.TypeDescriptor;

/**
 * A dashboard: requests, failures and bytes of each hour of an access log.
 *
 * <p>It is meant for {@code mode=truncate}. The user creates the table once, with the key, the
 * indexes and the grants that the dashboard needs ({@link #tableDefinition}). They stay, and each
 * run changes the rows. No reader waits.
 */
@Internal
public final class DashboardPipeline {

  private DashboardPipeline() {}

  /** Returns the statement that creates the table. */
  public static String tableDefinition(TableName table) {
    return """
    CREATE TABLE IF NOT EXISTS %s (
      hour     timestamptz PRIMARY KEY,
      requests bigint NOT NULL,
      failures bigint NOT NULL,
      bytes    bigint NOT NULL
    )\
    """
        .formatted(table.quoted());
  }

  /** Adds the pipeline. Its output is one summary, emitted when the table has the new rows. */
  public static PCollection<ResultSummary> build(
      Pipeline pipeline, long requests, PostgresTarget target) {
    return pipeline
        .apply("Numbers", GenerateSequence.from(0).to(requests))
        .apply(
            "Access log",
            MapElements.into(TypeDescriptor.of(AccessLogEntry.class)).via(SampleAccessLog::entry))
        .apply("Hourly metrics", new HourlyMetrics())
        .apply("Publish dashboard", PostgresResultSink.to(target));
  }
}
