package io.resultsink.sql;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.resultsink.postgres.testing.Captured;
import io.resultsink.postgres.testing.Pages;
import io.resultsink.postgres.testing.Runners;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestTable;
import io.resultsink.postgres.testing.TestingPostgres;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.extensions.sql.SqlTransform;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.Row;
import org.joda.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tables of a real server, declared and used in Beam SQL. */
class PostgresTableIT {

  private static final Schema VISITS =
      Schema.builder()
          .addStringField("code")
          .addDateTimeField("seen")
          .addDecimalField("amount")
          .build();

  @RegisterExtension final TestDatabase database = new TestDatabase();

  @TempDir Path folder;

  @Test
  void aResultIsInsertedByTheModeOfItsTable() {
    TestTable table = TestTable.create(database, "Hits", "code text, hits bigint");
    database.execute("INSERT INTO " + table.quoted() + " VALUES ('old', 0)");

    run(
        "INSERT INTO hits SELECT code, COUNT(*), MAX(seen) FROM visits GROUP BY code",
        declared(
            "hits",
            "code VARCHAR NOT NULL, hits BIGINT NOT NULL, last_seen TIMESTAMP",
            table,
            "mode=replace",
            ""));

    assertThat(
        database.rows(
            "SELECT code, hits, last_seen AT TIME ZONE 'UTC' FROM "
                + table.quoted()
                + " ORDER BY 1"),
        is(
            List.of(
                List.of("200", "2", "2026-01-02 03:04:06.678"),
                List.of("404", "1", "2026-01-02 03:04:07.678"))));
  }

  @Test
  void anOptionMayBeAProperty() {
    TestTable table = TestTable.create(database, "Hits", "code text PRIMARY KEY, hits bigint");
    database.execute("INSERT INTO " + table.quoted() + " VALUES ('200', 0), ('500', 9)");

    run(
        "INSERT INTO hits SELECT code, COUNT(*) FROM visits GROUP BY code",
        declared(
            "hits",
            "code VARCHAR NOT NULL, hits BIGINT NOT NULL",
            table,
            "",
            ", \"mode\": \"update\", \"unique\": [\"code\"], \"min_rows\": 1"));

    assertThat(
        table.rows("code, hits"),
        is(List.of(List.of("200", "2"), List.of("404", "1"), List.of("500", "9"))));
  }

  @Test
  void theStatementsOfTheReadmePublish() {
    TestTable table = TestTable.missing(database, "Readme");
    String[] statements =
        Pages.readme().replaceFirst("(?s).*```sql\\n(.*?)```.*", "$1").strip().split(";\\s*");
    String url = table.url("").replace(":" + TestingPostgres.ENCODED_PASSWORD, "");
    String declaration =
        statements[0]
            .replace("postgresql://app@db.example.com/shop/top_movies?", url)
            .replace("env:SHOP_DB_PASSWORD", "file:" + passwordFile());

    run(statements[1].replace("title", "code").replace("ratings", "visits"), declaration);

    assertThat(table.rows("title, votes"), is(List.of(List.of("200", "2"), List.of("404", "1"))));
  }

  /** The swap comes after the read. */
  @Test
  void aTableIsReplacedByAQueryOverItself() {
    TestTable table = TestTable.create(database, "Hits", "code text, hits bigint, more text");
    database.execute("INSERT INTO " + table.quoted() + " VALUES ('a', 1, 'x'), ('b', 2, 'y')");

    run(
        "INSERT INTO hits SELECT code, hits + 1 FROM hits",
        declared("hits", "code VARCHAR NOT NULL, hits BIGINT", table, "mode=replace", ""));

    assertThat(table.rows("code, hits"), is(List.of(List.of("a", "2"), List.of("b", "3"))));
  }

  /** A column that is not asked for may be of a type that cannot even be read. */
  @Test
  void onlyTheColumnsThatAreNeededAreRead() {
    TestTable table = TestTable.create(database, "Hits", "code text, hits bigint, more text");
    database.execute("INSERT INTO " + table.quoted() + " VALUES ('a', 1, 'no number')");

    List<Row> rows =
        run(
            "SELECT hits FROM hits WHERE hits > 0",
            declared("hits", "code VARCHAR, hits BIGINT, more INTEGER", table, "", ""));

    assertThat(values(rows), is(List.of(List.of(1L))));
  }

  @Test
  void valuesAreReadAsTheyAreDeclared() {
    TestTable table =
        TestTable.create(
            database,
            "Types",
            "s text, t smallint, i integer, l bigint, f real, d double precision, n numeric(10,2),"
                + " b boolean, y bytea, day date, seen timestamptz, wall timestamp, u uuid");
    database.execute(
        "INSERT INTO "
            + table.quoted()
            + " VALUES ('grün', 1, 2, 3, 0.5, 0.1, 1.50, true, '\\x00ff', '2026-01-02',"
            + " '2026-01-02 03:04:05.678+02', '2026-01-02 03:04:05.678',"
            + " '11111111-2222-3333-4444-555555555555'), (NULL, NULL, NULL, NULL, NULL, NULL, NULL,"
            + " NULL, NULL, NULL, NULL, NULL, NULL)");

    List<Row> rows =
        run(
            "SELECT * FROM types",
            declared(
                "types",
                "s VARCHAR, t SMALLINT, i INTEGER, l BIGINT, f FLOAT, d DOUBLE, n DECIMAL,"
                    + " b BOOLEAN, y VARBINARY, `day` DATE, seen TIMESTAMP, wall TIMESTAMP,"
                    + " u VARCHAR",
                table,
                "",
                ""));

    List<Object> nothing = Arrays.asList(new Object[13]);
    assertThat(
        values(rows).stream()
            .map(row -> row.stream().map(v -> v instanceof byte[] y ? y.length : v).toList())
            .map(Object::toString)
            .toList(),
        containsInAnyOrder(
            nothing.toString(),
            List.of(
                    "grün",
                    (short) 1,
                    2,
                    3L,
                    0.5f,
                    0.1,
                    new BigDecimal("1.50"),
                    true,
                    2,
                    java.time.LocalDate.of(2026, 1, 2),
                    Instant.parse("2026-01-02T01:04:05.678Z"),
                    Instant.parse("2026-01-02T03:04:05.678Z"),
                    "11111111-2222-3333-4444-555555555555")
                .toString()));
  }

