package io.resultsink.postgres.schematransform;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;

import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.testing.Captured;
import io.resultsink.postgres.testing.Runners;
import io.resultsink.postgres.testing.SampleRows;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestTable;
import io.resultsink.postgres.testing.TestingPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.schemas.transforms.SchemaTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionRowTuple;
import org.apache.beam.sdk.values.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The sink as other languages apply it: a row of fields, a password's file, rows out. */
class PostgresResultWriteIT {

  private static final long ROWS = 1_200;

  @RegisterExtension final TestDatabase database = new TestDatabase();

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource(WriteMode.class)
  void theRowsAreInTheTableAndTheSummaryIsARow(WriteMode mode) throws IOException {
    TestTable table = TestTable.missing(database, "Fields");
    Path password = Files.writeString(folder.resolve("password"), TestingPostgres.PASSWORD);
    PostgresResultWriteProvider provider = new PostgresResultWriteProvider();
    Row.FieldValueBuilder fields =
        Row.withSchema(provider.configurationSchema())
            .withFieldValue("url", urlWithoutPassword(table))
            .withFieldValue("password", "file:" + password)
            .withFieldValue("mode", mode.option());
    if (mode == WriteMode.UPDATE) {
      fields.withFieldValue("unique", List.of("id"));
    }

    Row summary = publish(provider.from(fields.build()));

    assertThat(table.difference(SampleRows.COLUMNS, SampleRows.sql(ROWS)), is(empty()));
    assertThat(summary.getInt64("rows"), is(ROWS));
    assertThat(summary.getString("mode"), is(mode.option()));
    assertThat(summary.getString("table"), is(table.resolved()));
    assertThat(summary.getBoolean("already_published"), is(false));
    assertThat(
        summary.getString("run_id"),
        is(database.value("SELECT run_id FROM results.result_sink_ledger")));
  }

  @Test
  void rowsThatDoNotFitAreAnOutputOfTheNameThatIsGiven() throws IOException {
    TestTable table =
        TestTable.create(database, "Fields", "id bigint, name text, score double precision");
    Path password = Files.writeString(folder.resolve("password"), TestingPostgres.PASSWORD);
    PostgresResultWriteProvider provider = new PostgresResultWriteProvider();
    Schema fields = provider.configurationSchema();
    Schema handling = fields.getField("error_handling").getType().getRowSchema();
    SchemaTransform write =
        provider.from(
            Row.withSchema(fields)
                .withFieldValue("url", urlWithoutPassword(table))
                .withFieldValue("password", "file:" + password)
                .withFieldValue(
                    "error_handling",
                    Row.withSchema(handling).withFieldValue("output", "wrong").build())
                .build());
    Captured<Row> summaries = new Captured<>(Row.class);
    Captured<Row> rejected = new Captured<>(Row.class);
    Pipeline pipeline = Runners.DIRECT.pipeline();
    PCollection<Row> rows =
        pipeline.apply(
            "Rows",
            SampleRows.of(SampleRows.SCHEMA, List.of(1L, "good", 0.5), List.of(2L, "b\0", 1.5)));

    PCollectionRowTuple outputs = PCollectionRowTuple.of("input", rows).apply("Publish", write);
    outputs.get("published").apply("Summaries", ParDo.of(summaries.fn()));
    outputs.get("wrong").apply("Rejected", ParDo.of(rejected.fn()));
    Runners.run(pipeline);

    assertThat(table.rows("id"), is(List.of(List.of("1"))));
    Row summary = summaries.elements().get(0);
    assertThat(summary.getInt64("rejected"), is(1L));
    assertThat(rejected.elements(), hasSize(1));
    Row wrong = rejected.elements().get(0);
    assertThat(wrong.getString("run_id"), is(summary.getString("run_id")));
    assertThat(wrong.getString("table"), is(table.resolved()));
    assertThat(wrong.getString("column"), is("name"));
    assertThat(wrong.getString("sqlstate"), is("22021"));
    assertThat(wrong.getString("row"), is("{\"id\":2,\"name\":\"b\\u0000\",\"score\":1.5}"));
  }

  private Row publish(SchemaTransform write) {
    Captured<Row> summaries = new Captured<>(Row.class);
    Pipeline pipeline = Runners.DIRECT.pipeline();
    PCollection<Row> rows = pipeline.apply("Rows", SampleRows.many(ROWS));
    PCollectionRowTuple.of("input", rows)
        .apply("Publish", write)
        .get("published")
        .apply("Capture", ParDo.of(summaries.fn()));
    Runners.run(pipeline);
    assertThat(summaries.elements(), hasSize(1));
    return summaries.elements().get(0);
  }

  private static String urlWithoutPassword(TestTable table) {
    return table.url("").replace(":" + TestingPostgres.ENCODED_PASSWORD, "");
  }
}
