package io.resultsink.postgres.destination;

import io.resultsink.postgres.internal.url.DurationText;
import io.resultsink.postgres.internal.url.Identifier;
import io.resultsink.postgres.internal.url.PercentEncoding;
import java.time.Duration;
import java.util.function.BiConsumer;
import java.util.function.Function;
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
}
