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
 * <p>Meant for {@code mode=truncate}: the table is made once, by hand, with the key, the indexes
 * and the grants that the dashboard needs ({@link #tableDefinition}); they stay, and each run
 * changes the rows. No reader waits.
 */
@Internal
public final class DashboardPipeline {

  private DashboardPipeline() {}

  /** The statement that makes the table. */
  public static String tableDefinition(TableName table) {
    return """
        CREATE TABLE IF NOT EXISTS %s (
          hour     timestamptz PRIMARY KEY,
          requests bigint NOT NULL,
          failures bigint NOT NULL,
          bytes    bigint NOT NULL
        )"""
        .formatted(table.quoted());
  }

  /** Adds the pipeline; its result is one summary, emitted when the table has the new rows. */
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
