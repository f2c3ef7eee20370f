package io.resultsink.pipelines.duckdb;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.is;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.beam.sdk.values.Row;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Columns that a query uses have the types of their values, however it refers to them. */
class ColumnUseTest {

  /** More records than those by which a file's dialect is found. */
  private static final int MANY = 60_000;

  @TempDir Path folder;

  private FolderQueries queries;

  @BeforeEach
  void write() {
    queries = new FolderQueries(folder);
    queries.write("t.csv", "id,\"Long Name\"\n9,1\n10,2\n");
    queries.write("u.csv", "id,w\n010,a\n10,b\n9,c\n");
  }

  private static boolean isUsed(String column, String sql) throws Exception {
    try (DuckSession session = DuckSession.open()) {
      return Statement.parse(session, sql).columns().includes(column);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT \"long name\" FROM t",
        "SELECT \"LONG NAME\" AS x FROM t",
        "SELECT * FROM t",
        "FROM t",
        "TABLE t",
        "SELECT t.* FROM t",
        "SELECT * EXCLUDE (id) FROM t",
        "SELECT COLUMNS('L.*') FROM t",
        "SELECT COLUMNS(c -> c LIKE 'L%') FROM t",
        "SELECT #2 FROM t",
        "SELECT c.b FROM t AS c(a, b)",
        "WITH c(a, b) AS (FROM t) SELECT b FROM c",
        "SELECT unnest(t) FROM t",
        "SELECT unnest(o) FROM t AS o",
        "SELECT unnest(T) FROM t",
        "SELECT struct_extract(t, 'Long Name') FROM t",
        "SELECT (o)['Long Name'] FROM t AS o",
        "SELECT t.to_json() FROM t",
        "SELECT O.struct_extract_at(2) FROM t AS o",
        "SELECT main.t.hash() FROM t",
        "SELECT id FROM t WHERE t.typeof() LIKE '%BIGINT%'",
        "SELECT (SELECT t.max() FROM u) FROM t",
        "UNPIVOT t ON id",
        "PIVOT t ON id IN (9, 10) USING max(1)",
        "SELECT id FROM (SELECT id FROM t UNION ALL BY NAME FROM t)",
        "SELECT 1 FROM t WHERE \"Long Name\" > 1",
        "SELECT id FROM t ORDER BY \"Long Name\"",
        "SELECT id FROM t QUALIFY row_number() OVER (ORDER BY \"Long Name\") = 1",
        "SELECT sum(1) OVER v FROM t WINDOW v AS (PARTITION BY \"Long Name\")",
        "SELECT 1 FROM t JOIN t AS o USING (\"Long Name\")",
        "SELECT (SELECT max(t.\"Long Name\" + u.id) FROM u) FROM t"
      })
  void theirNamesNeedNotBeThere(String sql) throws Exception {
    assertThat(isUsed("Long Name", sql), is(true));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT id FROM t",
        "SELECT COUNT(*) FROM t",
        "SELECT id % 2 AS rest, COUNT(*) AS n FROM t GROUP BY 1 ORDER BY 1",
        "SELECT o.id FROM t AS o JOIN u ON o.id = u.id",
        "WITH c AS (SELECT id FROM t) SELECT c.id FROM c",
        "SELECT id FROM t GROUP BY ALL"
      })
  void aColumnWhoseNameIsNowhereIsNotUsed(String sql) throws Exception {
    assertThat(isUsed("Long Name", sql), is(false));
    assertThat(isUsed("name", sql), is(false));
  }

  @Test
  void aUsedColumnHasItsTypeAndNotThatOfATextOfDigits() {
    assertThat(queries.column("SELECT max(#1) FROM t"), contains(10L));
    assertThat(queries.column("SELECT max(o.a) FROM t AS o(a, b)"), contains(10L));
    assertThat(queries.column("SELECT max(r.id) FROM (SELECT t AS r FROM t)"), contains(10L));
    assertThat(queries.column("SELECT max(x.id) FROM (SELECT o AS x FROM t AS o)"), contains(10L));
    assertThat(queries.column("SELECT max(COLUMNS('i.')) FROM t"), contains(10L));
    assertThat(queries.column("SELECT max(t.struct_extract_at(1)) FROM t"), contains(10L));
    assertThat(queries.column("SELECT (t.max()).id FROM t"), contains(10L));
    assertThat(
        "both are numbers or both are texts",
        queries.column("SELECT w FROM u NATURAL JOIN (SELECT id FROM u) ORDER BY w"),
        contains("a", "b", "c"));
  }

  /** A text of digits and a number would match where 10 is not 010. */
  @Test
  void aNaturalJoinComparesByTheTypesOfAllValues() {
    queries.write("left/a.csv", "k,l\n1.0,x\n");
    queries.write("right/a.csv", "k,r\n1,y\n");

    assertThat(
        queries.column("SELECT r FROM \"left\" NATURAL JOIN \"right\" WHERE l = 'x'"),
        contains("y"));
  }

  @Test
  void aColumnThatIsNotUsedIsNotRead() throws Exception {
    String lines = "a,b\n" + "1,x\n".repeat(MANY) + "2,caf\u00e9\n";
    Files.write(folder.resolve("latin.csv"), lines.getBytes(StandardCharsets.ISO_8859_1));

    assertThat(queries.column("SELECT sum(a) FROM latin WHERE a = 2").toString(), is("[2]"));
  }

  @Test
  void recordsAreCheckedEvenIfNoTypeIsToBeFound() {
    queries.write("ends.csv", "a,b\n" + "1,x\n".repeat(MANY) + "2,y\r\n3,z\n");

    assertThat(queries.column("SELECT COUNT(*) FROM ends"), contains(MANY + 2L));
    assertThat("of a text", queries.column("SELECT COUNT(b) FROM ends"), contains(MANY + 2L));
  }

  @Test
  void digitsOfAFieldThatIsNotUsedDoNotMatter() {
    queries.write(
        "j.jsonl",
        "{\"a\": 1.5, \"b\": 0.12345678901234567890123456789012345678901}\n{\"a\": 2, \"b\": 1e300}\n");

    assertThat(queries.column("SELECT sum(a) FROM j"), contains(3.5));
  }

  @Test
  void aMethodCallOnTheMapOfAllFieldsIsAUseOfIt() {
    queries.write("m.jsonl", "{\"a\": 1}\n");

    assertThat(queries.column("SELECT v.map_keys()[1] FROM m"), contains("a"));
  }

  @Test
  void digitsOfAFieldThatIsUsedDoMatter() {
    queries.write("j.jsonl", "{\"a\": 12345678901234567.89}\n{\"a\": 1}\n");

    List<Row> rows = queries.rows("SELECT max(o.x) FROM (FROM j) AS o(x)");
    assertThat(rows.get(0).getValues().toString(), is("[12345678901234567.89]"));
    assertThat(
        queries.column("SELECT max(a) FROM j"), contains(new BigDecimal("12345678901234567.89")));
  }
}
