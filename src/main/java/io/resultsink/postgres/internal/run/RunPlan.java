package io.resultsink.postgres.internal.run;

import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.internal.session.ConnectionSource;
import java.io.Serializable;
import org.apache.beam.sdk.annotations.Internal;
import org.apache.beam.sdk.schemas.Schema;

/**
 * The plan that every step of one application of the sink knows: all of it fixed when the pipeline
 * is built.
 *
 * @param source where sessions come from
 * @param schema the rows'
 */
@Internal
public record RunPlan(
    ConnectionSource source, PostgresTarget target, RunIdentity run, Schema schema)
    implements Serializable {

  /** The run, its table and its mode, for log lines and pg_stat_activity. */
  @Override
  public String toString() {
    return target.mode().option() + " " + target.table() + " run " + run.runId();
  }
}
