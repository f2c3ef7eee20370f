package io.resultsink.postgres.fault;

import static io.resultsink.postgres.testing.SampleRows.COLUMNS;
import static io.resultsink.postgres.testing.SampleRows.SCHEMA;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.failure.ResultSinkException;
import io.resultsink.postgres.internal.staging.BlocksInFlight;
import io.resultsink.postgres.internal.staging.RowBlock;
import io.resultsink.postgres.internal.staging.StageRows;
import io.resultsink.postgres.report.ResultSummary;
import io.resultsink.postgres.testing.Captured;
import io.resultsink.postgres.testing.FailingOnce;
import io.resultsink.postgres.testing.Failures;
import io.resultsink.postgres.testing.Fingerprint;
import io.resultsink.postgres.testing.Runners;
import io.resultsink.postgres.testing.SampleRows;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import org.apache.beam.runners.flink.FlinkPipelineOptions;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.Reshuffle;
import org.apache.beam.sdk.util.CoderUtils;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows that travel in blocks: published as if each were an element of its own. */
class RowBlockIT {

  private static final int ROWS = 5_000;
  private static final int BLOCK = 70;
  private static final Schema TEXTS =
      Schema.builder().addInt64Field("id").addNullableStringField("offended").build();

  @RegisterExtension final TestDatabase database = new TestDatabase();

  private final String source = UUID.randomUUID().toString();

  private TestTable target() {
    return TestTable.create(
        database, "Target", "id bigint PRIMARY KEY, name text, score double precision");
  }

  private RowBlock block(int from, int to) {
    List<Row> rows = new ArrayList<>();
    for (int id = from; id < to; id++) {
      rows.add(SampleRows.row(id));
    }
    return new RowBlock(source, rows);
  }

  /** All rows of {@link SampleRows}, with an empty block among them. */
  private List<RowBlock> blocks() {
    List<RowBlock> blocks = new ArrayList<>(List.of(block(0, 0)));
    for (int from = 0; from < ROWS; from += BLOCK) {
      blocks.add(block(from, Math.min(ROWS, from + BLOCK)));
    }
    return blocks;
  }

  private static PTransform<PBegin, PCollection<RowBlock>> of(Schema schema, List<RowBlock> all) {
    return Create.of(all).withCoder(RowBlock.coder(schema));
  }

  private static ResultSummary publish(
      Pipeline pipeline, Schema schema, List<RowBlock> all, TestTable table, WriteMode mode) {
    Captured<ResultSummary> summaries = new Captured<>(ResultSummary.class);
    pipeline
        .apply("Blocks", of(schema, all))
        .apply("Spread", Reshuffle.viaRandomKey())
        .apply("Publish", table.sink(mode))
        .apply("Capture", ParDo.of(summaries.fn()));
    Runners.run(pipeline);
    return summaries.elements().get(0);
  }

  @Test
  void aBlockComesOutOfItsCoderAsItWentIn() throws Exception {
    Coder<RowBlock> coder = RowBlock.coder(SCHEMA);
    for (RowBlock block : List.of(block(0, 0), block(0, 1), block(0, 1000))) {
      assertThat(CoderUtils.clone(coder, block), equalTo(block));
    }
    Row empty = Row.withSchema(TEXTS).addValues(1L, null).build();
    RowBlock withNull = new RowBlock("", List.of(empty, empty));
    assertThat(CoderUtils.clone(RowBlock.coder(TEXTS), withNull), equalTo(withNull));
    RowBlock.coder(TEXTS).verifyDeterministic();
    assertThrows(Coder.NonDeterministicException.class, coder::verifyDeterministic);
  }

  @Test
  void theSchemaOfBlocksIsThatOfTheirRows() {
    Pipeline pipeline = Runners.DIRECT.pipeline();
    assertThat(RowBlock.schemaOf(pipeline.apply("Blocks", of(SCHEMA, blocks()))), equalTo(SCHEMA));
    assertThat(RowBlock.schemaOf(pipeline.apply("Rows", SampleRows.many(1))), is(nullValue()));
  }

  @ParameterizedTest
  @EnumSource(Runners.class)
  void everyRowIsPublishedOnceAndCounted(Runners runner) {
    TestTable table = target();
    ResultSummary summary = publish(runner.pipeline(), SCHEMA, blocks(), table, WriteMode.REPLACE);
    assertThat(summary.rows(), equalTo((long) ROWS));
    assertThat(table.difference(COLUMNS, SampleRows.sql(ROWS)), is(empty()));
    database.assertNothingStaged();
  }

  @Test
  void noBlockAtAllIsAnEmptyResult() {
    TestTable table = target();
    database.execute("INSERT INTO " + table.quoted() + " VALUES (-1, 'before', 0)");
    ResultSummary summary =
        publish(Runners.DIRECT.pipeline(), SCHEMA, List.of(), table, WriteMode.REPLACE);
    assertThat(summary.rows(), equalTo(0L));
    assertThat(table.count(), equalTo(0L));
  }

