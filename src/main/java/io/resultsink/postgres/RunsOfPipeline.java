package io.resultsink.postgres;

import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.destination.TableName;
import io.resultsink.postgres.failure.InvalidTargetException;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import org.apache.beam.sdk.Pipeline;
import org.jspecify.annotations.Nullable;

/**
 * The given run ids of each pipeline that is being built.
 *
 * <p>Two sinks of one pipeline with the same run id and table would share one row of the ledger.
 * The second would publish nothing and report success.
 */
final class RunsOfPipeline {

  private record Run(
      String runId, @Nullable String host, int port, @Nullable String database, TableName table) {}

  private static final Map<Pipeline, Set<Run>> RUNS = new WeakHashMap<>();

  private RunsOfPipeline() {}

  /**
   * Adds the run.
   *
   * @throws InvalidTargetException if the pipeline has it already
   */
  static void requireFirst(Pipeline pipeline, PostgresTarget target) {
    if (target.runId() == null) {
      return;
    }
    Run run =
        new Run(target.runId(), target.host(), target.port(), target.database(), target.table());
    synchronized (RUNS) {
      if (!RUNS.computeIfAbsent(pipeline, key -> new HashSet<>()).add(run)) {
        throw new InvalidTargetException(
            "two sinks of this pipeline have run id "
                + target.runId()
                + " into table "
                + target.table()
                + ", so the second would publish nothing; give each sink its own run id");
      }
    }
  }
}
