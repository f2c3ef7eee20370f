package io.resultsink.pipelines.schedule;

import java.util.List;
import org.apache.beam.sdk.annotations.Internal;
import org.jspecify.annotations.Nullable;

/**
 * The query of a schedule, as the user wrote it. It is stored as text, so nothing in it may be
 * secret.
 *
 * @param database an absolute folder, or a {@code postgresql://} URL without password
 * @param databasePassword a reference, null for none
 * @param result a table as {@code pgresult query -r} takes it, without password
 * @param resultPassword a reference, null for none
 * @param runnerOptions what followed {@code --}
 * @param engine the name of what executes it, null for what fits
 */
@Internal
public record ScheduledQuery(
    String database,
    @Nullable String databasePassword,
    String result,
    @Nullable String resultPassword,
    String sql,
    List<String> runnerOptions,
    @Nullable String engine) {

  /** Copies the options. */
  public ScheduledQuery {
    runnerOptions = List.copyOf(runnerOptions);
  }

  /** One that is executed by what fits. */
  public ScheduledQuery(
      String database,
      @Nullable String databasePassword,
      String result,
      @Nullable String resultPassword,
      String sql,
      List<String> runnerOptions) {
    this(
        database, databasePassword, result, resultPassword, sql, runnerOptions, /* engine= */ null);
  }
}
