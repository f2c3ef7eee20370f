package io.resultsink.postgres.destination;

import io.resultsink.postgres.failure.InvalidTargetException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The options that a target's URL may have, beside the driver's connection properties: the one list
 * that the URL, its messages and every description of it are made from.
 *
 * <p>Not part of the supported API.
 */
public enum SinkOption {
  /** See {@link PostgresTarget#mode()}. */
  MODE(
      "append, replace, truncate, update",
      "append",
      "how the result and the table become one",
      (builder, option, encoded) -> builder.mode(WriteMode.parse(decode(option, encoded))),
      (option, target) -> target.mode().option()),

  /** See {@link PostgresTarget#unique()}. */
  UNIQUE(
      "a,b or [a,b]",
      "none",
      "the key of mode=update: required there, an error elsewhere",
      (builder, option, encoded) -> builder.unique(columns(option, encoded)),
      (option, target) -> encodedOrNull(option, target.unique())),

  /** See {@link PostgresTarget#keep()}. */
  KEEP(
      "none, all",
      "none",
      "what mode=replace keeps beside owner, grants, comments and row security: all is indexes,"
          + " constraints, defaults, triggers and whatever else hangs on the table",
      (builder, option, encoded) -> builder.keep(Keep.parse(decode(option, encoded))),
      (option, target) -> target.keep().option()),

  /** The schema of {@link PostgresTarget#table()}; rendered as part of the table. */
  SCHEMA(
      "a name",
      "the search path's",
      "schema of the table, when it is not written as schema.table",
      (builder, option, encoded) -> inSchema(builder, name(option, encoded)),
      (option, target) -> null),

  /** See {@link PostgresTarget#stagingSchema()}. */
  STAGING_SCHEMA(
      "a name",
      "the target's schema",
      "where staging tables and the ledger live",
      (builder, option, encoded) -> builder.stagingSchema(name(option, encoded)),
      (option, target) -> encodedOrNull(option, target.stagingSchema())),

  /** See {@link PostgresTarget#staging()}. */
  STAGING(
      "unlogged, logged",
      "logged for replace, else unlogged",
      "logged: staged rows survive a crash or failover of the server, and with replace go live"
          + " where they are",
      (builder, option, encoded) ->
          builder.staging(StagingDurability.parse(decode(option, encoded))),
      (option, target) -> target.givenStaging() == null ? null : target.givenStaging().option()),

  /** See {@link PostgresTarget#stagingTtl()}. */
  STAGING_TTL(
      "a duration in ms, s, min, h or d",
      "7d",
      "after it, a dead run's staging table may be removed by others",
      (builder, option, encoded) ->
          builder.stagingTtl(duration(option, encoded, Duration.ofDays(36_500))),
      (option, target) -> DurationText.render(target.stagingTtl())),

  /** See {@link PostgresTarget#runId()}. */
  RUN_ID(
      "text of at most 200 characters",
      "a fresh one for each pipeline",
      "the run's name: the same run publishes once, however often it is launched",
      (builder, option, encoded) -> builder.runId(RunId.check(option, decode(option, encoded))),
      (option, target) -> encodedOrNull(option, target.runId())),

  /** See {@link PostgresTarget#minRows()}. */
  MIN_ROWS(
      "a whole number",
      "0",
      "fewer rows in the result: the run fails, the target untouched",
      (builder, option, encoded) -> builder.minRows(count(option, encoded)),
      (option, target) -> Long.toString(target.minRows())),

  /** See {@link PostgresTarget#lockTimeout()}. */
  LOCK_TIMEOUT(
      "a duration in ms, s, min, h or d",
      "100ms",
      "one attempt for the lock that readers feel",
      (builder, option, encoded) ->
          builder.lockTimeout(duration(option, encoded, longestLockTimeout())),
      (option, target) -> DurationText.render(target.lockTimeout())),

  /** See {@link PostgresTarget#lockWait()}. */
  LOCK_WAIT(
      "a duration in ms, s, min, h or d",
      "5min",
      "how long attempts for that lock go on",
      (builder, option, encoded) ->
          builder.lockWait(duration(option, encoded, longestLockTimeout())),
      (option, target) -> DurationText.render(target.lockWait())),

  /** How truncate mode empties the table; there is one way, so that no target carries it. */
  RESET(
      "delete",
      "delete",
      "how mode=truncate empties the table",
      (builder, option, encoded) -> checkReset(decode(option, encoded)),
      (option, target) -> null);

  /** Reads the text of the option {@code option}, still percent-encoded, into {@code builder}. */
  private interface Setter {
    void set(PostgresTarget.Builder builder, String option, String encoded);
  }

