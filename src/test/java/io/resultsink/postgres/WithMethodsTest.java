package io.resultsink.postgres;

import static java.util.stream.Collectors.toSet;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.resultsink.postgres.destination.Keep;
import io.resultsink.postgres.destination.Reset;
import io.resultsink.postgres.destination.Secret;
import io.resultsink.postgres.destination.SinkOption;
import io.resultsink.postgres.destination.StagingDurability;
import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.failure.InvalidTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.apache.beam.sdk.io.jdbc.JdbcIO;
import org.apache.beam.sdk.transforms.display.DisplayData;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The methods of the sink say in Java what options say in a URL. */
class WithMethodsTest {

  private static final String URL = "postgresql://app@db/shop/movies";

  /** A value in Java, and the same in a URL. */
  private record Value(UnaryOperator<PostgresResultSink> method, String text) {}

  private static final Map<SinkOption, Value> VALUES = new EnumMap<>(SinkOption.class);

  /** The modes of options that no other mode has. */
  private static final Map<SinkOption, String> MODES =
      Map.of(
          SinkOption.UNIQUE, "mode=update&",
          SinkOption.KEEP, "mode=replace&",
          SinkOption.UNDO, "mode=replace&",
          SinkOption.RESET, "mode=truncate&");

  static {
    value(SinkOption.MODE, sink -> sink.withMode(WriteMode.REPLACE), "replace");
    value(
        SinkOption.UNIQUE,
        sink -> sink.withMode(WriteMode.UPDATE).withUnique("a b", "c,d"),
        "a%20b,c%2Cd");
    value(SinkOption.KEEP, sink -> sink.withMode(WriteMode.REPLACE).withKeep(Keep.ALL), "all");
    value(SinkOption.UNDO, sink -> sink.withMode(WriteMode.REPLACE).withUndo(3), "3");
    value(SinkOption.SCHEMA, sink -> sink.withSchema("Mein Schema"), "Mein%20Schema");
    value(SinkOption.STAGING_SCHEMA, sink -> sink.withStagingSchema("a.b"), "a.b");
    value(SinkOption.STAGING, sink -> sink.withStaging(StagingDurability.LOGGED), "logged");
    value(SinkOption.STAGING_TTL, sink -> sink.withStagingTtl(Duration.ofHours(36)), "36h");
    value(SinkOption.RUN_ID, sink -> sink.withRunId("daily 1"), "daily%201");
    value(SinkOption.MIN_ROWS, sink -> sink.withMinRows(7), "7");
    value(SinkOption.MAX_REJECTED, sink -> sink.withMaxRejected(9), "9");
    value(SinkOption.REJECTS, sink -> sink.withRejects("audit.bad%2Erows"), "audit.bad%2Erows");
    value(SinkOption.LOCK_TIMEOUT, sink -> sink.withLockTimeout(Duration.ofMillis(20)), "20ms");
    value(SinkOption.LOCK_WAIT, sink -> sink.withLockWait(Duration.ofMinutes(90)), "90min");
    value(
        SinkOption.RESET,
        sink -> sink.withMode(WriteMode.TRUNCATE).withReset(Reset.TRUNCATE),
        "truncate");
  }

  private static void value(
      SinkOption option, UnaryOperator<PostgresResultSink> method, String text) {
    VALUES.put(option, new Value(method, text));
  }

  private static Map<?, ?> shown(PostgresResultSink sink) {
    return DisplayData.from(sink).asMap();
  }

  @ParameterizedTest
  @EnumSource
  void saysWhatTheOptionSays(SinkOption option) {
    Value value = VALUES.get(option);
    PostgresResultSink sink = value.method().apply(PostgresResultSink.to(URL));
    String mode = MODES.getOrDefault(option, "");
    String url = URL + "?" + mode + option.option() + "=" + value.text();
    assertThat(shown(sink), equalTo(shown(PostgresResultSink.to(url))));
    assertThat(shown(sink), not(equalTo(shown(PostgresResultSink.to(URL)))));
    assertThat(shown(sink).toString(), containsString(value.text()));
  }

  @Test
  void everyMethodIsThatOfAnOptionOrTestedBelow() {
    Set<String> methods =
        Arrays.stream(PostgresResultSink.class.getDeclaredMethods())
            .filter(method -> Modifier.isPublic(method.getModifiers()))
            .map(Method::getName)
            .filter(name -> name.startsWith("with"))
            .collect(toSet());
    Stream<String> ofOptions = VALUES.keySet().stream().map(WithMethodsTest::methodOf);
    Stream<String> others =
        Stream.of(
            "withErrorHandler", // see RejectsIT
            "withRejectedRows",
            "withPassword",
            "withConnectionProperties",
            "withDataSourceConfiguration",
            "withDataSourceProviderFn");
    assertThat(methods, equalTo(Stream.concat(ofOptions, others).collect(toSet())));
  }

  private static String methodOf(SinkOption option) {
    return Arrays.stream(option.option().split("_"))
        .map(word -> word.substring(0, 1).toUpperCase(java.util.Locale.ROOT) + word.substring(1))
        .reduce("with", String::concat);
  }

  @Test
  void versionsMayBeKeptForATime() {
    PostgresResultSink sink =
        PostgresResultSink.to(URL).withMode(WriteMode.REPLACE).withUndo(Duration.ofHours(48));
    assertThat(shown(sink), equalTo(shown(PostgresResultSink.to(URL + "?mode=replace&undo=48h"))));
  }

  @Test
  void connectionPropertiesAreThoseOfAUrl() {
    PostgresResultSink sink =
        PostgresResultSink.to(URL).withConnectionProperties(Map.of("sslmode", "require"));
    assertThat(shown(sink), equalTo(shown(PostgresResultSink.to(URL + "?sslmode=require"))));
    assertThat(shown(sink).toString(), containsString("require"));
    assertThrows(
        InvalidTargetException.class,
        () -> PostgresResultSink.to(URL).withConnectionProperties(Map.of("autosave", "always")));
  }

  @Test
  void aPasswordIsNotShown() {
    PostgresResultSink sink = PostgresResultSink.to(URL).withPassword(Secret.of("hunter2"));
    assertThat(shown(sink), equalTo(shown(PostgresResultSink.to(URL))));
  }

  /** Such a sink names the table alone, and the options still hold. */
  @Test
  void aDataSourceLeavesTheOptionsAsTheyAre() {
    PostgresResultSink table = PostgresResultSink.toTable("movies").withMinRows(7);
    Map<?, ?> shown = shown(table);
    assertThat(shown(table.withDataSourceProviderFn(none -> null)), equalTo(shown));
    assertThat(
        shown(
            table.withDataSourceConfiguration(
                JdbcIO.DataSourceConfiguration.create("org.postgresql.Driver", "jdbc:x"))),
        equalTo(shown));
    assertThat(shown.toString().contains("min_rows"), is(true));
  }

  @Test
  void aWrongValueIsRefusedAsInAUrl() {
    InvalidTargetException inJava =
        assertThrows(
            InvalidTargetException.class,
            () -> PostgresResultSink.to(URL).withLockWait(Duration.ofDays(25)));
    InvalidTargetException inUrl =
        assertThrows(
            InvalidTargetException.class, () -> PostgresResultSink.to(URL + "?lock_wait=25d"));
    assertThat(inJava.problems(), equalTo(inUrl.problems()));
  }
}
