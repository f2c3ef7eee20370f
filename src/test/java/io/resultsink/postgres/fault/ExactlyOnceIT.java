package io.resultsink.postgres.fault;

import static io.resultsink.postgres.testing.SampleRows.COLUMNS;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;

import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.report.ResultSummary;
import io.resultsink.postgres.testing.Captured;
import io.resultsink.postgres.testing.ErrorOutput;
import io.resultsink.postgres.testing.FailingOnce;
import io.resultsink.postgres.testing.Runners;
import io.resultsink.postgres.testing.SampleRows;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.beam.runners.flink.FlinkPipelineOptions;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.errorhandling.ErrorHandler.BadRecordErrorHandler;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.Row;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** One run publishes once, whatever is run twice. */
@Tag("attack")
class ExactlyOnceIT {

  private static final long ROWS = 50_000;

  @RegisterExtension final TestDatabase database = new TestDatabase();

  @TempDir Path flinkConfiguration;

  /** Results in which all rows fit, and in which some are to leave. */
  static Stream<Arguments> modesAndBadRows() {
    return Stream.of(WriteMode.values())
        .flatMap(mode -> Stream.of(Arguments.of(mode, ROWS + 1), Arguments.of(mode, 100)));
  }

  @ParameterizedTest
  @MethodSource("modesAndBadRows")
  void aPipelineThatRestartsAfterItPublishedPublishesOnce(WriteMode mode, long every)
      throws IOException {
    TestTable table = table(mode);
    Captured<Row> read = new Captured<>(Row.class);
    Captured<ResultSummary> summaries = new Captured<>(ResultSummary.class);
    FailingOnce failure = new FailingOnce(0);
    ErrorOutput errors = new ErrorOutput();
    Pipeline pipeline = restartingPipeline("full");
    try (BadRecordErrorHandler<?> handler = errors.handler(pipeline)) {
      pipeline
          .apply(spoiled(every))
          .apply("Read", ParDo.of(read.fn()))
          .setRowSchema(SampleRows.SCHEMA)
          .apply("Publish", table.sink(mode).withErrorHandler(handler))
          .apply("Published", ParDo.of(summaries.fn()))
          .apply("Fail after publishing", failure.step());
    }
    Runners.run(pipeline);

    assertThat("it failed", failure.failures(), equalTo(1));
    assertThat("it began anew", read.elements().size(), equalTo((int) (2 * ROWS)));
    assertStoredOrRejectedOnce(table, every);
    assertThat(
        summaries.elements().stream().map(ResultSummary::alreadyPublished).toList(),
        equalTo(List.of(false, true)));
    ResultSummary second = summaries.elements().get(1);
    assertThat(second.rows() + second.rejected(), equalTo(ROWS));
    assertThat(
        "each attempt gives out the same",
        errors.ids().stream().distinct().toList(),
        equalTo(bad(every)));
  }

  @ParameterizedTest
  @MethodSource("modesAndBadRows")
  void aPipelineThatRestartsWhileItStagesPublishesEachRowOnce(WriteMode mode, long every)
      throws IOException {
    TestTable table = table(mode);
    FailingOnce failure = new FailingOnce(ROWS * 3 / 4);
    ErrorOutput errors = new ErrorOutput();
    Pipeline pipeline = restartingPipeline("region");
    try (BadRecordErrorHandler<?> handler = errors.handler(pipeline)) {
      pipeline
          .apply(spoiled(every))
          .apply("Fail in the middle", failure.step())
          .setRowSchema(SampleRows.SCHEMA)
          .apply("Publish", table.sink(mode).withErrorHandler(handler));
    }
    Runners.run(pipeline);

    assertThat("it failed", failure.failures(), equalTo(1));
    assertStoredOrRejectedOnce(table, every);
    assertThat(errors.ids(), equalTo(bad(every)));
  }

  private static PTransform<PBegin, PCollection<Row>> spoiled(long every) {
    return every > ROWS ? SampleRows.many(ROWS) : SampleRows.spoiled(ROWS, every);
  }

