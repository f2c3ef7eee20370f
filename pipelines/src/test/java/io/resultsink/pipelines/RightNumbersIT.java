package io.resultsink.pipelines;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.file.DataFileWriter;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Queries that Beam SQL by itself answers wrongly or not at all, asked of each engine with the same
 * rows: the right answer, or a refusal in words.
 */
class RightNumbersIT {

  private static final int MANY = 5_000;

  @TempDir static Path home;
  @TempDir static Path folder;

  private static TryOutServer server;

  private enum Asked {
    duckdb,
    postgres,
    beam;

    String quoted(String sql) {
      return this == beam ? sql.replaceAll("[\\[\\]]", "`") : sql.replaceAll("[\\[\\]]", "\"");
    }
  }

  /**
   * A query, its names quoted by brackets, and what it is answered with.
   *
   * @param lines the header, and the rows in order of their text
   */
  private record Question(
      String sql, List<String> lines, Map<Asked, List<String>> others, Map<Asked, String> errors) {

    static Question of(String sql, String... lines) {
      return new Question(sql, List.of(lines), Map.of(), Map.of());
    }

    Question by(Asked engine, String... otherLines) {
      Map<Asked, List<String>> more = new EnumMap<>(Asked.class);
      more.putAll(others);
      more.put(engine, List.of(otherLines));
      return new Question(sql, lines, more, errors);
    }

    Question refusedBy(Asked engine, String words) {
      Map<Asked, String> more = new EnumMap<>(Asked.class);
      more.putAll(errors);
      more.put(engine, words);
      return new Question(sql, lines, others, more);
    }

    List<String> answer(Asked engine) {
      return others.getOrDefault(engine, lines);
    }

    @Override
    public String toString() {
      return sql;
    }
  }

