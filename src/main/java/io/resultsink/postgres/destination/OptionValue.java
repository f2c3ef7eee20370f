package io.resultsink.postgres.destination;

import io.resultsink.postgres.failure.InvalidTargetException;
import io.resultsink.postgres.internal.url.DurationText;
import io.resultsink.postgres.internal.url.Identifier;
import io.resultsink.postgres.internal.url.PercentEncoding;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The value of an option: read from a URL, checked, stored in a target, and written again. One rule
 * checks the values of URLs and of builders.
 *
 * @param getter reads the value from a target; null if it is not given
 * @param writer writes the value as in a URL, percent-encoded
 */
record OptionValue<T>(
    Reader<T> reader,
    Check<T> check,
    BiConsumer<PostgresTarget.Builder, T> setter,
    Function<PostgresTarget, @Nullable T> getter,
    Function<T, String> writer) {

  /** Makes a value of the URL's text, which is still percent-encoded. */
  interface Reader<T> {
    T read(String option, String encoded);
  }

  /**
   * Throws {@code InvalidTargetException} if a value is not accepted; {@code shown} is the text
   * that the message may show.
   */
  interface Check<T> {
    void check(String option, String shown, T value);
  }

  /** A name of the catalog. */
  static OptionValue<String> name(
      BiConsumer<PostgresTarget.Builder, String> setter,
      Function<PostgresTarget, @Nullable String> getter) {
    return new OptionValue<>(
        (option, encoded) -> PercentEncoding.decode(option, encoded),
        (option, shown, name) -> Identifier.check(option, name),
        setter,
        getter,
        PercentEncoding::encode);
  }

  /** A duration between one millisecond and {@code mostDays}. */
  static OptionValue<Duration> duration(
      int mostDays,
      BiConsumer<PostgresTarget.Builder, Duration> setter,
      Function<PostgresTarget, Duration> getter) {
    return new OptionValue<>(
        (option, encoded) -> DurationText.parse(option, PercentEncoding.decode(option, encoded)),
        (option, shown, duration) ->
            DurationText.check(option, shown, duration, Duration.ofDays(mostDays)),
        setter,
        getter,
        DurationText::render);
  }

  /** A number of rows. */
  static OptionValue<Long> rows(
      BiConsumer<PostgresTarget.Builder, Long> setter,
      Function<PostgresTarget, @Nullable Long> getter) {
    return new OptionValue<>(
        OptionValue::count, OptionValue::checkCount, setter, getter, count -> Long.toString(count));
  }

  /** A list of columns. */
  static OptionValue<List<String>> columns(
      BiConsumer<PostgresTarget.Builder, List<String>> setter,
      Function<PostgresTarget, @Nullable List<String>> getter) {
    return new OptionValue<>(
        OptionValue::columns,
        (option, shown, columns) -> checkColumns(option, columns),
        setter,
        getter,
        columns -> columns.stream().map(PercentEncoding::encode).collect(Collectors.joining(",")));
  }

  /** A table, with its schema or without. */
  static OptionValue<TableName> table(
      BiConsumer<PostgresTarget.Builder, TableName> setter,
      Function<PostgresTarget, @Nullable TableName> getter) {
    return new OptionValue<>(
        OptionValue::table, (option, shown, table) -> {}, setter, getter, TableName::encoded);
  }

  void apply(PostgresTarget.Builder builder, String option, String encoded) {
    T value = reader.read(option, encoded);
    check.check(option, PercentEncoding.decode(option, encoded), value);
    setter.accept(builder, value);
  }

  void check(PostgresTarget target, String option) {
    T value = getter.apply(target);
    if (value != null) {
      check.check(option, writer.apply(value), value);
    }
  }

  @Nullable String written(PostgresTarget target) {
    T value = getter.apply(target);
    return value == null ? null : writer.apply(value);
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
      columns.add(PercentEncoding.decode(option, part));
    }
    return columns;
  }

  private static void checkColumns(String option, List<String> columns) {
    Set<String> seen = new HashSet<>();
    for (String column : columns) {
      if (!seen.add(Identifier.check(option, column))) {
        throw new InvalidTargetException(option + " names column '" + column + "' twice");
      }
    }
  }

  private static long count(String option, String encoded) {
    String text = PercentEncoding.decode(option, encoded);
    try {
      return text.matches("[0-9]+") ? Long.parseLong(text) : -1;
    } catch (NumberFormatException e) {
      return -1; // more than a long holds
    }
  }

  private static TableName table(String option, String encoded) {
    try {
      return TableName.parse(encoded);
    } catch (InvalidTargetException e) {
      throw new InvalidTargetException(option + ": " + e.problems().get(0));
    }
  }

  private static void checkCount(String option, String shown, long count) {
    if (count < 0) {
      throw new InvalidTargetException(
          option + " '" + shown + "' is not a number of rows; use 0 to " + Long.MAX_VALUE);
    }
  }
}