  private static List<Long> bad(long every) {
    return every > ROWS ? List.of() : ErrorOutput.spoiled(ROWS, every);
  }

  private void assertStoredOrRejectedOnce(TestTable table, long every) {
    String fitting = every > ROWS ? SampleRows.sql(ROWS) : SampleRows.sqlOfFitting(ROWS, every);
    assertThat(table.difference(COLUMNS, fitting), is(empty()));
    assertThat(
        database.column(
            "SELECT "
                + SampleRows.ID_OF_JSON
                + " AS id FROM results.result_sink_rejects ORDER BY 1"),
        equalTo(bad(every).stream().map(Object::toString).toList()));
    assertThat(database.ledgerRows(), equalTo(1L));
    database.assertNothingStaged();
  }

  @Test
  void stepsThatRestartAfterThePublishPublishOnce() throws IOException {
    TestTable table = table(WriteMode.APPEND);
    FailingOnce failure = new FailingOnce(0);
    Pipeline pipeline = restartingPipeline("region");
    pipeline
        .apply(SampleRows.many(ROWS))
        .apply("Publish", table.sink(WriteMode.APPEND))
        .apply("Fail after publishing", failure.step());
    Runners.run(pipeline);

    assertThat("it failed", failure.failures(), equalTo(1));
    assertThat(table.difference(COLUMNS, SampleRows.sql(ROWS)), is(empty()));
    assertThat(database.ledgerRows(), equalTo(1L));
    database.assertNothingStaged();
  }

  @Test
  void aPipelineThatIsRunTwiceIsOneRun() {
    TestTable table = table(WriteMode.APPEND);
    Captured<ResultSummary> summaries = new Captured<>(ResultSummary.class);
    Pipeline pipeline = Runners.DIRECT.pipeline();
    pipeline
        .apply(SampleRows.many(1000))
        .apply("Publish", table.sink(WriteMode.APPEND))
        .apply(ParDo.of(summaries.fn()));
    Runners.run(pipeline);
    Runners.run(pipeline);
    assertThat(table.difference(COLUMNS, SampleRows.sql(1000)), is(empty()));
    assertThat(
        summaries.elements().stream().map(ResultSummary::alreadyPublished).toList(),
        equalTo(List.of(false, true)));
    database.assertNothingStaged();
  }

  @ParameterizedTest
  @EnumSource(WriteMode.class)
  void ofTwoPipelinesWithOneRunIdAtTheSameTimeOnePublishes(WriteMode mode) {
    TestTable table = TestTable.missing(database, "Race");
    List<ResultSummary> summaries =
        atTheSameTime(
            3,
            number ->
                Runners.DIRECT.publish(
                    SampleRows.many(10_000), table.sink(mode, "run_id=same-run")));
    assertThat(
        summaries.stream().map(ResultSummary::alreadyPublished).toList(),
        containsInAnyOrder(false, true, true));
    assertThat(table.difference(COLUMNS, SampleRows.sql(10_000)), is(empty()));
    assertThat(database.ledgerRows(), equalTo(1L));
    database.assertNothingStaged();
  }

  @Test
  void appendsOfSeveralRunsAtTheSameTimeAllArriveAlsoInAMissingTable() {
    TestTable table = TestTable.missing(database, "Race");
    List<ResultSummary> summaries =
        atTheSameTime(
            4,
            number ->
                Runners.DIRECT.publish(
                    SampleRows.many(5_000, number), table.sink(WriteMode.APPEND)));
    assertThat(
        database.rows(
            "SELECT score::int, count(*) FROM " + table.quoted() + " GROUP BY 1 ORDER BY 1"),
        equalTo(
            List.of(
                List.of("0", "5000"),
                List.of("1", "5000"),
                List.of("2", "5000"),
                List.of("3", "5000"))));
    assertThat(summaries.stream().filter(ResultSummary::created).toList(), hasSize(1));
    assertThat(database.ledgerRows(), equalTo(4L));
  }

