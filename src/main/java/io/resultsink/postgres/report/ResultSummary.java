package io.resultsink.postgres.report;

import com.google.auto.value.AutoValue;
import java.util.List;
import org.apache.beam.sdk.schemas.annotations.DefaultSchema;
import org.joda.time.Instant;

/**
 * The summary of one publish. Emitted after its commit, so {@code Wait.on} a collection of these
 * waits for the table.
 */
@DefaultSchema(SummarySchema.class)
@AutoValue
public abstract class ResultSummary {

  /** The run's name: the one that was given, else the one made with the pipeline. */
  public abstract String runId();

  /** The database's name, as the server says it. */
  public abstract String database();

  /** The resolved table, {@code schema.table}. */
  public abstract String table();

  /** {@code append}, {@code replace}, {@code truncate} or {@code update}. */
  public abstract String mode();

  /** Rows of the result, all of them published. */
  public abstract long rows();

  /** Bytes of the result as binary COPY. */
  public abstract long bytes();

  /** Chunks in which the rows were staged. */
  public abstract long chunks();

  /** Returns whether the table did not exist before. */
  public abstract boolean created();

  /**
   * Returns whether an earlier attempt had published this run already, and this one changed
   * nothing.
   */
  public abstract boolean alreadyPublished();

  /** Returns when the publishing transaction wrote its ledger row, by the server's clock. */
  public abstract Instant publishedAt();

  /** From the creation of the staging table to the begin of the publish, in milliseconds. */
  public abstract long stagingMillis();

  /** The publishing transaction until the lock that readers feel, in milliseconds. */
  public abstract long preparingMillis();

  /** Waiting for the lock that readers feel, in milliseconds; 0 for append. */
  public abstract long lockMillis();

  /** From that lock to the end of COMMIT, in milliseconds. */
  public abstract long publishingMillis();

  /**
   * Returns what the table had before a replace and has no more, as a dry run names it ("index
   * by_score"); empty for the other modes, and with {@code keep=all}.
   */
  public abstract List<String> lost();

  /** {@link #lost()} as a sentence that says what keeps it; empty when nothing was lost. */
  public final String lostInWords() {
    return inWords(lost());
  }

  /** Returns what a replace loses as a sentence that says what keeps it; empty for nothing. */
  public static String inWords(List<String> lost) {
    return lost.isEmpty() ? "" : String.join(", ", lost) + "; keep=all keeps them";
  }

  /** A builder for the sink's own use. */
  public static Builder builder() {
    return new AutoValue_ResultSummary.Builder().lost(List.of());
  }

  /** A builder that starts from this summary. */
  public abstract Builder toBuilder();

  /** Sets the figures; see the accessors of {@link ResultSummary}. */
  @AutoValue.Builder
  public abstract static class Builder {
    public abstract Builder runId(String runId);

    public abstract Builder database(String database);

    public abstract Builder table(String table);

    public abstract Builder mode(String mode);

    public abstract Builder rows(long rows);

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