  /** Writes the value percent-encoded, or null when there is none. */
  private interface Renderer {
    @Nullable String render(String option, PostgresTarget target);
  }

  private final String acceptedValues;
  private final String defaultText;
  private final String meaning;
  private final Setter setter;
  private final Renderer renderer;

  SinkOption(
      String acceptedValues, String defaultText, String meaning, Setter setter, Renderer renderer) {
    this.acceptedValues = acceptedValues;
    this.defaultText = defaultText;
    this.meaning = meaning;
    this.setter = setter;
    this.renderer = renderer;
  }

  /** The option's name in a URL, {@code min_rows} for {@link #MIN_ROWS}. */
  public String option() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** What may be written after the {@code =}. */
  public String acceptedValues() {
    return acceptedValues;
  }

  /** What holds when the option is absent. */
  public String defaultText() {
    return defaultText;
  }

  /** What it is for, in one line. */
  public String meaning() {
    return meaning;
  }

  /** The names of all options, as a URL writes them. */
  public static List<String> names() {
    return Arrays.stream(values()).map(SinkOption::option).toList();
  }

  static Optional<SinkOption> find(String name) {
    return Arrays.stream(values()).filter(option -> option.option().equals(name)).findFirst();
  }

  /**
   * Sets what a URL says.
   *
   * @param encoded the value as it stands in the URL, percent-encoded
   * @throws InvalidTargetException when it is none of the accepted ones
   */
  void apply(PostgresTarget.Builder builder, String encoded) {
    if (encoded.isEmpty()) {
      throw new InvalidTargetException(option() + " has no value; use " + acceptedValues);
    }
    setter.set(builder, option(), encoded);
  }

  /** The value as a URL writes it, percent-encoded; null for nothing to write. */
  @Nullable String render(PostgresTarget target) {
    return renderer.render(option(), target);
  }

  private static String decode(String option, String encoded) {
    return PercentEncoding.decode(option, encoded);
  }

  private static @Nullable String encodedOrNull(String option, @Nullable String value) {
    return value == null ? null : encode(option, value);
  }

  private static @Nullable String encodedOrNull(String option, List<String> names) {
    return names.isEmpty()
        ? null
        : names.stream().map(name -> encode(option, name)).collect(Collectors.joining(","));
  }

  private static String encode(String option, String value) {
    return PercentEncoding.encode(StorableText.check(option, value));
  }

  private static String name(String option, String encoded) {
    return Identifier.check(option, decode(option, encoded));
  }

  private static Duration duration(String option, String encoded, Duration longest) {
    return DurationText.parse(option, decode(option, encoded), longest);
  }

  /** PostgreSQL counts a lock_timeout in milliseconds of 32 bits. */
  private static Duration longestLockTimeout() {
    return Duration.ofDays(24);
  }

  /** Literal commas and brackets separate; encoded ones belong to a name. */
  private static List<String> columns(String option, String encoded) {
    boolean opened = encoded.startsWith("[");
    if (opened != encoded.endsWith("]")) {
      throw new InvalidTargetException(
          option + " has one bracket only; use a,b or [a,b], a bracket in a name as %5B or %5D");
    }
    String list = opened ? encoded.substring(1, encoded.length() - 1) : encoded;
    List<String> columns = new ArrayList<>();
    for (String part : list.split(",", -1)) {
      String column = name(option, part);
      if (columns.contains(column)) {
        throw new InvalidTargetException(option + " names column '" + column + "' twice");
      }
      columns.add(column);
    }
    return columns;
  }

  private static void inSchema(PostgresTarget.Builder builder, String schema) {
    Optional<TableName> table = builder.table();
    if (table.isEmpty()) {
      return; // The table is wrong, which is a problem of its own.
    }
    String written = table.get().schema();
    if (written != null && !written.equals(schema)) {
      throw new InvalidTargetException(
          "schema '"
              + schema
              + "' contradicts table '"
              + table.get()
              + "'; leave out one of the two schemas");
    }
    builder.table(new TableName(schema, table.get().table()));
  }

  private static long count(String option, String encoded) {
    String text = decode(option, encoded);
    if (text.matches("[0-9]+")) {
      try {
        return Long.parseLong(text);
      } catch (NumberFormatException e) {
        // More than a long holds: refused, as below.
      }
    }
    throw new InvalidTargetException(
        option + " '" + text + "' is not a number of rows; use 0 to " + Long.MAX_VALUE);
  }

  private static void checkReset(String text) {
    if (text.equals("truncate")) {
      throw new InvalidTargetException(
          "reset 'truncate' is reserved and not built yet; use delete, or leave reset out");
    }
    if (!text.equals("delete")) {
      throw new InvalidTargetException("reset '" + text + "' is not known; use delete");
    }
  }
}
