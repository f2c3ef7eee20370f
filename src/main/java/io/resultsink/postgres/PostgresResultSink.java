package io.resultsink.postgres;

import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.destination.Secret;
import io.resultsink.postgres.report.ResultSummary;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.values.PCollection;

/** Publishes a collection's rows as a PostgreSQL table. */
public final class PostgresResultSink
    extends PTransform<PCollection<?>, PCollection<ResultSummary>> {

  private final PostgresTarget target;

  private PostgresResultSink(PostgresTarget target) {
    this.target = target;
  }

  /** Writes to the table of a URL. */
  public static PostgresResultSink to(String url) {
    return to(PostgresTarget.parse(url));
  }

  /** Writes to a target. */
  public static PostgresResultSink to(PostgresTarget target) {
    return new PostgresResultSink(target);
  }

  /** The password, or where the worker finds it. */
  public PostgresResultSink withPassword(Secret password) {
    return new PostgresResultSink(target.toBuilder().password(password).build());
  }

  @Override
  public PCollection<ResultSummary> expand(PCollection<?> input) {
    throw new IllegalStateException("to be written for " + target);
  }
}