  @ParameterizedTest
  @ValueSource(strings = {"Zq7\u0000Zq7", "Zq7 is longer than the column"})
  void aRowInsideABlockThatIsRefusedNamesItsColumn(String value) {
    TestTable table = TestTable.create(database, "Strict", "id bigint, offended varchar(9)");
    List<Row> rows = new ArrayList<>();
    for (Object text : Arrays.asList("good", null, value, "good")) {
      rows.add(Row.withSchema(TEXTS).addValue((long) rows.size()).addValue(text).build());
    }
    List<String> before = Fingerprint.withoutStaging(database);
    Throwable failed =
        assertThrows(
            Throwable.class,
            () ->
                publish(
                    Runners.DIRECT.pipeline(),
                    TEXTS,
                    List.of(new RowBlock("", rows)),
                    table,
                    WriteMode.APPEND));
    ResultSinkException failure = Failures.rootSinkFailure(failed);
    assertThat(
        failure.getMessage(), allOf(containsString("offended"), containsString("untouched")));
    assertThat(Failures.everythingSaid(failure), not(containsString("Zq7")));
    database.awaitNoWork();
    assertThat(Fingerprint.withoutStaging(database), equalTo(before));
  }

  @Test
  void aBlockThatIsLargerThanAChunkIsCutByRows() {
    TestTable table = TestTable.create(database, "Target", "id bigint");
    Schema schema = Schema.builder().addInt64Field("id").build();
    int rows = 2 * StageRows.CHUNK_ROWS + 1;
    Row row = Row.withSchema(schema).addValue(7L).build();
    ResultSummary summary =
        publish(
            Runners.FLINK.pipeline(),
            schema,
            List.of(new RowBlock("", Collections.nCopies(rows, row))),
            table,
            WriteMode.APPEND);
    assertThat(summary.rows(), equalTo((long) rows));
    assertThat(summary.chunks(), equalTo(3L));
    assertThat(table.count(), equalTo((long) rows));
  }

  @Test
  void aBlockThatIsLargerThanAChunkIsCutByBytes() {
    TestTable table = TestTable.create(database, "Target", "id bigint, offended text");
    Row row = Row.withSchema(TEXTS).addValues(7L, "x".repeat(StageRows.CHUNK_BYTES / 3)).build();
    ResultSummary summary =
        publish(
            Runners.FLINK.pipeline(),
            TEXTS,
            List.of(new RowBlock("", Collections.nCopies(7, row))),
            table,
            WriteMode.APPEND);
    assertThat(summary.chunks(), equalTo(3L));
    assertThat(table.count(), equalTo(7L));
  }

  @Test
  void blocksThatAreSentAgainArePublishedOnce(@TempDir Path flink) throws IOException {
    TestTable table = target();
    FailingOnce failure = new FailingOnce(ROWS / BLOCK / 2);
    Files.writeString(
        flink.resolve("config.yaml"),
        "restart-strategy.type: fixed-delay\nrestart-strategy.fixed-delay.delay: 100 ms\n");
    PipelineOptions options = Runners.FLINK.options();
    options.as(FlinkPipelineOptions.class).setFlinkConfDir(flink.toString());
    Pipeline pipeline = Pipeline.create(options);
    pipeline
        .apply("Blocks", of(SCHEMA, blocks()))
        .apply("Fail in the middle", failure.step())
        .setCoder(RowBlock.coder(SCHEMA))
        .apply("Publish", table.sink(WriteMode.APPEND));
    Runners.run(pipeline);
    assertThat("it failed", failure.failures(), equalTo(1));
    assertThat(table.difference(COLUMNS, SampleRows.sql(ROWS)), is(empty()));
    assertThat(database.ledgerRows(), equalTo(1L));
    database.assertNothingStaged();
  }

  @Test
  void aBlockIsInFlightUntilItIsStaged() {
    List<RowBlock> blocks = blocks();
    blocks.forEach(block -> BlocksInFlight.made(source));
    BlocksInFlight.made(source);
    assertThat(BlocksInFlight.of(source), equalTo(blocks.size() + 1));
    publish(Runners.DIRECT.pipeline(), SCHEMA, blocks, target(), WriteMode.REPLACE);
    assertThat("the one that was not sent", BlocksInFlight.of(source), equalTo(1));
    BlocksInFlight.forget(source);
    assertThat(BlocksInFlight.of(source), equalTo(0));
    BlocksInFlight.staged(source);
    BlocksInFlight.staged("");
    assertThat(BlocksInFlight.of(source), equalTo(0));
  }
}
