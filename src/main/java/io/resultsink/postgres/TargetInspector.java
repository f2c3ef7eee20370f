package io.resultsink.postgres;

import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.report.ResultSummary;
import io.resultsink.postgres.report.TargetReport;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.beam.sdk.annotations.Internal;
import org.apache.beam.sdk.schemas.Schema;

/** Looks at a target from outside of a pipeline: dry runs, what was published, what was left. */
@Internal
public final class TargetInspector {

  /** A staging table that no finished run left on purpose. */
  public record AbandonedStaging(
      String table, String target, String loadId, Instant createdAt, long bytes, boolean expired) {}

  private final PostgresTarget target;

  private TargetInspector(PostgresTarget target) {
    this.target = target;
  }

  /** Looks at {@code target}; nothing is opened yet. */
  public static TargetInspector of(PostgresTarget target) {
    return new TargetInspector(target);
  }

  /** The preflight's findings for rows of {@code schema}; changes nothing. */
  public TargetReport check(Schema schema) {
    throw new IllegalStateException("to be written for " + target);
  }

  /** What the ledger says of the newest publish into the table. */
  public Optional<ResultSummary> lastPublished() {
    throw new IllegalStateException("to be written");
  }

  /** Whether the ledger has this run for this table. */
  public Optional<ResultSummary> published(String runId) {
    throw new IllegalStateException("to be written");
  }

  /** Staging tables of this target that are older than {@code age} and that this role owns. */
  public List<AbandonedStaging> abandonedStaging(Duration age) {
    throw new IllegalStateException("to be written");
  }

  /** Drops one; false when it is in use and was left. */
  public boolean remove(AbandonedStaging staging) {
    throw new IllegalStateException("to be written");
  }

  /** Drops the staging table of a run whose pipeline is known to have ended. */
  public boolean removeStaging(String loadId) {
    throw new IllegalStateException("to be written");
  }

  /** A connection of the sink's own kind, autocommit on; the caller closes it. */
  public Connection open() {
    throw new IllegalStateException("to be written");
  }
}
