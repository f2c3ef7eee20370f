package io.resultsink.pipelines.engine;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.resultsink.pipelines.duckdb.DuckQuery;
import io.resultsink.pipelines.duckdb.ReadOptions;
import io.resultsink.postgres.PostgresResultSink;
import io.resultsink.postgres.testing.Runners;
import io.resultsink.postgres.testing.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.apache.beam.runners.flink.FlinkPipelineOptions;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.values.Row;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One execution of a query as the source of a pipeline, whatever the runner does. */
class ReadQueryIT {

  @RegisterExtension final TestDatabase database = new TestDatabase();

  @TempDir Path folder;

  @BeforeEach
  void reset() {
    Numbers.reset();
  }

  private void publish(PipelineOptions options, PreparedQuery query, boolean kept) {
    ReadQuery read = ReadQuery.of(query, "numbers");
    pipeline(options, kept ? read.keptInMemory() : read).run().waitUntilFinish();
  }

  private Pipeline pipeline(PipelineOptions options, ReadQuery read) {
    Pipeline pipeline = Pipeline.create(options);
    pipeline.apply(read).apply(PostgresResultSink.to(database.url("numbers?mode=replace")));
    return pipeline;
  }

  private DuckQuery query(String sql) {
    return DuckQuery.prepare(folder.toString(), sql, Instant.EPOCH, ReadOptions.NONE);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theDirectRunnerReadsAllOfOneExecution(boolean kept) {
    publish(Runners.DIRECT.options(), new Numbers(100_050, 0), kept);

    assertThat(
        database.rows(
            "SELECT count(*), count(DISTINCT n), max(n), min(run), max(run) FROM results.numbers"),
        contains(List.of("100050", "100050", "100049", "1", "1")));
    assertThat(Numbers.EXECUTIONS.get(), is(1));
    assertThat("the session ends", Numbers.CLOSED.get(), is(1));
    assertThat(OpenCursors.count(), is(0));
  }

  @ParameterizedTest
  @EnumSource(
      value = Runners.class,
      names = {"DIRECT", "FLINK"})
  void anEmptyResultReplacesTheTable(Runners runner) {
    publish(Runners.DIRECT.options(), new Numbers(5, 0), true);
    publish(runner.options(), new Numbers(0, 0), runner == Runners.DIRECT);

    assertThat(database.value("SELECT count(*) FROM results.numbers"), is("0"));
  }

  @Test
  void aFailureMidwayChangesNothingAndLeavesNoSession() {
    publish(Runners.DIRECT.options(), new Numbers(5, 0), true);
    Numbers.reset();

    Throwable failure =
        assertThrows(
            RuntimeException.class,
            () -> publish(Runners.DIRECT.options(), new Numbers(50_000, 30_000), true));

    assertThat(String.valueOf(failure.getMessage()), containsString("the source failed midway"));
    assertThat(database.value("SELECT count(*) FROM results.numbers"), is("5"));
    assertThat(Numbers.CLOSED.get(), is(1));
    assertThat(OpenCursors.count(), is(0));
  }

  @Test
  void aQueryThatHasBegunIsExecutedOnce() {
    ReadQuery read = ReadQuery.of(new Numbers(100_050, 0), "numbers").keptInMemory();
    Pipeline pipeline = pipeline(Runners.DIRECT.options(), read);
    ReadQuery.beginAll(pipeline);
    assertThat("before the pipeline runs", Numbers.EXECUTIONS.get(), is(1));

    pipeline.run().waitUntilFinish();

    assertThat(
        database.rows(
            "SELECT count(*), count(DISTINCT n), min(run), max(run) FROM results.numbers"),
        contains(List.of("100050", "100050", "1", "1")));
    assertThat(Numbers.EXECUTIONS.get(), is(1));
    assertThat(Numbers.CLOSED.get(), is(1));
    assertThat(OpenCursors.count(), is(0));
  }

  @Test
  void aQueryThatFailsBeforeThePipelineRunsFailsThePipeline() throws IOException {
    Files.writeString(folder.resolve("t.csv"), "a\nx\n");
    DuckQuery query = query("SELECT CAST(a AS INTEGER) AS n FROM t");
    ReadQuery read = ReadQuery.of(query, "numbers").keptInMemory();
    Pipeline pipeline = pipeline(Runners.DIRECT.options(), read);
    ReadQuery.beginAll(pipeline);

    Throwable failure =
        assertThrows(RuntimeException.class, () -> pipeline.run().waitUntilFinish());

    assertThat(String.valueOf(failure.getMessage()), containsString("cannot be converted"));
    assertThat(OpenCursors.count(), is(0));
  }

  @Test
  void nothingBehindTheClaimedIsGivenAway() {
    CursorTracker tracker = new CursorTracker(CursorPosition.START);
    assertThat("not yet open", tracker.trySplit(0) == null, is(true));
    assertThat(tracker.tryClaim(CursorPosition.behind("c", 1)), is(true));
    assertThat("no part of the rest", tracker.trySplit(0.5) == null, is(true));

    CursorPosition rest = tracker.trySplit(0).getResidual();

    assertThat(rest, is(CursorPosition.behind("c", 1)));
    assertThat("cut", tracker.tryClaim(CursorPosition.behind("c", 2)), is(false));
    CursorTracker end = new CursorTracker(rest);
    assertThat(end.tryClaim(CursorPosition.behind("c", 2)), is(true));
    assertThrows(IllegalStateException.class, end::checkDone);
    assertThat(end.tryClaim(CursorPosition.endOf("c", 2)), is(true));
    end.checkDone();
    assertThat("nothing left", end.trySplit(0) == null, is(true));
  }

  /** Fails in its first execution, and notes what each one gave. */
  private record FailsOnce(DuckQuery query) implements PreparedQuery {

    static final List<List<String>> GIVEN = new CopyOnWriteArrayList<>();

    @Override
    public Schema schema() {
      return query.schema();
    }

    @Override
    public RowCursor open() {
      List<String> given = new ArrayList<>();
      GIVEN.add(given);
      boolean fails = GIVEN.size() == 1;
      RowCursor rows = query.open();
      return new RowCursor() {
        @Override
        public List<Row> next(int most, long bytes) {
          if (fails && given.size() >= 60_000) {
            throw new QueryFailedException("the source failed midway");
          }
          List<Row> block = rows.next(most, bytes);
          block.forEach(row -> given.add(row.getValue(0) + "=" + row.getValue(1)));
          return block;
        }

        @Override
        public void cancel() {
          rows.cancel();
        }

        @Override
        public void close() {
          rows.close();
        }
      };
    }
  }

  @Test
  void randomRowsAreThoseOfOneExecutionWhenFlinkStartsAnew() throws IOException {
    Files.writeString(folder.resolve("t.csv"), "a\n1\n");
    Files.writeString(
        folder.resolve("config.yaml"),
        """
        restart-strategy.type: fixed-delay
        restart-strategy.fixed-delay.attempts: 3
        restart-strategy.fixed-delay.delay: 100 ms
        """);
    PipelineOptions options = Runners.FLINK.options();
    options.as(FlinkPipelineOptions.class).setFlinkConfDir(folder.toString());
    DuckQuery query =
        query(
            "SELECT range::BIGINT AS n, CAST(random() * 1e15 AS BIGINT) AS r FROM t, range(100000)");
    FailsOnce.GIVEN.clear();

    publish(options, new FailsOnce(query), false);

    assertThat("executions", FailsOnce.GIVEN.size(), is(2));
    List<String> published =
        database.column("SELECT n || '=' || r FROM results.numbers ORDER BY n, r");
    assertThat(
        published.stream().sorted().collect(Collectors.toList()),
        is(FailsOnce.GIVEN.get(1).stream().sorted().toList()));
  }
}
