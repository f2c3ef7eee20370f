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
 * <p>The load id is new for each application of the transform, and names the staging table. If the
 * run id named it, a second launch with other columns would find the first launch's table. The run
 * id is the load id unless the user gives one. Run id and table together are the ledger's key.
 *
 * @param loadId 32 hexadecimal digits
 * @param givenRunId the run id, if the user gives one
 * @param launched the run id that only the launch of a template supplies
 */
@Internal
public record RunIdentity(
    String loadId, @Nullable String givenRunId, @Nullable ValueProvider<String> launched)
    implements Serializable {

  /** Creates the identity of a new load. */
  public static RunIdentity create(
      @Nullable String givenRunId, @Nullable ValueProvider<String> launched) {
    return new RunIdentity(UUID.randomUUID().toString().replace("-", ""), givenRunId, launched);
  }

  /** Returns the run id. */
  public String runId() {
    if (launched != null) {
      return RunId.check("the run id of the launch", launched.get());
    }
    return givenRunId != null ? givenRunId : loadId;
  }

  /** Returns the id of the part that is the whole run. */
  public PartId whole() {
    return PartId.whole(runId());
  }

  /** Returns whether the user gave the run id, so that the ledger never forgets it. */
  public boolean given() {
    return launched != null || givenRunId != null;
  }

  /**
   * Returns the key that names the staging table: the load id and, for a template, a hash of the
   * launch's run id.
   */
  public String stagingKey() {
    return launched == null
        ? loadId
        : loadId + "_" + StagingComment.digest(runId()).substring(0, 8);
  }
}
