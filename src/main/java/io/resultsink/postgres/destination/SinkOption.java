package io.resultsink.postgres.destination;

import io.resultsink.postgres.failure.InvalidTargetException;
import io.resultsink.postgres.internal.url.PercentEncoding;
import io.resultsink.postgres.internal.url.RunId;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The options that a target's URL may have, other than the driver's connection properties. The URL,
 * its messages and its descriptions are made from this one list.
 *
 * <p>Not part of the supported API.
 */
public enum SinkOption {
  /** See {@link PostgresTarget#mode()}. */
  MODE(
      "append, replace, truncate, update",
      "append",
      "how the result's rows go into the table",
      new OptionValue<>(
          (option, encoded) -> WriteMode.parse(decode(option, encoded)),
          (option, shown, mode) -> {},
          PostgresTarget.Builder::mode,
          PostgresTarget::mode,
          WriteMode::option)),

  /** See {@link PostgresTarget#unique()}. */
  UNIQUE(
      "a,b or [a,b]",
      "none",
      "the key of mode=update: required there, an error elsewhere",
      OptionValue.columns(
          PostgresTarget.Builder::unique,
          target -> target.unique().isEmpty() ? null : target.unique())),

  /** See {@link PostgresTarget#keep()}. */
  KEEP(
      "none, all",
      "none",
      "what mode=replace keeps in addition to owner, grants, comments and row security; all:"
          + " indexes, constraints, defaults, triggers and everything else of the table",
      new OptionValue<>(
          (option, encoded) -> Keep.parse(decode(option, encoded)),
          (option, shown, keep) -> {},
          PostgresTarget.Builder::keep,
          PostgresTarget::keep,
          Keep::option)),

  /** See {@link PostgresTarget#undo()}. */
  UNDO(
      "a number, or a duration in ms, s, min, h or d",
      "0",
      "how many versions that mode=replace replaces are kept, or for how long, so that they can be"
          + " swapped back",
      new OptionValue<>(
          (option, encoded) -> UndoLimit.parse(option, decode(option, encoded)),
          UndoLimit::check,
          PostgresTarget.Builder::undo,
          PostgresTarget::undo,
          UndoLimit::text)),

  /** The schema of {@link PostgresTarget#table()}, which a target's text form has there. */
  SCHEMA(
      "a name",
      "the search path's",
      "schema of the table, when it is not written as schema.table",
      OptionValue.name(SinkOption::inSchema, target -> target.table().schema())),

  /** See {@link PostgresTarget#stagingSchema()}. */
  STAGING_SCHEMA(
      "a name",
      "the target's schema",
      "the schema of staging tables and ledger",
      OptionValue.name(PostgresTarget.Builder::stagingSchema, PostgresTarget::stagingSchema)),

  /** See {@link PostgresTarget#staging()}. */
  STAGING(
      "unlogged, logged",
      "logged for replace, else unlogged",
      "logged: staged rows survive a crash or failover of the server, and a replace can swap in the"
          + " staging table itself",
      new OptionValue<>(
          (option, encoded) -> StagingDurability.parse(decode(option, encoded)),
          (option, shown, staging) -> {},
          PostgresTarget.Builder::staging,
          PostgresTarget::givenStaging,
          StagingDurability::option)),

  /** See {@link PostgresTarget#stagingTtl()}. */
  STAGING_TTL(
      "a duration in ms, s, min, h or d",
      "7d",
      "the age at which other runs may drop an abandoned staging table",
      OptionValue.duration(36_500, PostgresTarget.Builder::stagingTtl, PostgresTarget::stagingTtl)),

  /** See {@link PostgresTarget#runId()}. */
  RUN_ID(
      "text of at most 200 characters",
      "a new one for each pipeline",
      "the run id: one run publishes once, however often it is launched",
      new OptionValue<>(
          SinkOption::decode,
          (option, shown, runId) -> RunId.check(option, runId),
          PostgresTarget.Builder::runId,
          PostgresTarget::runId,
          PercentEncoding::encode)),

  /** See {@link PostgresTarget#minRows()}. */
  MIN_ROWS(
      "a whole number",
      "0",
      "the least rows: a result with fewer fails the run, with the target untouched",
      OptionValue.rows(PostgresTarget.Builder::minRows, PostgresTarget::minRows)),

