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
import org.apache.beam.sdk.extensions.sql.impl.BeamSqlEnv;
import org.apache.beam.sdk.extensions.sql.impl.rel.BeamRelNode;
import org.apache.beam.sdk.extensions.sql.impl.rel.BeamSqlRelUtils;
import org.apache.beam.sdk.extensions.sql.meta.provider.InvalidTableException;
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
import org.junit.jupiter.params.provider.ValueSource;

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

  @ParameterizedTest
  @ValueSource(strings = {"[\"code\", \"day\"]", "\"code,day\""})
  void anOptionMayBeAProperty(String unique) {
    TestTable table =
        TestTable.create(
            database, "Hits", "code text, hits bigint, day int, PRIMARY KEY (code, day)");
    database.execute("INSERT INTO " + table.quoted() + " VALUES ('200', 0, 1), ('500', 9, 1)");

    run(
        "INSERT INTO hits SELECT code, COUNT(*), 1 FROM visits GROUP BY code",
        declared(
            "hits",
            "code VARCHAR NOT NULL, hits BIGINT NOT NULL, `day` INTEGER NOT NULL",
            table,
            "",
            ", \"mode\": \"update\", \"unique\": " + unique + ", \"min_rows\": 1"));

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

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "numeric | 1.5 | BIGINT",
        "double precision | 1.5 | INTEGER",
        "bigint | 2147483648 | INTEGER",
        "double precision | 0.1 | FLOAT",
        "numeric | 16777217 | FLOAT",
        "bigint | 9007199254740993 | DOUBLE",
        "numeric | 0.12345678901234567890 | DOUBLE",
        "numeric | 1e400 | DOUBLE",
        "timestamp | '2026-01-02 03:04:05' | DATE",
        "timestamptz | '2026-01-02 03:04:05Z' | TIME",
        "date | 'infinity' | DATE",
        "time | '24:00' | TIME",
        "timestamptz | 'infinity' | TIMESTAMP",
      })
  void aValueThatItsDeclaredTypeWouldChangeIsNotRead(String type, String value, String declared) {
    TestTable table = TestTable.create(database, "Changed", "n " + type);
    database.execute("INSERT INTO " + table.quoted() + " VALUES (" + value + ")");

    RuntimeException failed =
        assertThrows(
            RuntimeException.class,
            () -> run("SELECT n FROM f", declared("f", "n " + declared, table, "", "")));

    assertThat(rootOf(failed).getMessage(), containsString("a value of column 'n' ("));
    assertThat(rootOf(failed).getMessage(), containsString("declare the column as a type that"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "double precision | 0.5 | FLOAT | 0.5",
        "double precision | 'NaN' | FLOAT | NaN",
        "numeric | 0.1 | FLOAT | 0.1",
        "integer | 16777216 | FLOAT | 1.6777216E7",
        "real | 0.1 | DOUBLE | 0.10000000149011612",
        "numeric | 1.50 | DOUBLE | 1.5",
        "numeric | 'NaN' | DOUBLE | NaN",
        "numeric | NULL | DOUBLE | null",
        "bigint | 9007199254740992 | DOUBLE | 9.007199254740992E15",
        "double precision | 1e15 | BIGINT | 1000000000000000",
      })
  void aNumberIsReadAsAnotherTypeThatHasIt(
      String type, String value, String declared, String read) {
    TestTable table = TestTable.create(database, "Kept", "n " + type);
    database.execute("INSERT INTO " + table.quoted() + " VALUES (" + value + ")");

    List<Row> rows = run("SELECT n FROM f", declared("f", "n " + declared, table, "", ""));

    assertThat("" + rows.get(0).getValue(0), is(read));
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
    String refused = refusedInsert(column, query);

    assertThat(refused, containsString(message));
    assertThat(refused, containsString("PostgresResultSink to its result"));
  }

  /** Beam SQL would cut a fraction, a time of day or milliseconds, or round, and say nothing. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "BIGINT | SELECT 1.5e0 * COUNT(*) FROM visits | BIGINT and gets DOUBLE",
        "BIGINT | SELECT amount FROM visits | BIGINT and gets DECIMAL",
        "INTEGER | SELECT AVG(1.5e0) FROM visits | INTEGER and gets DOUBLE",
        "SMALLINT | SELECT 1.5 FROM visits UNION ALL SELECT 2.5 FROM visits | and gets DECIMAL",
        "BIGINT | VALUES (1.5) | BIGINT and gets DECIMAL",
        "BIGINT | SELECT x FROM (SELECT 1.5e0 AS x FROM visits) ORDER BY x LIMIT 1 | DOUBLE",
        "BIGINT NOT NULL | WITH w AS (SELECT 1.5e0 AS x FROM visits) SELECT x FROM w | and gets DOUBLE",
        "BIGINT | SELECT seen FROM visits | BIGINT and gets TIMESTAMP",
        "FLOAT | SELECT 0.1e0 FROM visits | FLOAT and gets DOUBLE",
        "DOUBLE | SELECT COUNT(*) FROM visits | DOUBLE and gets BIGINT",
        "DATE | SELECT seen FROM visits | DATE and gets TIMESTAMP",
        "TIME | SELECT seen FROM visits | TIME and gets TIMESTAMP",
        "VARCHAR | SELECT seen FROM visits | VARCHAR and gets TIMESTAMP",
        "BOOLEAN | SELECT 2 FROM visits | BOOLEAN and gets INTEGER",
        "ARRAY<BIGINT> | SELECT ARRAY[1.5e0] FROM visits | and gets DOUBLE",
        "MAP<VARCHAR, INTEGER> | SELECT MAP['a', 1.5e0] FROM visits | DOUBLE) MAP",
        "MAP<VARCHAR, INTEGER> | SELECT MAP['a', 3000000000] FROM visits | BIGINT) MAP",
      })
  void aCastThatBeamSqlWouldAddIsRefusedWhenItIsPlanned(
      String column, String query, String message) {
    String refused = refusedInsert("c " + column, query);

    assertThat(refused, containsString("INSERT INTO t is refused: column 'c' is declared as "));
    assertThat(refused, containsString(message));
    assertThat(refused, containsString("in the query if that is meant"));
  }

  @Test
  void anInsertOutsideOfASqlTransformIsRefused() {
    TestTable table = TestTable.missing(database, "Hidden");
    BeamSqlEnv env = BeamSqlEnv.inMemory(new PostgresTableProvider());
    env.executeDdl(declared("t", "c BIGINT", table, "", ""));
    BeamRelNode insert = env.parseQuery("INSERT INTO t VALUES (1)");

    InvalidTableException refused =
        assertThrows(
            InvalidTableException.class,
            () -> BeamSqlRelUtils.toPCollection(Runners.DIRECT.pipeline(), insert));

    assertThat(refused.getMessage(), containsString("is not found in a SqlTransform"));
    assertThat(refused.getMessage(), containsString("PostgresResultSink to its result"));
  }

  @Test
  void theColumnsThatAnInsertNamesAreThoseThatItsQueryIsComparedWith() {
    TestTable table = TestTable.missing(database, "Named");
    String declaration = declared("t", "a BIGINT, b DOUBLE", table, "", "");
    String values = "SELECT 1.5e0, 2 FROM visits WHERE code = '404'";

    assertThat(
        refusal("INSERT INTO t (a, b) " + values, declaration),
        containsString("column 'a' is declared as BIGINT and gets DOUBLE"));
    run("INSERT INTO t (b, a) " + values, declaration);

    assertThat(table.rows("a, b"), is(List.of(List.of("2", "1.5"))));
  }

  @Test
  void aCountReadsAllDeclaredColumns() {
    TestTable table = TestTable.create(database, "Counted", "a int[], b int");

    String refused =
        refusal(
            "SELECT COUNT(*) FROM t", declared("t", "a ARRAY<INTEGER>, b INTEGER", table, "", ""));

    assertThat(refused, containsString("SELECT FROM t is refused: column 'a'"));
    assertThat(refused, containsString("leave it out of the declaration"));
    assertThat(
        values(run("SELECT COUNT(*) FROM t", declared("t", "b INTEGER", table, "", ""))),
        is(List.of(List.of(0L))));
  }

  @Test
  void aCastThatTheQueryHasIsDone() {
    TestTable table = TestTable.missing(database, "Cast");

    run(
        "INSERT INTO t SELECT CAST(SUM(amount) AS BIGINT), CAST(seen AS DATE), COUNT(*), NULL,"
            + " code, 2 FROM visits WHERE code = '404' GROUP BY CAST(seen AS DATE), code",
        declared(
            "t", "a BIGINT, b DATE, c INTEGER, d DOUBLE, e VARCHAR(3), f BIGINT", table, "", ""));

    assertThat(
        table.rows("a, b, c, d, e, f"),
        is(List.of(Arrays.asList("0", "2026-01-02", "1", null, "404", "2"))));
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

  /** Why an INSERT of a query's rows into a new table is refused; nothing has run then. */
  private String refusedInsert(String columns, String query) {
    TestTable table = TestTable.missing(database, "Refused");
    String refused = refusal("INSERT INTO t " + query, declared("t", columns, table, "", ""));
    assertThat(
        "nothing ran",
        database.rows("SELECT FROM pg_tables WHERE schemaname = 'results'"),
        is(List.of()));
    return refused;
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
