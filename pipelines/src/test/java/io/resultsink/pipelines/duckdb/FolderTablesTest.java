package io.resultsink.pipelines.duckdb;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.resultsink.pipelines.engine.QueryFailedException;
import io.resultsink.pipelines.engine.RowCursor;
import io.resultsink.pipelines.query.QueryException;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.file.DataFileWriter;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.beam.sdk.values.Row;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files as tables: what is one, which columns it has, and what its values are. */
class FolderTablesTest {

  @TempDir Path folder;

  private FolderQueries queries;

  @BeforeEach
  void open() {
    queries = new FolderQueries(folder);
  }

  /** The types of a table's columns as DuckDB names them. */
  private List<Object> typesOf(String table, String... columns) {
    StringBuilder sql = new StringBuilder("SELECT ");
    for (String column : columns) {
      sql.append("any_value(typeof(").append(DuckSql.name(column)).append(")), ");
    }
    List<Object> row = queries.row(sql + " 0 AS last FROM " + table);
    return row.subList(0, row.size() - 1);
  }

  @Test
  void noDigitOfANumberIsLost() {
    queries.write(
        "n.csv",
        "id,long,code,money,measure,short,big,phone\n"
            + "1,12345678901234567.89,007,1.10,0.30000000000000004,.097,123456789012345678901234567890,+49\n"
            + "2,1.5,123,22.25,1e-7,-.5,1,12\n");

    assertThat(
        typesOf("n", "id", "long", "code", "money", "measure", "short", "big", "phone"),
        contains(
            "BIGINT",
            "DECIMAL(19,2)",
            "VARCHAR",
            "DOUBLE",
            "DOUBLE",
            "DOUBLE",
            "DECIMAL(30,0)",
            "VARCHAR"));
    assertThat(
        queries.row("SELECT long, code, measure, short, big, phone FROM n WHERE id = 1"),
        contains(
            new BigDecimal("12345678901234567.89"),
            "007",
            0.30000000000000004,
            0.097,
            new BigDecimal("123456789012345678901234567890"),
            "+49"));
  }