  /** See {@link PostgresTarget#maxRejected()}. */
  MAX_REJECTED(
      "a whole number",
      "any number",
      "more rows that do not fit the table: the run fails, the target untouched",
      OptionValue.rows(PostgresTarget.Builder::maxRejected, PostgresTarget::maxRejected)),

  /** See {@link PostgresTarget#rejects()}. */
  REJECTS(
      "table or schema.table",
      "none: a row that does not fit fails the run",
      "the table that keeps rows that do not fit, created when missing; they leave the result, and"
          + " the others are published",
      OptionValue.table(PostgresTarget.Builder::rejects, PostgresTarget::rejects)),

  /** See {@link PostgresTarget#lockTimeout()}. PostgreSQL counts milliseconds of 32 bits. */
  LOCK_TIMEOUT(
      "a duration in ms, s, min, h or d",
      "100ms",
      "the time of one attempt for the lock that readers wait for",
      OptionValue.duration(24, PostgresTarget.Builder::lockTimeout, PostgresTarget::lockTimeout)),

  /** See {@link PostgresTarget#lockWait()}. */
  LOCK_WAIT(
      "a duration in ms, s, min, h or d",
      "5min",
      "how long attempts for that lock go on",
      OptionValue.duration(24, PostgresTarget.Builder::lockWait, PostgresTarget::lockWait)),

  /** See {@link PostgresTarget#reset()}. */
  RESET(
      "delete, truncate",
      "delete",
      "how mode=truncate empties the table: with truncate, readers wait for the load and no dead"
          + " rows are left",
      new OptionValue<>(
          (option, encoded) -> Reset.parse(decode(option, encoded)),
          (option, shown, reset) -> {},
          PostgresTarget.Builder::reset,
          PostgresTarget::reset,
          Reset::option));

  private final String acceptedValues;
  private final String defaultText;
  private final String meaning;
  private final OptionValue<?> value;

  SinkOption(String acceptedValues, String defaultText, String meaning, OptionValue<?> value) {
    this.acceptedValues = acceptedValues;
    this.defaultText = defaultText;
    this.meaning = meaning;
    this.value = value;
  }

  /** Returns the option's name in a URL, {@code min_rows} for {@link #MIN_ROWS}. */
  public String option() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Returns the valid values, in words. */
  public String acceptedValues() {
    return acceptedValues;
  }

  /** Returns the default, in words. */
  public String defaultText() {
    return defaultText;
  }

  /** Returns the option's meaning, in one line. */
  public String meaning() {
    return meaning;
  }

  /** Returns the names of all options, as a URL writes them. */
  public static List<String> names() {
    return Arrays.stream(values()).map(SinkOption::option).toList();
  }

  static Optional<SinkOption> find(String name) {
    return Arrays.stream(values()).filter(option -> option.option().equals(name)).findFirst();
  }

  /**
   * Sets a value of a URL.
   *
   * @param encoded the value as in the URL, percent-encoded
   * @throws InvalidTargetException if the value is not accepted
   */
  void apply(PostgresTarget.Builder builder, String encoded) {
    requireAny(encoded);
    value.apply(builder, option(), encoded);
  }

  /**
   * Checks a builder's value by the rule for values of URLs.
   *
   * @throws InvalidTargetException if the value is not accepted
   */
  void check(PostgresTarget target) {
    requireAny(shown(target));
    value.check(target, option());
  }

  private void requireAny(String text) {
    if (text.isEmpty()) {
      throw new InvalidTargetException(option() + " has no value; use " + acceptedValues);
    }
  }

  /** Returns the value as a URL writes it, percent-encoded; null if there is nothing to write. */
  @Nullable String render(PostgresTarget target) {
    return value.written(target);
  }

  /** Returns the value as a URL writes it, or the default. */
  public String shown(PostgresTarget target) {
    return Objects.requireNonNullElse(render(target), defaultText);
  }

  private static String decode(String option, String encoded) {
    return PercentEncoding.decode(option, encoded);
  }

  private static void inSchema(PostgresTarget.Builder builder, String schema) {
    TableName table = builder.givenTable();
    if (table == null) {
      return; // The table's name is wrong, which is another problem.
    }
    String written = table.schema();
    if (written != null && !written.equals(schema)) {
      throw new InvalidTargetException(
          "schema '"
              + schema
              + "' contradicts table '"
              + table
              + "'; leave out one of the two schemas");
    }
    builder.table(new TableName(schema, table.table()));
  }
}
