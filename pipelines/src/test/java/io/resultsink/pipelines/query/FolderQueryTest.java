package io.resultsink.pipelines.query;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.resultsink.pipelines.query.beamsql.BeamSql;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.file.DataFileWriter;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.schemas.Schema.TypeName;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.Row;
import org.joda.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Beam SQL over files, where its own answers were wrong. */
class FolderQueryTest {

  @TempDir Path folder;

  private List<Row> query(String sql) throws Exception {
    Pipeline pipeline =
        Pipeline.create(
            PipelineOptionsFactory.fromArgs(
                    "--enforceImmutability=false", "--enforceEncodability=false")
                .create());
    FileSystems.setDefaultPipelineOptions(pipeline.getOptions());
    COLLECTED.clear();
    BeamSql.query(pipeline, sql, FolderTables.of(DatabaseName.parse(folder.toString()), 1000))
        .apply("Collect", ParDo.of(new Collect()));
    pipeline.run().waitUntilFinish();
    return List.copyOf(COLLECTED);
  }

  private static final Queue<Row> COLLECTED = new ConcurrentLinkedQueue<>();

  private static final class Collect extends DoFn<Row, Void> {
    @ProcessElement
    public void process(@Element Row row) {
      COLLECTED.add(row);
    }
  }

  private Row row(String sql) throws Exception {
    List<Row> rows = query(sql);
    assertThat(rows.size(), is(1));
    return rows.get(0);
  }

  private void file(String name, String... lines) throws IOException {
    Files.writeString(folder.resolve(name), String.join("\n", lines) + "\n");
  }

  @Test
  void anAverageOfIntegersIsADouble() throws Exception {
    file("t.csv", "delay,big,d", "4,9223372036854775807,0.1", "5,9223372036854775805,0.25");

    Row row = row("SELECT AVG(delay) AS a, AVG(big) AS b, AVG(d / 3) AS c FROM t");

    assertThat(row.getDouble("a"), is(4.5));
    assertThat(row.getDouble("b"), is(9223372036854775806.0));
    assertThat(row.getDouble("c"), is((0.1 / 3 + 0.25 / 3) / 2));
  }

  @Test
  void narrowIntegersDoNotWrap() throws Exception {
    org.apache.avro.Schema schema = SchemaBuilder.record("r").fields().requiredInt("q").endRecord();
    GenericRecord record = new GenericData.Record(schema);
    record.put("q", 2_000_000_000);
    try (DataFileWriter<GenericRecord> writer =
        new DataFileWriter<>(new GenericDatumWriter<>(schema))) {
      writer.create(schema, folder.resolve("t.avro").toFile());
      writer.append(record);
      writer.append(record);
    }

    Row row = row("SELECT SUM(q) AS s, MAX(q * 2) AS m, MAX(q + q) AS p FROM t");

    assertThat(row.getInt64("s"), is(4_000_000_000L));
    assertThat(row.getInt64("m"), is(4_000_000_000L));
    assertThat(row.getInt64("p"), is(4_000_000_000L));
  }

  @Test
  void whatIsBeyondBigintFailsAndDoesNotWrap() throws Exception {
    file("t.csv", "q", "9223372036854775807", "1");

    for (String sql :
        List.of(
            "SELECT SUM(q) AS s FROM t",
            "SELECT q + 1 AS s FROM t",
            "SELECT q * 2 AS s FROM t",
            "SELECT -2 - q AS s FROM t")) {
      Exception failure = assertThrows(Exception.class, () -> query(sql));
      assertThat(String.valueOf(root(failure)), containsString("out of BIGINT's range"));
    }
    assertThat(
        row("SELECT SUM(CAST(q AS DECIMAL(38, 0))) AS s FROM t").getDecimal("s"),
        is(new BigDecimal("9223372036854775808")));
  }

  private static Throwable root(Throwable failure) {
    return failure.getCause() == null ? failure : root(failure.getCause());
  }

  @Test
  void nullMatchesNothingInAJoin() throws Exception {
    file("l.csv", "k,l", "1,one", ",none");
    file("r.csv", "k,r", "1,eins", ",keins");
    String join = "SELECT l.l AS l, r.r AS r FROM l %s r ON l.k = r.k";

    assertThat(pairs(join.formatted("JOIN")), containsInAnyOrder("one eins"));
    assertThat(pairs(join.formatted("LEFT JOIN")), containsInAnyOrder("one eins", "none null"));
    assertThat(pairs(join.formatted("RIGHT JOIN")), containsInAnyOrder("one eins", "null keins"));
    assertThat(
        pairs(join.formatted("FULL JOIN")),
        containsInAnyOrder("one eins", "none null", "null keins"));
    assertThat(
        pairs("SELECT l.l AS l, r.r AS r FROM l, r WHERE l.k = r.k"),
        containsInAnyOrder("one eins"));
  }