  @Test
  void runsOfAllModesAtTheSameTimeNeitherDeadlockNorMix() {
    TestTable table = table(WriteMode.UPDATE);
    List<WriteMode> modes =
        List.of(
            WriteMode.TRUNCATE,
            WriteMode.UPDATE,
            WriteMode.TRUNCATE,
            WriteMode.UPDATE,
            WriteMode.TRUNCATE);
    atTheSameTime(
        modes.size(),
        number ->
            Runners.DIRECT.publish(SampleRows.many(5_000, number), table.sink(modes.get(number))));
    List<List<String>> groups =
        database.rows("SELECT score::int, count(*) FROM " + table.quoted() + " GROUP BY 1");
    assertThat("rows of one run only", groups, hasSize(1));
    assertThat(groups.get(0).get(1), equalTo("5000"));
    assertThat(database.ledgerRows(), equalTo(5L));
  }

  @Test
  void replacesAtTheSameTimePublishOneAfterTheOther() {
    TestTable table = TestTable.missing(database, "Race");
    List<ResultSummary> summaries =
        atTheSameTime(
            3,
            number ->
                Runners.DIRECT.publish(
                    SampleRows.many(5_000, number), table.sink(WriteMode.REPLACE)));
    assertThat(
        database.rows("SELECT count(*), count(DISTINCT score) FROM " + table.quoted()),
        equalTo(List.of(List.of("5000", "1"))));
    assertThat(summaries.stream().filter(ResultSummary::created).toList(), hasSize(1));
    assertThat(database.ledgerRows(), equalTo(3L));
    database.assertNothingStaged();
  }

  @Test
  void theLedgerSaysWhenAndWhatWasPublished() {
    TestTable table = table(WriteMode.APPEND);
    ResultSummary summary =
        Runners.DIRECT.publish(
            SampleRows.many(10), table.sink(WriteMode.APPEND, "run_id=2026-11-22"));
    assertThat(
        database.value(
            "SELECT count(*) FROM results.result_sink_ledger l WHERE to_jsonb(l)::text LIKE ?",
            "%2026-11-22%"),
        equalTo("1"));
    assertThat(
        Math.abs(summary.publishedAt().getMillis() - System.currentTimeMillis()),
        lessThan(60_000L));
    assertThat(summary.chunks(), greaterThanOrEqualTo(1L));
    assertThat(summary.bytes(), greaterThan(0L));
  }

  /** Rows meet an empty table, so that what is there afterwards is the result in every mode. */
  private TestTable table(WriteMode mode) {
    return TestTable.create(
        database,
        "Once",
        "id bigint"
            + (mode == WriteMode.APPEND ? "" : " PRIMARY KEY")
            + ", name text, score float8");
  }

  /**
   * On Flink in one process, which starts anew when a step fails: the whole pipeline ({@code full})
   * or what hangs together with the step ({@code region}, Flink's default).
   */
  private Pipeline restartingPipeline(String failover) throws IOException {
    Files.writeString(
        flinkConfiguration.resolve("config.yaml"),
        """
        restart-strategy.type: fixed-delay
        restart-strategy.fixed-delay.attempts: 3
        restart-strategy.fixed-delay.delay: 100 ms
        jobmanager.execution.failover-strategy: %s
        """
            .formatted(failover));
    PipelineOptions options = Runners.FLINK.options();
    options.as(FlinkPipelineOptions.class).setFlinkConfDir(flinkConfiguration.toString());
    return Pipeline.create(options);
  }

  private interface Numbered<T> {
    T run(int number);
  }

  private static <T> List<T> atTheSameTime(int count, Numbered<T> work) {
    ExecutorService threads = Executors.newFixedThreadPool(count);
    try {
      List<CompletableFuture<T>> results = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        int number = i;
        Supplier<T> one = () -> work.run(number);
        results.add(CompletableFuture.supplyAsync(one, threads));
      }
      return results.stream().map(CompletableFuture::join).toList();
    } finally {
      threads.shutdown();
    }
  }
}
