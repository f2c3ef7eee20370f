package io.resultsink.postgres.destination;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.resultsink.postgres.failure.InvalidTargetException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class SinkOptionTest {

  private static final String IN_RANGE_DAYS = "is out of range; use 1ms to ";

  @Test
  void namesAreTheContract() {
    assertThat(
        SinkOption.names(),
        contains(
            "mode",
            "unique",
            "keep",
            "undo",
            "schema",
            "staging_schema",
            "staging",
            "staging_ttl",
            "run_id",
            "min_rows",
            "max_rejected",
            "rejects",
            "lock_timeout",
            "lock_wait",
            "reset"));
  }

  @ParameterizedTest
  @EnumSource
  void describesItself(SinkOption option) {
    for (String text : List.of(option.acceptedValues(), option.defaultText(), option.meaning())) {
      assertThat(text, not(is("")));
      assertThat(text, not(containsString("\n")));
    }
    assertThat(SinkOption.find(option.option()).orElseThrow(), is(option));
  }

  @Test
  void defaultTextsAreTheDefaults() {
    PostgresTarget defaults = target().build();
    for (SinkOption option :
        EnumSet.of(
            SinkOption.MODE,
            SinkOption.KEEP,
            SinkOption.UNDO,
            SinkOption.STAGING_TTL,
            SinkOption.MIN_ROWS,
            SinkOption.LOCK_TIMEOUT,
            SinkOption.LOCK_WAIT,
            SinkOption.RESET)) {
      assertThat(option.render(defaults), is(option.defaultText()));
    }
    for (SinkOption option :
        EnumSet.of(
            SinkOption.UNIQUE,
            SinkOption.SCHEMA,
            SinkOption.STAGING_SCHEMA,
            SinkOption.STAGING,
            SinkOption.RUN_ID,
            SinkOption.MAX_REJECTED,
            SinkOption.REJECTS)) {
      assertThat(option.render(defaults), is(nullValue()));
    }
  }

  @ParameterizedTest
  @EnumSource(WriteMode.class)
  void stagingIsTheModesUnlessGivenWhicheverIsSaidFirst(WriteMode mode) {
    StagingDurability unlessGiven =
        mode == WriteMode.REPLACE ? StagingDurability.LOGGED : StagingDurability.UNLOGGED;
    assertThat(target().build().toBuilder().mode(mode).build().staging(), is(unlessGiven));
    for (StagingDurability given : StagingDurability.values()) {
      PostgresTarget target = target().staging(given).build().toBuilder().mode(mode).build();
      assertThat(target.staging(), is(given));
      assertThat(SinkOption.STAGING.render(target), is(given.option()));
    }
    assertThat(SinkOption.STAGING.defaultText(), is("logged for replace, else unlogged"));
  }

  @Test
  void modeAndStagingListTheirValues() {
    for (WriteMode mode : WriteMode.values()) {
      assertThat(SinkOption.MODE.acceptedValues(), containsString(mode.option()));
    }
    for (StagingDurability staging : StagingDurability.values()) {
      assertThat(SinkOption.STAGING.acceptedValues(), containsString(staging.option()));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "MODE, update, update",
    "UNIQUE, 'a,b', 'a,b'",
    "UNIQUE, '[a,b]', 'a,b'",
    "UNIQUE, 'a%2Cb,c', 'a%2Cb,c'",
    "UNIQUE, '%5Ba%5D', '%5Ba%5D'",
    "UNIQUE, '[%5Ba]', '%5Ba'",
    "STAGING_SCHEMA, Mein%20Schema, Mein%20Schema",
    "STAGING, logged, logged",
    "STAGING_TTL, 36500d, 36500d",
    "RUN_ID, 2026-11-22T10+00, 2026-11-22T10%2B00",
    "MIN_ROWS, 9223372036854775807, 9223372036854775807",
    "MAX_REJECTED, 0, 0",
    "REJECTS, bad, bad",
    "REJECTS, 'a%2Eb.Bad%20rows', 'a%2Eb.Bad%20rows'",
    "LOCK_TIMEOUT, 1ms, 1ms",
    "LOCK_TIMEOUT, 1500ms, 1500ms",
    "LOCK_TIMEOUT, 60s, 1min",
    "LOCK_WAIT, 120min, 2h",
    "LOCK_WAIT, 24h, 1d",
    "LOCK_WAIT, 0090min, 90min",
  })
  void readsAndRenders(SinkOption option, String encoded, String rendered) {
    PostgresTarget.Builder builder = target();
    option.apply(builder, encoded);
    assertThat(option.render(builder.build()), is(rendered));
  }

  @Test
  void readsIntoTheTarget() {
    PostgresTarget.Builder builder = target();
    SinkOption.UNIQUE.apply(builder, "[a%2C,%20b]");
    SinkOption.STAGING_TTL.apply(builder, "12h");
    SinkOption.RUN_ID.apply(builder, "a%26b");
    SinkOption.SCHEMA.apply(builder, "shop");
    SinkOption.RESET.apply(builder, "truncate");
    PostgresTarget target = builder.build();
    assertThat(target.unique(), contains("a,", " b"));
    assertThat(target.stagingTtl(), is(Duration.ofHours(12)));
    assertThat(target.runId(), is("a&b"));
    assertThat(target.reset(), is(Reset.TRUNCATE));
    assertThat(target.table(), is(new TableName("shop", "t")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          MODE           | overwrite  | mode 'overwrite' is not known; use append, replace, truncate or update
          MODE           | APPEND     | mode 'APPEND' is not known; use append, replace, truncate or update
          MODE           | ''         | mode has no value; use append, replace, truncate, update
          MODE           | a%2        | mode has a '%' without two hexadecimal digits; write a '%' itself as %25
          STAGING        | temp       | staging 'temp' is not known; use unlogged or logged
          UNIQUE         | a,,b       | unique: a name is empty
          UNIQUE         | []         | unique: a name is empty
          UNIQUE         | [a,b       | unique has one bracket only; use a,b or [a,b], a bracket in a name as %5B or %5D
          UNIQUE         | a,b]       | unique has one bracket only; use a,b or [a,b], a bracket in a name as %5B or %5D
          UNIQUE         | [          | unique has one bracket only; use a,b or [a,b], a bracket in a name as %5B or %5D
          KEEP           | some       | keep 'some' is not known; use none or all
          UNDO           | some       | undo 'some' is neither a number of versions nor a duration; use a number such as 3, or a duration such as 7d
          UNDO           | -1         | undo '-1' is neither a number of versions nor a duration; use a number such as 3, or a duration such as 7d
          UNDO           | 1001       | undo '1001' is out of range; use 0 to 1000 versions, or a duration
          UNDO           | 99999999999 | undo '99999999999' is out of range; use 0 to 1000 versions, or a duration
          UNDO           | 40000d     | undo '40000d' is out of range; use 1ms to 36500d
          UNIQUE         | a,b,a      | unique names column 'a' twice
          STAGING_SCHEMA | %00        | staging_schema has a U+0000, which PostgreSQL cannot store
          MIN_ROWS       | -1         | min_rows '-1' is not a number of rows; use 0 to 9223372036854775807
          MIN_ROWS       | 1e6        | min_rows '1e6' is not a number of rows; use 0 to 9223372036854775807
          MIN_ROWS       | 9223372036854775808 | min_rows '9223372036854775808' is not a number of rows; use 0 to 9223372036854775807
          MAX_REJECTED   | many       | max_rejected 'many' is not a number of rows; use 0 to 9223372036854775807
          REJECTS        | a.b.c      | rejects: the table has 2 dots; write table or schema.table, and a dot that belongs to a name as %2E
          RESET          | drop       | reset 'drop' is not known; use delete or truncate
          RUN_ID         | a%00       | run_id has a U+0000, which PostgreSQL cannot store
          RUN_ID         | a%0Ab      | run_id has the control character U+000A; use letters, digits and blanks
          RUN_ID         | a%1Bb      | run_id has the control character U+001B; use letters, digits and blanks
          RUN_ID         | %FF        | run_id is not UTF-8 once its %XX are decoded
          """)
  void refuses(SinkOption option, String encoded, String problem) {
    assertThat(refusal(option, encoded), is(problem));
  }

  @ParameterizedTest
  @CsvSource({"5", "ms", "5m", "5 min", "5S", "1.5h", "-1s", "+1s", "5us", "5min30s", "1w"})
  void refusesWhatIsNoDuration(String text) {
    assertThat(
        refusal(SinkOption.LOCK_WAIT, text.replace(" ", "%20")),
        is(
            "lock_wait '"
                + text
                + "' is not a duration; use a whole number with ms, s, min, h or d, such as 100ms"
                + " or 5min"));
  }

  @ParameterizedTest
  @CsvSource({
    "LOCK_TIMEOUT, 0ms, 24d",
    "LOCK_TIMEOUT, 25d, 24d",
    "LOCK_WAIT, 0min, 24d",
    "STAGING_TTL, 0d, 36500d",
    "STAGING_TTL, 36501d, 36500d",
    "STAGING_TTL, 9223372036854775807d, 36500d",
    "STAGING_TTL, 99999999999999999999d, 36500d",
  })
  void refusesDurationsOutOfRange(SinkOption option, String text, String longest) {
    assertThat(
        refusal(option, text), is(option.option() + " '" + text + "' " + IN_RANGE_DAYS + longest));
  }

  @Test
  void limitsTheRunId() {
    PostgresTarget.Builder builder = target();
    SinkOption.RUN_ID.apply(builder, "💾".repeat(200));
    assertThat(builder.build().runId(), is("💾".repeat(200)));
    assertThat(
        refusal(SinkOption.RUN_ID, "a".repeat(201)),
        is("run_id has 201 characters; use at most 200"));
  }

  @Test
  void longNameSaysItsOption() {
    assertThat(
        refusal(SinkOption.STAGING_SCHEMA, "s".repeat(64)),
        is(
            "staging_schema: name '"
                + "s".repeat(64)
                + "' has 64 bytes; PostgreSQL names have at most 63"));
  }

  @Test
  void builderSaysTheSameAndAllOfIt() {
    InvalidTargetException thrown =
        assertThrows(
            InvalidTargetException.class,
            () ->
                target()
                    .host("")
                    .port(0)
                    .database("")
                    .user("")
                    .unique(List.of("a", "a"))
                    .stagingSchema("")
                    .runId("\uD800")
                    .minRows(-1)
                    .stagingTtl(Duration.ofNanos(1))
                    .lockTimeout(Duration.ZERO)
                    .lockWait(Duration.ofSeconds(-1))
                    .build());
    assertThat(
        thrown.problems(),
        contains(
            is("the host is empty; write one, such as localhost"),
            is("the port is out of range; use 1 to 65535"),
            is("the database: a name is empty"),
            is("the user is empty"),
            is("unique names column 'a' twice"),
            is("staging_schema has no value; use a name"),
            startsWith("staging_ttl 'PT0.000000001S' is not a duration; "),
            is("run_id is not valid Unicode: half of a surrogate pair"),
            startsWith("min_rows '-1' is not a number of rows; "),
            is("lock_timeout '0ms' " + IN_RANGE_DAYS + "24d"),
            startsWith("lock_wait 'PT-1S' is not a duration; ")));
  }

  @Test
  void builderTakesNoDurationThatCannotBeCounted() {
    PostgresTarget.Builder builder = target().lockWait(Duration.ofSeconds(Long.MAX_VALUE));
    InvalidTargetException thrown = assertThrows(InvalidTargetException.class, builder::build);
    assertThat(
        thrown.getMessage(),
        is("lock_wait 'PT2562047788015215H30M7S' is out of range; use 1ms to 24d"));
  }

  @Test
  void builderNeedsATable() {
    InvalidTargetException thrown =
        assertThrows(InvalidTargetException.class, () -> PostgresTarget.builder().build());
    assertThat(thrown.getMessage(), is("no table is given"));
  }

  @Test
  void builderCopiesWhatItIsGiven() {
    List<String> columns = new java.util.ArrayList<>(List.of("a"));
    PostgresTarget target = target().unique(columns).build();
    columns.add("b");
    assertThat(target.unique(), contains("a"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          method     | option 'method' is not accepted; leave it out: rows are always written by COPY
          ssl        | option 'ssl' is not accepted; write sslmode=require to encrypt, sslmode=verify-full to check the server's certificate too, or sslmode=disable
          ssl_verify | option 'ssl_verify' is not accepted; write sslmode=verify-full to check the server's certificate, sslmode=require to only encrypt
          fdw        | option 'fdw' is not accepted; leave it out: foreign tables are not created
          keep       | option 'keep' is not accepted; it is reserved and not built yet; leave it out
          application_name | connection property 'ApplicationName' is not accepted; the sink sets it itself; leave it out
          autosave   | connection property 'autosave' is not accepted; the sink sets it itself; leave it out
          """)
  void saysWhatToWriteInstead(String name, String problem) {
    assertThat(UnknownOption.problem(name), is(problem));
  }

  @ParameterizedTest
  @CsvSource({
    "mod, mode",
    "Mode, mode",
    "modes, mode",
    "uniq, unique",
    "unqiue, unique",
    "stagingSchema, staging_schema",
    "runid, run_id",
    "lock_timeuot, lock_timeout",
    "connect_timeout, connectTimeout",
    "sslmod, sslmode",
  })
  void suggestsTheNearestSpelling(String name, String nearest) {
    String problem = UnknownOption.problem(name);
    assertThat(
        problem,
        startsWith("option '" + name + "' is not known (did you mean " + nearest + "?); "));
  }

  @Test
  void listsAllThatIsValid() {
    assertThat(
        UnknownOption.problem("wholly_different_thing"),
        is(
            "option 'wholly_different_thing' is not known; use "
                + String.join(", ", SinkOption.names())
                + ", or a connection property: "
                + String.join(", ", ConnectionProperties.names())
                + "; libpq's spellings are accepted too"));
  }

  private static PostgresTarget.Builder target() {
    return PostgresTarget.builder().table(new TableName(null, "t"));
  }

  private static String refusal(SinkOption option, String encoded) {
    return assertThrows(InvalidTargetException.class, () -> option.apply(target(), encoded))
        .getMessage();
  }
}
