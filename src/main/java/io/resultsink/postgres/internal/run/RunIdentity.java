package io.resultsink.postgres.internal.run;

import io.resultsink.postgres.internal.own.StagingComment;
import io.resultsink.postgres.internal.url.RunId;
import java.io.Serializable;
import java.util.UUID;
import org.apache.beam.sdk.annotations.Internal;
import org.apache.beam.sdk.options.ValueProvider;
import org.jspecify.annotations.Nullable;

/**
 * The two names of a run, fixed when the pipeline is built.
 *
 * <p>The load id is new for each application of the transform and names the staging table: one that
 * is named after a given run id would be found again by a retry whose columns have changed. The run
 * id is the load id unless it was given; with the table it is the ledger's key.
 *
 * @param loadId 32 hexadecimal digits
 * @param givenRunId the run id, when the caller knows it
 * @param launched the run id that only the launch of a template supplies
 */
@Internal
public record RunIdentity(
    String loadId, @Nullable String givenRunId, @Nullable ValueProvider<String> launched)
    implements Serializable {

  /** A fresh load. */
  public static RunIdentity create(
      @Nullable String givenRunId, @Nullable ValueProvider<String> launched) {
    return new RunIdentity(UUID.randomUUID().toString().replace("-", ""), givenRunId, launched);
  }

  /** The run's name. */
  public String runId() {
    if (launched != null) {
      return RunId.check("the run id of the launch", launched.get());
    }
    return givenRunId != null ? givenRunId : loadId;
  }

  /** The part that is the whole run. */
  public PartId whole() {
    return PartId.whole(runId());
  }

  /** Returns whether the caller chose the run id, so that the ledger never forgets it. */
  public boolean given() {
    return launched != null || givenRunId != null;
  }

  /**
   * Returns what names the staging table: the load id, and for each launch of a template a hash
   * more.
   */
  public String stagingKey() {
    return launched == null
        ? loadId
        : loadId + "_" + StagingComment.digest(runId()).substring(0, 8);
  }
}