  private static final List<Question> QUESTIONS =
      List.of(
          // AVG keeps neither its argument's type nor ten digits alone, nor does it overflow.
          Question.of("SELECT AVG(delay) AS a FROM delays", "a", "4.5"),
          Question.of("SELECT AVG(d) AS a FROM doubles", "a", "0.15000000000000002"),
          Question.of("SELECT AVG(big) AS a FROM bigs", "a", "9223372036854776000")
              .by(Asked.postgres, "a", "9223372036854775806"),
          Question.of(
              "SELECT COUNT(*) AS n, SUM(a) AS s FROM"
                  + " (SELECT g, AVG(v) AS a FROM many GROUP BY g) AS x",
              "n,s",
              "100,249950"),
          // Integers of 32 and of 16 bits do not wrap.
          Question.of("SELECT SUM(q) AS s FROM narrow", "s", "4000000000"),
          Question.of("SELECT SUM(s) AS s FROM small", "s", "60000"),
          Question.of("SELECT MAX(s * 2) AS m FROM small", "m", "60000"),
          Question.of("SELECT MAX(q * 2) AS m FROM narrow", "m", "4000000000")
              .refusedBy(Asked.duckdb, "a number is too large for its type; CAST to a larger one")
              .refusedBy(Asked.postgres, "out of range"),
          // NULL is equal to nothing.
          join("JOIN", "one,eins"),
          join("LEFT JOIN", "none,", "one,eins"),
          join("RIGHT JOIN", ",keins", "one,eins"),
          join("FULL JOIN", ",keins", "none,", "one,eins"),
          // Names.
          Question.of(
              "SELECT RANK() OVER (ORDER BY delay) AS r, delay FROM delays",
              "r,delay",
              "1,4",
              "2,5"),
          Question.of("SELECT SUM([a b]) AS [s t] FROM odd", "s t", "5"),
          Question.of("SELECT \"a b\" AS x FROM odd", "x", "1", "4")
              .refusedBy(Asked.beam, "if that is a name, write it in `backticks`"),
          // Digits.
          Question.of("SELECT amount FROM amounts", "amount", "0.5", "12345678901234567.89"),
          Question.of("SELECT COALESCE(1.25, amount) AS c FROM amounts", "c", "1.25", "1.25"),
          Question.of(
              "SELECT b.amount AS amount FROM amounts AS a FULL JOIN amounts AS b ON a.id = b.id"
                  + " WHERE (b.amount NOT IN (0.5, 3)) = (b.id = 1)",
              "amount",
              "0.5",
              "12345678901234567.89"),
          Question.of("SELECT amount FROM amounts_json", "amount", "0.5", "12345678901234567.89"),
          // NOT of a NULL is NULL, and no error.
          Question.of(
              "SELECT delay FROM delays WHERE NOT NULLIF(delay IN (5, 6), TRUE)", "delay", "4"),
          // What Beam SQL has not.
          Question.of("SELECT COUNT(DISTINCT g) AS n FROM many", "n", "100")
              .refusedBy(Asked.beam, "FROM (SELECT DISTINCT k, x FROM t)"),
          Question.of("SELECT delay FROM delays ORDER BY delay DESC", "delay", "5", "4")
              .refusedBy(Asked.beam, "leave ORDER BY out or add LIMIT"),
          Question.of(
                  "SELECT delay FROM delays WHERE delay > (SELECT AVG(delay) FROM delays)",
                  "delay",
                  "5")
              .refusedBy(Asked.beam, "JOIN it instead"),
          Question.of("SELECT k FROM l WHERE k NOT IN (SELECT delay FROM delays)", "k", "1")
              .refusedBy(Asked.beam, "JOIN it instead"),
          Question.of(
                  "SELECT a.delay AS a, b.delay AS b FROM delays a JOIN delays b"
                      + " ON a.delay < b.delay",
                  "a,b",
                  "4,5")
              .refusedBy(Asked.beam, "a JOIN needs ON l.k = r.k"),
          Question.of(
                  "SELECT PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY delay) AS m FROM delays",
                  "m",
                  "4.5")
              .refusedBy(Asked.beam, "DuckDB, which queries a local folder"),
          Question.of(
                  "SELECT EXTRACT(DAY FROM DATE_TRUNC('month', CAST([at] AS TIMESTAMP))) AS d FROM times",
                  "d",
                  "1")
              .refusedBy(Asked.beam, "there is no DATE_TRUNC here; DuckDB"),
          Question.of(
              "SELECT EXTRACT(HOUR FROM CAST([at] AS TIMESTAMP)) AS h FROM times", "h", "10"),
          // Many rows.
          Question.of(
              "SELECT COUNT(*) AS n, MAX(ABS(r - v)) AS d FROM"
                  + " (SELECT v, ROW_NUMBER() OVER (ORDER BY v) AS r FROM many) AS x",
              "n,d",
              MANY + ",1"),
          Question.of(
              "SELECT COUNT(*) AS n, MIN(s) AS low, MAX(s) AS high FROM"
                  + " (SELECT g, SUM(v) AS s FROM many GROUP BY g) AS x",
              "n,low,high",
              "100,122500,127450"));

  private static Question join(String type, String... rows) {
    List<String> lines = new ArrayList<>(List.of("l,r"));
    lines.addAll(List.of(rows));
    return Question.of(
        "SELECT l.l AS l, r.r AS r FROM l %s r ON l.k = r.k".formatted(type),
        lines.toArray(String[]::new));
  }

