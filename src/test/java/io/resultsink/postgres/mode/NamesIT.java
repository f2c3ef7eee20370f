package io.resultsink.postgres.mode;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.hasSize;

import io.resultsink.postgres.PostgresResultSink;
import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.destination.TableName;
import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.failure.InvalidTargetException;
import io.resultsink.postgres.failure.ResultSinkException;
import io.resultsink.postgres.internal.url.Identifier;
import io.resultsink.postgres.report.ResultSummary;
import io.resultsink.postgres.testing.Captured;
import io.resultsink.postgres.testing.Refusals;
import io.resultsink.postgres.testing.Runners;
import io.resultsink.postgres.testing.SampleRows;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestingPostgres;
import io.resultsink.postgres.testing.Torture;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.schemas.Schema.Field;
import org.apache.beam.sdk.schemas.Schema.FieldType;
import org.apache.beam.sdk.transforms.ParDo;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Any name that PostgreSQL allows may be a schema's, a table's, a column's and a staging schema's.
 */
@Tag("attack")
class NamesIT {

  private static final int ROUNDS = Torture.rounds(1, 2);

  /** Sinks of one pipeline, which makes them cheap. */
  private static final int NAMES = Torture.rounds(2, 10);

  private static final int LONGEST = 63;

  private static final List<String> AWKWARD =
      List.of(
          "\"",
          "\"\"",
          "'",
          "''",
          "\\",
          "\\\\",
          ".",
          "%",
          "%s",
          "%%",
          "$",
          "$1",
          "$$",
          "?",
          "??",
          ":a",
          "{",
          "}",
          "{fn now()}",
          "{d '1'}",
          "--",
          "/*",
          "*/",
          ";",
          "\n",
          "\r\n",
          "\t",
          " ",
          "/",
          "#",
          "&",
          "=",
          ",",
          "(",
          ")",
          "[",
          "]",
          "\u0001",
          "\u007f",
          "\u00a0",
          "ß",
          "İ",
          "ﬁ",
          "\u202e",
          "\ufeff",
          "\uffff",
          "💾",
          "e\u0301",
          "1",
          "0x",
          "_",
          "A",
          "z");

  private static final List<String> RESERVED =
      List.of("select", "user", "table", "order", "null", "public", "excluded", "old", "r", "v");

  @RegisterExtension final TestDatabase database = new TestDatabase();

  private final Random random = Torture.random("names");

  /** Names of all that a publish has to do with. */
  private record Names(String schema, String table, String staging, List<String> columns) {
    TableName target() {
      return new TableName(schema, table);
    }
  }

  @ParameterizedTest
  @EnumSource(WriteMode.class)
  void whatPostgresCanNameIsPublishedTwice(WriteMode mode) {
    for (int round = 0; round < ROUNDS; round++) {
      List<Names> all = new ArrayList<>();
      for (int i = 0; i < NAMES; i++) {
        all.add(names());
        createSchemas(all.get(i), mode);
      }
      publish(all, mode, "first");
      publish(all, mode, "second");
      for (Names names : all) {
        String texts = Identifier.quote(names.columns.get(1));
        assertThat(
            "seed " + Torture.seed() + ", " + names,
            database.column("SELECT " + texts + " FROM " + names.target().quoted() + " ORDER BY 1"),
            mode == WriteMode.APPEND ? contains("first", "second") : contains("second"));
      }
    }
    Torture.tried((long) ROUNDS * NAMES);
  }

  @Test
  void whatNoServerCouldNameIsRefusedWhenBuilt() {
    Names fine = names();
    for (String wrong : List.of("", "a\u0000b", "é".repeat(32), "x".repeat(64), "\ud83d")) {
      refused(() -> new TableName(fine.schema, wrong));
      refused(() -> new TableName(wrong, fine.table));
      refused(() -> target(fine).stagingSchema(wrong).build());
      refused(() -> target(fine).database(wrong).build());
      refused(() -> target(fine).mode(WriteMode.UPDATE).unique(List.of(wrong)).build());
    }
  }

  @Test
  void aColumnThatNoServerCouldNameIsRefusedByItsNumber() {
    for (String wrong : List.of("", "a\u0000b", "é".repeat(32))) {
      Schema schema = Schema.builder().addInt64Field("id").addStringField(wrong).build();
      ResultSinkException failure =
          Refusals.refused(
              database,
              SampleRows.of(schema, List.of(1L, "a")),
              PostgresResultSink.to(
                  target(new Names("results", "t", "results", List.of())).build()));
      assertThat(failure.getMessage(), containsString("column 2"));
    }
  }