  @Test
  void noDateIsGuessed() {
    queries.write(
        "d.csv",
        "iso,either,late,moment,zoned,clock\n"
            + "2024-03-31,01/02/2024,13/02/2024,2024-03-31T02:30:00,2024-03-31T02:30:00Z,10:11\n"
            + "2024-02-29,02/01/2024,14/02/2024,2024-03-31 02:30:00.123456,"
            + "2024-03-31 02:30:00+02:00,23:59:59.5\n");

    assertThat(
        typesOf("d", "iso", "either", "late", "moment", "zoned", "clock"),
        contains("DATE", "VARCHAR", "VARCHAR", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE", "TIME"));
    List<Object> row = queries.row("SELECT iso, moment, zoned FROM d WHERE clock = '10:11'");
    assertThat(row.get(0), is(LocalDate.of(2024, 3, 31)));
    assertThat("no hour is skipped", row.get(1), is(LocalDateTime.of(2024, 3, 31, 2, 30)));
    assertThat(row.get(2), is(Instant.parse("2024-03-31T02:30:00Z")));
  }

  @Test
  void aLateValueOfAnotherTypeIsSeen() {
    StringBuilder lines = new StringBuilder("a,b\n");
    for (int i = 0; i < 30_000; i++) {
      lines.append(i).append(",1.5\n");
    }
    queries.write("late.csv", lines + "x,12345678901234567.89\n");

    assertThat(typesOf("late", "a", "b"), contains("VARCHAR", "DECIMAL(19,2)"));
    assertThat(
        queries.column("SELECT max(b) FROM late").get(0).toString(), is("12345678901234567.89"));
  }

  @Test
  void typesAndNullsAreAsTheUserSays() {
    queries.write("t.csv", "a,b\n1,NA\n2,7\n");
    ReadOptions options = new ReadOptions(Map.of("a", "DECIMAL(10, 3)"), List.of("NA"));

    List<Row> rows = FolderQueries.rows(queries.prepare("SELECT a, b FROM t ORDER BY a", options));

    assertThat(rows.get(0).getValues(), contains(new BigDecimal("1.000"), null));
    assertThat(rows.get(1).getValues(), contains(new BigDecimal("2.000"), 7L));
  }

  @Test
  void wrongTypesAreToldAllAtOnce() {
    queries.write("t.csv", "a,b\n1,2\n");
    ReadOptions options =
        new ReadOptions(
            Map.of("a", "BIGINTT", "c", "BIGINT", "d", "x) FROM t; --", "b", "DECIMAL(4,1)"),
            List.of());

    assertThat(
        assertThrows(QueryException.class, () -> queries.prepare("FROM t", options))
            .getMessage()
            .lines()
            .map(line -> line.replaceFirst("; (write|they).*", ""))
            .toList(),
        contains(
            "--types a=BIGINTT: DuckDB has no such type",
            "--types c=BIGINT: no CSV or JSON table of the query has this column",
            "--types d=x) FROM t; --: DuckDB has no such type",
            "--types d=x) FROM t; --: no CSV or JSON table of the query has this column"));
  }

  @Test
  void csvIsReadAsItIsWritten() {
    queries.write("semi.csv", "id;name\n1;\"a;b\"\n2;\"two\nlines\"\n");
    queries.write("tabs.tsv", "id\tname\n1\ta,b\n");
    queries.write("index.csv", ",a\n0,x\n1,y\n");
    queries.write("bare.csv", "1,x\n2,y\n");
    queries.write("texts.csv", "a,b\nx,y\n");
    queries.write("text.txt", "a|b\n1|x\n");
    queries.write("quoted.csv", "a,b\n1,x\n2,\"he said \"\"no\"\", twice\"\n");

    assertThat(
        queries.column("SELECT name FROM \"semi\" ORDER BY id"), contains("a;b", "two\nlines"));
    assertThat(queries.row("FROM tabs"), contains(1L, "a,b"));
    assertThat(queries.prepare("FROM index").schema().getFieldNames(), contains("column0", "a"));
    assertThat(queries.row("SELECT sum(column0), max(column1) FROM bare").get(1), is("y"));
    assertThat(queries.row("FROM texts"), contains("x", "y"));
    assertThat(queries.row("FROM text"), contains(1L, "x"));
    assertThat(
        queries.column("SELECT b FROM quoted WHERE a = 2"), contains("he said \"no\", twice"));
  }

  @Test
  void jsonHasAllFieldsOfAllRecords() {
    queries.write(
        "log.json",
        "[\n"
            + " {\"code\": 200,\n"
            + "  \"tags\": [1, 2]},\n"
            + " {\"code\": 404, \"late\": {\"x\": 1.50}}\n"
            + "]\n");
    queries.write(
        "exact.jsonl",
        "{\"n\":12345678901234567.89,\"big\":123456789012345678901234567890,\"id\":1}\n"
            + "{\"n\":1.5,\"big\":1,\"id\":2}\n");

    assertThat(
        queries.rows("SELECT code, tags, late FROM log ORDER BY code").get(1).getValues().get(2),
        is("{\"x\":1.5}"));
    assertThat(
        queries
            .rows("SELECT v['code'], count(1) FROM log GROUP BY v['code'] ORDER BY 1")
            .toString(),
        containsString("200"));
    assertThat(
        queries.row("SELECT n, big FROM exact WHERE id = 1"),
        contains(
            new BigDecimal("12345678901234567.89"),
            new BigDecimal("123456789012345678901234567890")));
    assertThat(
        assertThrows(QueryException.class, () -> queries.prepare("SELECT v['n'] FROM exact"))
            .getMessage(),
        containsString("the map v would round n"));
  }

  @Test
  void aSubfolderIsOneTableAndItsFoldersAreColumns() {
    queries.write("sales/year=2024/month=01/a.csv", "id,n\n1,10\n");
    queries.write("sales/year=2025/month=02/b.csv", "n,id,more\n20,2,x\n");
    queries.write("sales/_SUCCESS", "");
    queries.write("sales/.a.csv.crc", "junk");
    queries.write("sales/year=2025/.hidden.csv", "junk\n");

    assertThat(
        queries.rows("SELECT id, n, more, year, month FROM sales ORDER BY id").toString(),
        not(containsString("junk")));
    assertThat(
        queries.rows("SELECT id, n, more, year, month FROM sales ORDER BY id").get(0).getValues(),
        contains(1L, 10L, null, 2024L, "01"));
    assertThat(
        queries.rows("SELECT id, n, more, year, month FROM sales ORDER BY id").get(1).getValues(),
        contains(2L, 20L, "x", 2025L, "02"));
  }

  /** The folders above the table say nothing of it. */
  @Test
  void foldersAboveATableAreNoColumns() {
    queries.write("year=2020/sales/month=1/a.csv", "id\n1\n");
    queries.write("year=2020/sales/month=1/b.csv", "id\r\n2\n3\n");

    DuckQuery query =
        DuckQuery.prepare(
            folder.resolve("year=2020").toString(), null, FolderQueries.TICK, ReadOptions.NONE);

    assertThat(query.schema().getFieldNames(), contains("id", "month"));
    assertThat(FolderQueries.rows(query).size(), is(3));
  }

  @Test
  void aFolderHasAnyName() throws IOException {
    Path odd = Files.createDirectories(folder.resolve("we[i]rd 'dir'/a*b"));
    Files.writeString(odd.resolve("x?[1].csv"), "a\n1\n");
    Files.createDirectories(folder.resolve("weird 'dir'/ab"));
    Files.writeString(folder.resolve("weird 'dir'/ab/x.csv"), "a\n99\n");

    DuckQuery query =
        DuckQuery.prepare(
            folder.resolve("we[i]rd 'dir'").toString(),
            "SELECT a FROM \"a*b\"",
            FolderQueries.TICK,
            ReadOptions.NONE);

    assertThat(FolderQueries.rows(query).get(0).getValues(), contains(1L));
  }

  @Test
  void parquetGzipAndAvroAreReadExactly() throws Exception {
    try (DuckSession session = DuckSession.open()) {
      session.execute(
          "COPY (SELECT 7::UTINYINT AS small, 1.10::DECIMAL(20, 2) AS money) TO "
              + DuckSql.text(folder.resolve("p.parquet").toString()));
    }
    try (var packed =
        new GZIPOutputStream(Files.newOutputStream(folder.resolve("packed.csv.gz")))) {
      packed.write("a,b\n1,x\n".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }
    Schema micros = LogicalTypes.timestampMicros().addToSchema(Schema.create(Schema.Type.LONG));
    Schema decimal = LogicalTypes.decimal(20, 2).addToSchema(Schema.create(Schema.Type.BYTES));
    Schema schema =
        SchemaBuilder.record("r")
            .fields()
            .requiredLong("id")
            .name("at")
            .type(micros)
            .noDefault()
            .name("amount")
            .type(decimal)
            .noDefault()
            .optionalString("text")
            .name("list")
            .type()
            .array()
            .items()
            .intType()
            .noDefault()
            .name("raw")
            .type()
            .bytesType()
            .noDefault()
            .endRecord();
    try (DataFileWriter<GenericRecord> writer =
        new DataFileWriter<>(new GenericDatumWriter<>(schema))) {
      writer.create(schema, folder.resolve("r.avro").toFile());
      writer.append(
          new GenericRecordBuilder(schema)
              .set("id", 1L)
              .set("at", 1_234_567L)
              .set("amount", java.nio.ByteBuffer.wrap(new byte[] {110}))
              .set("text", null)
              .set("list", List.of(1, 2))
              .set("raw", java.nio.ByteBuffer.wrap(new byte[] {0, 1}))
              .build());
    }

    assertThat(queries.row("FROM p"), contains((short) 7, new BigDecimal("1.10")));
    assertThat(queries.row("FROM packed"), contains(1L, "x"));
    List<Object> avro = queries.row("FROM r");
    assertThat(avro.get(1), is(Instant.ofEpochSecond(1, 234_567_000)));
    assertThat(avro.get(2), is(new BigDecimal("1.10")));
    assertThat(avro.get(3), is((Object) null));
    assertThat(avro.get(4), is("[1, 2]"));
    assertThat(avro.get(5), is(new byte[] {0, 1}));
  }

  @Test
  void parquetOfEveryTypeIsReadExactly() throws Exception {
    String values =
        """
        SELECT true AS a, (-128)::TINYINT AS b, 65535::USMALLINT AS c, 18446744073709551615::UBIGINT AS d,
          1.10::DECIMAL(38, 20) AS e, 0.1::FLOAT AS f, 5e-324 AS g, 'x' AS h, '\\xAA'::BLOB AS i,
          DATE '1969-12-31' AS j, TIME '23:59:59.999999' AS k, TIMESTAMP '2024-03-31 02:30:00.000001' AS l,
          TIMESTAMPTZ '2024-03-31 02:30:00+00' AS m, '00000000-0000-0000-0000-00000000000a'::UUID AS n,
          INTERVAL '1 month 2 days 3 seconds' AS o, [1, NULL] AS p, {'x': [1.50], 'y': NULL::DATE} AS q,
          MAP {'k': 1} AS r, 'u'::ENUM('u', 'v') AS s, NULL::BIGINT AS t,
          TIMESTAMP_NS '2024-03-31 02:30:00.000000001' AS u, '{"n":1.50}'::JSON AS v\
        """;
    try (DuckSession session = DuckSession.open()) {
      session.execute(
          "COPY (%s) TO %s"
              .formatted(values, DuckSql.text(folder.resolve("p.parquet").toString())));
    }

    DuckQuery direct = queries.prepare(values);
    DuckQuery read = queries.prepare("FROM p");

    List<Object> expected = FolderQueries.rows(direct).get(0).getValues();
    List<Object> actual = FolderQueries.rows(read).get(0).getValues();
    for (int i = 0; i < expected.size(); i++) {
      String column = direct.schema().getField(i).getName();
      assertThat(column, actual.get(i), is(expected.get(i)));
      assertThat(
          column,
          read.schema().getField(i).getType().getTypeName(),
          is(direct.schema().getField(i).getType().getTypeName()));
    }
  }

  @Test
  void jsonArraysLateKeysAndPackedFilesAreRead() throws Exception {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 30_000; i++) {
      lines.append("{\"a\": ").append(i).append("}\n");
    }
    queries.write("late.ndjson", lines + "{\"a\": 1, \"late\": \"x\"}\n");
    try (DuckSession session = DuckSession.open()) {
      for (String file : List.of("z.csv.zst", "z2.json.zst")) {
        session.execute(
            "COPY (SELECT 1 AS a, 'x' AS b) TO %s (FORMAT %s, COMPRESSION zstd)"
                .formatted(
                    DuckSql.text(folder.resolve(file).toString()),
                    file.contains("csv") ? "csv" : "json"));
      }
    }
    try (var packed = new GZIPOutputStream(Files.newOutputStream(folder.resolve("mixed.csv.gz")))) {
      packed.write("a,b\r\n1,x\n".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    assertThat(queries.column("SELECT late FROM late WHERE late IS NOT NULL"), contains("x"));
    assertThat(queries.row("FROM z"), contains(1L, "x"));
    assertThat(queries.row("SELECT a, b FROM z2"), contains(1L, "x"));
    assertThat(queries.row("FROM mixed"), contains(1L, "x"));
  }

  @Test
  void oneFileIsADatabaseAndItsOnlyTableNeedsNoSql() {
    Path file = queries.write("orders.csv", "id\n1\n2\n");

    DuckQuery ofFile =
        DuckQuery.prepare(file.toString(), null, FolderQueries.TICK, ReadOptions.NONE);

    assertThat(FolderQueries.rows(ofFile).size(), is(2));
    assertThat(FolderQueries.rows(queries.prepare(null)).size(), is(2));
    queries.write("more.csv", "id\n1\n");
    assertThat(
        assertThrows(QueryException.class, () -> queries.prepare(null)).getMessage(),
        containsString("has 2 tables; write a SELECT of one of them: more, orders"));
  }

  @Test
  void whatCannotBeReadIsToldByFileLineAndColumn() {
    Path wide = queries.write("wide.csv", "a,b\n1,x\n2,secret,3\n");
    Path text = queries.write("text.csv", "a\n1\n2\nsecret\n");
    Path json = queries.write("broken.jsonl", "{\"a\":1}\n{\"a\":secret\n");
    Path mixed = queries.write("mixed/a.csv", "a\n1\n").getParent();
    queries.write("mixed/b.json", "{}");
    queries.write("twice.csv", "a\n1\n");
    queries.write("twice.json", "{\"a\":1}");
    queries.write("nothing.csv", "");

    assertThat(
        failure("FROM wide", ReadOptions.NONE), is(wide + ", line 3: more values than columns"));
    assertThat(
        failure("FROM text", new ReadOptions(Map.of("a", "BIGINT"), List.of())),
        is(text + ", line 4: the value of column a is not a BIGINT"));
    assertThat(
        failure("FROM broken", ReadOptions.NONE), containsString(json + ", line 2: no JSON"));
    assertThat(
        failure("FROM mixed", ReadOptions.NONE), containsString(mixed + " has files of several"));
    assertThat(failure("FROM twice", ReadOptions.NONE), containsString("twice.csv, twice.json"));
    assertThat(failure("FROM nothing", ReadOptions.NONE), containsString("not even a header"));
    assertThat(
        failure("SELECT CAST(a AS INTEGER) FROM text", ReadOptions.NONE),
        containsString("a value cannot be converted"));
  }

  @Test
  void aFileThatIsBrokenInTheMiddleIsNamed() throws Exception {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 5_000; i++) {
      lines.append("{\"a\": ").append(i).append("}\n");
    }
    Path json = queries.write("lines.jsonl", lines + "{\"a\": secret}\n{\"a\": 1}\n");
    Path array = queries.write("array.json", "[\n{\"a\": 1},\n{\"a\": secret}\n]\n");
    Path quote = queries.write("quote.csv", "a,b\n1,x\n2,\"secret\n3,y\n");
    Path text = folder.resolve("latin.csv");
    Files.write(text, new byte[] {'a', ',', 'b', '\n', '1', ',', (byte) 0xe9, '\n'});
    Path parquet = folder.resolve("p.parquet");
    try (DuckSession session = DuckSession.open()) {
      session.execute(
          "COPY (SELECT i, 'secret' || i AS t FROM range(100000) r(i)) TO "
              + DuckSql.text(parquet.toString()));
    }
    byte[] bytes = Files.readAllBytes(parquet);
    for (int i = 20_000; i < 60_000; i++) {
      bytes[i] = (byte) (i * 31);
    }
    Files.write(parquet, bytes);
    Path cut = Files.write(folder.resolve("cut.parquet"), java.util.Arrays.copyOf(bytes, 5_000));
    Path none = queries.write("none.parquet", "");

    assertThat(failure("FROM lines", ReadOptions.NONE), is(json + ", line 5001: no JSON"));
    assertThat(failure("FROM \"array\"", ReadOptions.NONE), containsString(array.toString()));
    assertThat(failure("FROM quote", ReadOptions.NONE), containsString(quote + ", line 3: "));
    assertThat(failure("FROM latin", ReadOptions.NONE), containsString(text.toString()));
    assertThat(failure("FROM p", ReadOptions.NONE), containsString(parquet.toString()));
    assertThat(failure("FROM cut", ReadOptions.NONE), containsString(cut.toString()));
    assertThat(failure("FROM \"none\"", ReadOptions.NONE), containsString(none.toString()));
  }

  @Test
  void rowsKeepTheOrderThatTheQueryGivesThem() {
    queries.write("t.csv", "a\n1\n");

    List<String> found =
        queries
            .column(
                "SELECT 'é' || (range * 7919 % 100003) AS x FROM t, range(100003) ORDER BY x DESC")
            .stream()
            .map(String::valueOf)
            .toList();

    assertThat(found.size(), is(100_003));
    assertThat(found.stream().sorted(Comparator.reverseOrder()).toList(), is(found));
  }

  private String failure(String sql, ReadOptions options) {
    RuntimeException failure =
        assertThrows(
            RuntimeException.class, () -> FolderQueries.rows(queries.prepare(sql, options)));
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      assertThat(String.valueOf(cause.getMessage()), not(containsString("secret")));
    }
    return failure.getMessage();
  }

  @Test
  void aCancelledQueryEndsAtOnce() throws Exception {
    queries.write("t.csv", "a\n1\n");
    DuckQuery query =
        queries.prepare(
            "SELECT count(*) FROM t, range(1000000) x, range(1000000) y WHERE x.range * y.range % 7"
                + " = 3");
    RowCursor cursor = query.open();
    Thread canceller =
        new Thread(
            () -> {
              try {
                Thread.sleep(500);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              cursor.cancel();
            });
    canceller.start();
    long begin = System.nanoTime();

    QueryFailedException cancelled =
        assertThrows(QueryFailedException.class, () -> cursor.next(10, 1000));
    cursor.close();
    canceller.join();

    assertThat(cancelled.getMessage(), is("the query was cancelled"));
    assertThat((System.nanoTime() - begin) / 1_000_000_000L < 20, is(true));
  }

  @Test
  void theFolderForWhatSpillsIsRemoved() throws IOException {
    queries.write("t.csv", "a\n1\n");
    Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
    long before = spillFolders(temporary);

    FolderQueries.rows(queries.prepare("SELECT a FROM t"));

    assertThat(spillFolders(temporary) <= before, is(true));
  }

  private static long spillFolders(Path temporary) throws IOException {
    try (var files = Files.list(temporary)) {
      return files
          .filter(file -> file.getFileName().toString().startsWith("pgresult-duckdb-"))
          .count();
    }
  }
}