  @Test
  void aFractionIsNotCutToAWholeNumber() {
    TestTable table = TestTable.create(database, "Fractions", "n numeric");
    database.execute("INSERT INTO " + table.quoted() + " VALUES (1.5)");

    RuntimeException failed =
        assertThrows(
            RuntimeException.class,
            () -> run("SELECT n FROM f", declared("f", "n BIGINT", table, "", "")));

    assertThat(rootOf(failed).getClass(), is((Object) ArithmeticException.class));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "amount DECIMAL | SELECT amount * 1.1 FROM visits | column 'amount' is or has a DECIMAL",
        "a ARRAY<DECIMAL> | SELECT ARRAY[amount] FROM visits | column 'a' is or has a DECIMAL",
        "r ROW<x INTEGER> | SELECT ROW(1) FROM visits | column 'r' is or has a ROW",
      })
  void anInsertThatWouldChangeValuesIsRefusedWhenItIsPlanned(
      String column, String query, String message) {
    TestTable table = TestTable.missing(database, "Refused");

    String refused = refusal("INSERT INTO t " + query, declared("t", column, table, "", ""));

    assertThat(refused, containsString(message));
    assertThat(refused, containsString("PostgresResultSink to its result"));
    assertThat(
        "nothing ran",
        database.rows("SELECT FROM pg_tables WHERE schemaname = 'results'"),
        is(List.of()));
  }

  @Test
  void allThatIsWrongWithADeclarationIsSaidAtOnce() {
    String refused =
        refusal(
            "SELECT a FROM t",
            "CREATE EXTERNAL TABLE t (a VARCHAR) TYPE postgres LOCATION"
                + " 'postgresql://app:kanarienvogel@h/d/t?mode=replace' TBLPROPERTIES"
                + " '{\"colour\": \"red\", \"mode\": \"append\", \"min_rows\": true}'");

    assertThat(refused, containsString("table 't': property 'colour' is not known; use mode,"));
    assertThat(refused, containsString("property 'min_rows' is neither text nor a number"));
    assertThat(refused, containsString("option 'mode' has one value in the URL"));
    assertThat(refused, containsString("the URL has a password"));
    assertThat(refused, not(containsString("kanarienvogel")));
  }

  @Test
  void aTableNeedsALocation() {
    assertThat(
        refusal("SELECT a FROM t", "CREATE EXTERNAL TABLE t (a VARCHAR) TYPE postgres"),
        containsString("table 't' has no LOCATION"));
  }

  private static String refusal(String sql, String declaration) {
    RuntimeException refused =
        assertThrows(
            RuntimeException.class, () -> query(Runners.DIRECT.pipeline(), sql, declaration));
    return String.valueOf(refused.getMessage()) + rootOf(refused).getMessage();
  }

  private static Throwable rootOf(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root;
  }

  private String declared(
      String name, String columns, TestTable table, String options, String properties) {
    String url = table.url(options).replace(":" + TestingPostgres.ENCODED_PASSWORD, "");
    return "CREATE EXTERNAL TABLE %s (%s) TYPE postgres LOCATION '%s' TBLPROPERTIES '%s'"
        .formatted(
            name,
            columns,
            url,
            "{\"password\": \"file:" + passwordFile() + "\"" + properties + "}");
  }

  private Path passwordFile() {
    try {
      return Files.writeString(folder.resolve("password"), TestingPostgres.PASSWORD);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static List<Row> run(String sql, String declaration) {
    Captured<Row> rows = new Captured<>(Row.class);
    Pipeline pipeline = Runners.DIRECT.pipeline();
    query(pipeline, sql, declaration).apply("Capture", ParDo.of(rows.fn()));
    Runners.run(pipeline);
    return rows.elements();
  }

  private static org.apache.beam.sdk.values.PCollection<Row> query(
      Pipeline pipeline, String sql, String declaration) {
    return PCollectionTuple.of(
            "visits",
            pipeline.apply(
                "Visits",
                Create.of(visit("200", 5, "1.50"), visit("200", 6, "2.25"), visit("404", 7, "0.10"))
                    .withRowSchema(VISITS)))
        .apply(SqlTransform.query(sql).withDdlString(declaration));
  }

  private static Row visit(String code, int second, String amount) {
    return Row.withSchema(VISITS)
        .addValues(
            code, Instant.parse("2026-01-02T03:04:0" + second + ".678Z"), new BigDecimal(amount))
        .build();
  }

  private static List<List<Object>> values(List<Row> rows) {
    return rows.stream().map(Row::getValues).toList();
  }
}