  private List<String> pairs(String sql) throws Exception {
    return query(sql).stream().map(row -> row.getValue(0) + " " + row.getValue(1)).toList();
  }

  @Test
  void windowColumnsKeepTheirNames() throws Exception {
    file("t.csv", "k,n", "a,1", "a,1", "b,2");

    List<Row> rows =
        query("SELECT RANK() OVER (ORDER BY k DESC, n) AS r, k, COUNT(*) OVER () FROM t");

    assertThat(rows.get(0).getSchema().getFieldNames(), contains("r", "k", "_col2"));
    assertThat(rows.stream().map(Row::getValues).toList().size(), is(3));
    assertThat(
        rows.stream().map(row -> row.getInt64("r") + row.getString("k")).sorted().toList(),
        is(List.of("1b", "2a", "2a")));
  }

  @Test
  void thousandsOfRowsAreNumberedAtOnce() throws Exception {
    StringBuilder lines = new StringBuilder("n\n");
    for (int i = 0; i < 5_000; i++) {
      lines.append((i * 7919L) % 5_000).append('\n');
    }
    Files.writeString(folder.resolve("t.csv"), lines);

    Row row =
        row(
            "SELECT COUNT(*) AS n, MAX(ABS(r - n)) AS d FROM"
                + " (SELECT n, ROW_NUMBER() OVER (ORDER BY n) AS r FROM t) AS s");

    assertThat(row.getInt64("n"), is(5_000L));
    assertThat(row.getInt64("d"), is(1L));
  }

  @Test
  void namesWithBlanksAndDotsAreNames() throws Exception {
    file("t.csv", "a b,x.y,sum(z)", "1,2,3", "4,5,6");

    Row row = row("SELECT SUM(`a b`) AS `s t`, MIN(`x.y`) AS `m.n`, AVG(`sum(z)`) FROM t");

    assertThat(row.getSchema().getFieldNames(), contains("s t", "m.n", "_col2"));
    assertThat(row.getValues(), is(Arrays.asList(5L, 2L, 4.5)));
  }

  @Test
  void noDigitOfADecimalIsLost() throws Exception {
    file("t.csv", "id,amount", "1,12345678901234567.89", "2,0.5", "3,");
    file("j.jsonl", "{\"amount\":12345678901234567.89}", "{\"amount\":1e2}", "{\"amount\":3}");

    for (String table : List.of("t", "j")) {
      List<Row> rows = query("SELECT amount FROM " + table);
      assertThat(
          rows.get(0).getSchema().getField("amount").getType().getTypeName(), is(TypeName.DECIMAL));
      assertThat(
          rows.stream().map(row -> String.valueOf(row.getDecimal(0))).toList().toString(),
          containsString("12345678901234567.89"));
    }
    assertThat(
        row("SELECT SUM(amount) AS s, MAX(amount * 2) AS m FROM t").getValues(),
        is(
            List.of(
                new BigDecimal("12345678901234568.39"), new BigDecimal("24691357802469135.78"))));
  }

  @Test
  void equalDecimalsAreOneGroup() throws Exception {
    file("t.csv", "a", "12345678901234567.50", "12345678901234567.5");

    assertThat(row("SELECT a, COUNT(*) AS n FROM t GROUP BY a").getInt64("n"), is(2L));
  }

  @Test
  void fieldsOfAMapAreText() throws Exception {
    file("t.jsonl", "{\"code\":200,\"n\":1}", "{\"code\":404}", "{\"n\":3}");

    assertThat(
        query(
                "SELECT v['code'] || '!' AS c, CAST(v['code'] AS BIGINT) + 1 AS n FROM t"
                    + " WHERE v['code'] <> '404'")
            .stream()
            .map(Row::getValues)
            .toList(),
        is(List.of(List.of("200!", 201L))));
  }

  @Test
  void isoTimestampsAreCast() throws Exception {
    file("t.csv", "at", "2026-11-22T10:00:00Z");

    Row row = row("SELECT CAST(`at` AS TIMESTAMP) AS `at` FROM t");

    assertThat(row.getDateTime("at"), is(Instant.parse("2026-11-22T10:00:00Z")));
  }
}
