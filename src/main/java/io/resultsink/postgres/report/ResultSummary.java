package io.resultsink.postgres.report;

import com.google.auto.value.AutoValue;
import java.util.List;
import org.apache.beam.sdk.schemas.annotations.DefaultSchema;
import org.joda.time.Instant;

/**
 * The summary of one publish. It is emitted after the commit, so {@code Wait.on} with it waits for
 * the table.
 */
@DefaultSchema(SummarySchema.class)
@AutoValue
public abstract class ResultSummary {

  /** Returns the run id: the given one, else the one made with the pipeline. */
  public abstract String runId();

  /** Returns the database's name, from the server. */
  public abstract String database();

  /** Returns the table with its schema, {@code schema.table}. */
  public abstract String table();

  /** Returns the mode: {@code append}, {@code replace}, {@code truncate} or {@code update}. */
  public abstract String mode();

  /** Rows of the result that were published: all of them but {@link #rejected()}. */
  public abstract long rows();

  /** Rows of the result that did not fit the table, and left it. */
  public abstract long rejected();

  /**
   * The table that keeps them, {@code schema.table} as a URL writes it; empty when none was
   * rejected.
   */
  public abstract String rejects();

  /** Returns the bytes of the result as binary COPY. */
  public abstract long bytes();

  /** Returns the number of chunks in which the rows were staged. */
  public abstract long chunks();

  /** Returns whether the table did not exist before. */
  public abstract boolean created();

  /** Returns whether the run was published before, so that nothing was changed now. */
  public abstract boolean alreadyPublished();

  /** Returns when the publishing transaction wrote its ledger row, by the server's clock. */
  public abstract Instant publishedAt();

  /**
   * Returns the time from the creation of the staging table to the begin of the publish, in
   * milliseconds.
   */
  public abstract long stagingMillis();

  /**
   * Returns the time from the begin of the publish to the request of the lock that readers wait
   * for, in milliseconds.
   */
  public abstract long preparingMillis();

  /** Returns the wait for the lock that readers wait for, in milliseconds; 0 for append. */
  public abstract long lockMillis();

  /** Returns the time from that lock to the end of COMMIT, in milliseconds. */
  public abstract long publishingMillis();

  /**
   * Returns the parts that the table lost in a replace, as a dry run names them ("index by_score").
   * Empty for the other modes, and with {@code keep=all}.
   */
  public abstract List<String> lost();

  /** Returns {@link #lost()} as a sentence that says how to keep it; empty if nothing was lost. */
  public final String lostInWords() {
    return inWords(lost());
  }

  /**
   * Returns the losses of a replace as a sentence that says how to keep them; empty if there are
   * none.
   */
  public static String inWords(List<String> lost) {
    return lost.isEmpty() ? "" : String.join(", ", lost) + "; keep=all keeps them";
  }

  /** Returns a builder, for the sink only. */
  public static Builder builder() {
    return new AutoValue_ResultSummary.Builder().rejected(0).rejects("").lost(List.of());
  }

  /** Returns a builder that starts from this summary. */
  public abstract Builder toBuilder();

  /** A builder of summaries; see the accessors of {@link ResultSummary}. */
  @AutoValue.Builder
  public abstract static class Builder {
    public abstract Builder runId(String runId);

    public abstract Builder database(String database);

    public abstract Builder table(String table);

    public abstract Builder mode(String mode);

    public abstract Builder rows(long rows);

    public abstract Builder rejected(long rows);

    public abstract Builder rejects(String table);

    public abstract Builder bytes(long bytes);

    public abstract Builder chunks(long chunks);

    public abstract Builder created(boolean created);

    public abstract Builder alreadyPublished(boolean alreadyPublished);

    public abstract Builder publishedAt(Instant publishedAt);

    public abstract Builder stagingMillis(long millis);

    public abstract Builder preparingMillis(long millis);

    public abstract Builder lockMillis(long millis);

    public abstract Builder publishingMillis(long millis);

    public abstract Builder lost(List<String> lost);

    public abstract ResultSummary build();
  }
}
