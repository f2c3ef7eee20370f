package io.resultsink.postgres.schematransform;

import com.google.auto.value.AutoValue;
import io.resultsink.postgres.destination.ConfiguredTarget;
import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.destination.SinkOption;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.schemas.AutoValueSchema;
import org.apache.beam.sdk.schemas.annotations.DefaultSchema;
import org.apache.beam.sdk.schemas.annotations.SchemaFieldDescription;
import org.apache.beam.sdk.schemas.transforms.providers.ErrorHandling;
import org.jspecify.annotations.Nullable;

/**
 * The fields that Python and YAML set: the URL, each of its options, and a password's reference.
 *
 * <p>Beam names them in snake case, {@code min_rows} for {@link #getMinRows()}, which is how a URL
 * writes them too.
 */
@DefaultSchema(AutoValueSchema.class)
@AutoValue
public abstract class PostgresResultWriteConfiguration {

  @SchemaFieldDescription(
      "the table: postgresql://[user@]host[:port]/database/table[?option=value&...], or name:table"
          + " with a saved connection; without a password")
  public abstract String getUrl();

  @SchemaFieldDescription(
      "where the workers find the password: env:NAME or file:PATH, of any file system that Beam"
          + " knows; default: none, or the .pgpass of the workers")
  public abstract @Nullable String getPassword();

  @SchemaFieldDescription(
      "how the result's rows go into the table: append, replace, truncate, update; default:"
          + " append")
  public abstract @Nullable String getMode();

  @SchemaFieldDescription(
      "the key of mode=update: required there, an error elsewhere: a list of column names; default:"
          + " none")
  public abstract @Nullable List<String> getUnique();

  @SchemaFieldDescription(
      "what mode=replace keeps in addition to owner, grants, comments and row security; all:"
          + " indexes, constraints, defaults, triggers and everything else of the table: none, all;"
          + " default: none")
  public abstract @Nullable String getKeep();

  @SchemaFieldDescription(
      "how many versions that mode=replace replaces are kept, or for how long, so that they can be"
          + " swapped back: a number, or a duration in ms, s, min, h or d; default: 0")
  public abstract @Nullable String getUndo();

  @SchemaFieldDescription(
      "schema of the table, when it is not written as schema.table: a name; default: the search"
          + " path's")
  public abstract @Nullable String getSchema();

  @SchemaFieldDescription(
      "the schema of staging tables and ledger: a name; default: the target's schema")
  public abstract @Nullable String getStagingSchema();

  @SchemaFieldDescription(
      "logged: staged rows survive a crash or failover of the server, and a replace can swap in the"
          + " staging table itself: unlogged, logged; default: logged for replace, else unlogged")
  public abstract @Nullable String getStaging();

  @SchemaFieldDescription(
      "the age at which other runs may drop an abandoned staging table: a duration in ms, s, min, h"
          + " or d; default: 7d")
  public abstract @Nullable String getStagingTtl();

  @SchemaFieldDescription(
      "the run id: one run publishes once, however often it is launched: text of at most"
          + " 200 characters; default: a new one for each pipeline")
  public abstract @Nullable String getRunId();

  @SchemaFieldDescription(
      "the least rows: a result with fewer fails the run, with the target untouched: a whole"
          + " number; default: 0")
  public abstract @Nullable Long getMinRows();

  @SchemaFieldDescription(
      "more rows that do not fit the table: the run fails, the target untouched: a whole number;"
          + " default: any number")
  public abstract @Nullable Long getMaxRejected();

  @SchemaFieldDescription(
      "the table that keeps rows that do not fit, created when missing; they leave the result, and"
          + " the others are published: table or schema.table; default: none: a row that does not"
          + " fit fails the run")
  public abstract @Nullable String getRejects();

  @SchemaFieldDescription(
      "the time of one attempt for the lock that readers wait for: a duration in ms, s, min, h or d;"
          + " default: 100ms")
  public abstract @Nullable String getLockTimeout();

  @SchemaFieldDescription(
      "how long attempts for that lock go on: a duration in ms, s, min, h or d; default: 5min")
  public abstract @Nullable String getLockWait();

  @SchemaFieldDescription(
      "how mode=truncate empties the table: with truncate, readers wait for the load and no dead"
          + " rows are left: delete, truncate; default: delete")
  public abstract @Nullable String getReset();

  @SchemaFieldDescription(
      "connection properties of the driver, those that the URL may have, such as sslmode; default:"
          + " none")
  public abstract @Nullable Map<String, String> getConnectionProperties();

  @SchemaFieldDescription(
      "the output that rows which do not fit go to, after the others are published: {output:"
          + " NAME}; default: none")
  public abstract @Nullable ErrorHandling getErrorHandling();

  /** Returns a builder of a configuration that sets nothing. */
  public static Builder builder() {
    return new AutoValue_PostgresResultWriteConfiguration.Builder();
  }

  /**
   * Returns the target that the fields describe.
   *
   * @throws io.resultsink.postgres.failure.InvalidTargetException with all problems, contradictions
   *     of a field and the URL included
   */
  final PostgresTarget target() {
    Long minRows = getMinRows();
    Long maxRejected = getMaxRejected();
    return ConfiguredTarget.of(getUrl())
        .withPassword(getPassword())
        .with(SinkOption.MODE, getMode())
        .with(SinkOption.UNIQUE, getUnique())
        .with(SinkOption.KEEP, getKeep())
        .with(SinkOption.UNDO, getUndo())
        .with(SinkOption.SCHEMA, getSchema())
        .with(SinkOption.STAGING_SCHEMA, getStagingSchema())
        .with(SinkOption.STAGING, getStaging())
        .with(SinkOption.STAGING_TTL, getStagingTtl())
        .with(SinkOption.RUN_ID, getRunId())
        .with(SinkOption.MIN_ROWS, minRows == null ? null : minRows.toString())
        .with(SinkOption.MAX_REJECTED, maxRejected == null ? null : maxRejected.toString())
        .with(SinkOption.REJECTS, getRejects())
        .with(SinkOption.LOCK_TIMEOUT, getLockTimeout())
        .with(SinkOption.LOCK_WAIT, getLockWait())
        .with(SinkOption.RESET, getReset())
        .withConnectionProperties(getConnectionProperties())
        .target();
  }

  /** Sets the fields; see the accessors of {@link PostgresResultWriteConfiguration}. */
  @AutoValue.Builder
  public abstract static class Builder {
    public abstract Builder setUrl(String url);

    public abstract Builder setPassword(@Nullable String reference);

    public abstract Builder setMode(@Nullable String mode);

    public abstract Builder setUnique(@Nullable List<String> columns);

    public abstract Builder setKeep(@Nullable String keep);

    public abstract Builder setUndo(@Nullable String undo);

    public abstract Builder setSchema(@Nullable String schema);

    public abstract Builder setStagingSchema(@Nullable String schema);

    public abstract Builder setStaging(@Nullable String staging);

    public abstract Builder setStagingTtl(@Nullable String duration);

    public abstract Builder setRunId(@Nullable String runId);

    public abstract Builder setMinRows(@Nullable Long rows);

    public abstract Builder setMaxRejected(@Nullable Long rows);

    public abstract Builder setRejects(@Nullable String table);

    public abstract Builder setLockTimeout(@Nullable String duration);

    public abstract Builder setLockWait(@Nullable String duration);

    public abstract Builder setReset(@Nullable String reset);

    public abstract Builder setConnectionProperties(@Nullable Map<String, String> properties);

    public abstract Builder setErrorHandling(@Nullable ErrorHandling handling);

    public abstract PostgresResultWriteConfiguration build();
  }
}