  private void publish(List<Names> all, WriteMode mode, String text) {
    Pipeline pipeline = Runners.DIRECT.pipeline();
    Captured<ResultSummary> summaries = new Captured<>(ResultSummary.class);
    for (int i = 0; i < all.size(); i++) {
      Names names = all.get(i);
      Schema.Builder schema = Schema.builder();
      schema.addField(Field.of(names.columns.get(0), FieldType.INT64));
      schema.addField(Field.of(names.columns.get(1), FieldType.STRING));
      schema.addField(Field.of(names.columns.get(2), FieldType.STRING));
      PostgresTarget.Builder target = target(names).mode(mode);
      if (mode == WriteMode.UPDATE) {
        target.unique(List.of(names.columns.get(0)));
      }
      pipeline
          .apply("Rows " + i, SampleRows.of(schema.build(), List.of(1L, text, "happy")))
          .apply("Publish " + i, PostgresResultSink.to(target.build()))
          .apply("Capture " + i, ParDo.of(summaries.fn()));
    }
    Runners.run(pipeline);
    assertThat(summaries.elements(), hasSize(all.size()));
    database.assertNothingStaged();
  }

  private PostgresTarget.Builder target(Names names) {
    return PostgresTarget.parse(database.url("t")).toBuilder()
        .table(names.target())
        .stagingSchema(names.staging);
  }

  /** Every second table is there before, with an enum's column and a default privilege. */
  private void createSchemas(Names names, WriteMode mode) {
    String sink = TestingPostgres.SINK;
    for (String schema : Set.of(names.schema, names.staging)) {
      database.execute(
          "CREATE SCHEMA IF NOT EXISTS " + Identifier.quote(schema) + " AUTHORIZATION " + sink);
    }
    if (random.nextBoolean()) {
      return;
    }
    String type = Identifier.quote(names.schema) + "." + Identifier.quote(names.columns.get(2));
    List<String> columns = names.columns.stream().map(Identifier::quote).toList();
    String table = names.target().quoted();
    database.executeAs(
        sink,
        "CREATE TYPE " + type + " AS ENUM ('happy')",
        "CREATE TABLE %s (%s bigint%s, %s text, %s %s)"
            .formatted(
                table,
                columns.get(0),
                mode == WriteMode.UPDATE ? " PRIMARY KEY" : "",
                columns.get(1),
                columns.get(2),
                type),
        "COMMENT ON COLUMN " + table + "." + columns.get(0) + " IS 'it''s %s'",
        "GRANT SELECT (" + columns.get(1) + ") ON " + table + " TO reader",
        "CREATE POLICY " + columns.get(1) + " ON " + table + " USING (" + columns.get(0) + " > 0)");
  }

  private Names names() {
    Set<String> columns = new LinkedHashSet<>();
    while (columns.size() < 3) {
      columns.add(name());
    }
    return new Names(
        name(), name(), random.nextBoolean() ? "results" : name(), List.copyOf(columns));
  }

  private String name() {
    String name = random.nextInt(6) == 0 ? pick(RESERVED) : "";
    int longest = 1 + random.nextInt(LONGEST);
    while (name.isEmpty() || (random.nextInt(30) > 0 && bytes(name) < longest)) {
      String more = name + (random.nextInt(3) > 0 ? pick(AWKWARD) : character());
      if (bytes(more) > LONGEST) {
        break;
      }
      name = more;
    }
    // Reserved by PostgreSQL for its own.
    return name.startsWith("pg_") || name.equals("public") ? "x" + name : name;
  }

  private String character() {
    int codePoint = 1 + random.nextInt(Character.MAX_CODE_POINT);
    boolean surrogate = codePoint >= 0xd800 && codePoint <= 0xdfff;
    return Character.toString(surrogate ? 'x' : codePoint);
  }

  private String pick(List<String> names) {
    return names.get(random.nextInt(names.size()));
  }

  private static int bytes(String name) {
    return name.getBytes(StandardCharsets.UTF_8).length;
  }

  private static void refused(Runnable build) {
    try {
      build.run();
    } catch (InvalidTargetException e) {
      return;
    }
    throw new AssertionError("built, and should have been refused");
  }
}
