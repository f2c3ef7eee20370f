package io.resultsink.postgres.internal.run;

import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.internal.session.ConnectionSource;
import java.io.Serializable;
import org.apache.beam.sdk.annotations.Internal;
import org.apache.beam.sdk.schemas.Schema;

/**
 * The plan of a run, which every step of the sink has. All of it is fixed when the pipeline is
 * built.
 *
 * @param source the source of sessions
 * @param schema the schema of the rows
 */
@Internal
public record RunPlan(
    ConnectionSource source, PostgresTarget target, RunIdentity run, Schema schema)
    implements Serializable {

  /** Returns the run, its table and its mode, for log lines and pg_stat_activity. */
  @Override
  public String toString() {
    return target.mode().option() + " " + target.table() + " run " + run.runId();
  }
}