  @BeforeAll
  static void start() throws IOException, SQLException {
    server = new TryOutServer(home);
    table("delays", "delay integer", "delay", "4", "5");
    table("bigs", "big bigint", "big", "9223372036854775807", "9223372036854775805");
    table("doubles", "d double precision", "d", "0.1", "0.2");
    table("small", "s smallint", "s", "30000", "30000");
    table("l", "k bigint, l text", "k,l", "1,one", ",none");
    table("r", "k bigint, r text", "k,r", "1,eins", ",keins");
    table("odd", "\"a b\" bigint, \"x.y\" bigint", "a b,x.y", "1,2", "4,5");
    table("amounts", "id int, amount numeric", "id,amount", "1,12345678901234567.89", "2,0.5");
    table("times", "at text", "at", "2026-11-22T10:00:00Z");
    server.execute("CREATE TABLE amounts_json AS SELECT amount FROM amounts");
    Files.writeString(
        folder.resolve("amounts_json.jsonl"),
        "{\"amount\":12345678901234567.89}\n{\"amount\":0.5}\n");
    table(
        "many",
        "g bigint, v bigint",
        "g,v",
        IntStream.range(0, MANY)
            .mapToObj(i -> i % 100 + "," + (i * 7919L) % MANY)
            .toArray(String[]::new));
    narrow();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  /** A table of the server, and a file with the same rows. */
  private static void table(String name, String columns, String header, String... rows)
      throws IOException, SQLException {
    Files.writeString(
        folder.resolve(name + ".csv"), header + "\n" + String.join("\n", rows) + "\n");
    server.execute("CREATE TABLE %s (%s)".formatted(name, columns));
    server.execute(
        "INSERT INTO %s VALUES %s"
            .formatted(
                name,
                Arrays.stream(rows)
                    .map(row -> "('" + row.replace(",", "','") + "')")
                    .collect(Collectors.joining(","))
                    .replace("''", "NULL")));
  }

  /** An int of Avro has 32 bits; a number of a CSV file has as many as it needs. */
  private static void narrow() throws IOException, SQLException {
    server.execute("CREATE TABLE narrow (q integer)");
    server.execute("INSERT INTO narrow VALUES (2000000000), (2000000000)");
    org.apache.avro.Schema schema = SchemaBuilder.record("r").fields().requiredInt("q").endRecord();
    GenericRecord record = new GenericData.Record(schema);
    record.put("q", 2_000_000_000);
    try (DataFileWriter<GenericRecord> writer =
        new DataFileWriter<>(new GenericDatumWriter<>(schema))) {
      writer.create(schema, folder.resolve("narrow.avro").toFile());
      writer.append(record);
      writer.append(record);
    }
  }

  static Stream<Arguments> asked() {
    return QUESTIONS.stream()
        .flatMap(
            question ->
                Stream.of(Asked.values()).map(engine -> Arguments.of(engine.name(), question)));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("asked")
  void theAnswerIsRightOrThereIsNone(String name, Question question) {
    Asked engine = Asked.valueOf(name);
    CommandLineOutcome outcome = ask(engine, engine.quoted(question.sql), "-f", "csv");

    String words = question.errors.get(engine);
    if (words == null) {
      assertThat(outcome.err(), outcome.exitCode(), is(0));
      assertThat(lines(question, outcome.out()), is(question.answer(engine)));
    } else {
      assertThat(outcome.out(), is(""));
      assertThat(outcome.err(), containsString(words));
      assertThat(outcome.err(), not(containsString("\tat ")));
      assertThat(outcome.exitCode(), not(is(0)));
    }
  }

  @ParameterizedTest
  @EnumSource
  void aFileIsPublishedAsItIs(Asked engine) throws IOException, SQLException {
    CommandLineOutcome outcome =
        ask(engine, "SELECT * FROM many", "-r", "embedded:copied_by_" + engine + "?mode=replace");

    assertThat(outcome.err(), outcome.exitCode(), is(0));
    assertThat(
        server.column(
            """
            SELECT count(*) FROM (
              (SELECT g, v, count(*) FROM copied_by_%1$s GROUP BY g, v)
              EXCEPT (SELECT g, v, count(*) FROM many GROUP BY g, v)) AS x
            UNION ALL SELECT count(*) FROM copied_by_%1$s
            """
                .formatted(engine)),
        contains("0", String.valueOf(MANY)));
  }

  private static CommandLineOutcome ask(Asked engine, String sql, String... more) {
    List<String> arguments = new ArrayList<>(List.of("query", "--engine", engine.name()));
    if (engine == Asked.postgres) {
      arguments.addAll(
          List.of("-d", server.url(), "--database-password", server.passwordReference()));
    } else {
      arguments.addAll(List.of("-d", folder.toString()));
    }
    arguments.addAll(List.of(more));
    arguments.add(sql);
    return CommandLineOutcome.of(home, "", arguments.toArray(String[]::new));
  }

  /** The header, and the rows in order of their text unless they have one, numbers in one form. */
  private static List<String> lines(Question question, String csv) {
    List<String> lines =
        new ArrayList<>(
            csv.lines()
                .map(
                    line ->
                        Arrays.stream(line.split(",", -1))
                            .map(RightNumbersIT::plain)
                            .collect(Collectors.joining(",")))
                .toList());
    if (!question.sql.matches(".* ORDER BY \\w+ DESC")) {
      Collections.sort(lines.subList(1, lines.size()));
    }
    return lines;
  }

  private static String plain(@Nullable String cell) {
    String text = String.valueOf(cell);
    return text.matches("-?[0-9.]+(E[0-9]+)?")
        ? new BigDecimal(text).stripTrailingZeros().toPlainString()
        : text;
  }
}
