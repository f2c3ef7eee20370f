package io.resultsink.postgres;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.hasEntry;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.startsWith;

import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.destination.TableName;
import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.internal.url.Identifier;
import io.resultsink.postgres.report.ResultSummary;
import io.resultsink.postgres.testing.Captured;
import io.resultsink.postgres.testing.Runners;
import io.resultsink.postgres.testing.SampleRows;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestTable;
import io.resultsink.postgres.testing.TestingPostgres;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.metrics.Lineage;
import org.apache.beam.sdk.metrics.MetricResult;
import org.apache.beam.sdk.transforms.ParDo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a run says of itself through Beam. */
class ReportingIT {

  private static final long ROWS = 12_345;

  @RegisterExtension final TestDatabase database = new TestDatabase();

  private final Captured<ResultSummary> summaries = new Captured<>(ResultSummary.class);

  @ParameterizedTest
  @EnumSource(Runners.class)
  void theSummarysFiguresAreMetrics(Runners runner) {
    PipelineResult result = publish(runner, TestTable.missing(database, "Measured"));
    ResultSummary summary = summaries.elements().get(0);
    assertThat(
        counters(result),
        is(
            Map.of(
                "rows_staged",
                ROWS,
                "bytes_staged",
                summary.bytes(),
                "chunks_staged",
                summary.chunks(),
                "rows_published",
                ROWS,
                "rows_rejected",
                0L)));
  }

  @Test
  void rowsThatDoNotFitAreCounted() {
    Pipeline pipeline = Runners.DIRECT.pipeline();
    pipeline
        .apply(
            SampleRows.of(SampleRows.SCHEMA, List.of(1L, "good", 0.5), List.of(2L, "b\0ad", 0.5)))
        .apply(
            "Publish",
            TestTable.create(database, "Counted", "id bigint, name text, score double precision")
                .sink(WriteMode.APPEND, "rejects=results.bad"));
    assertThat(
        counters(Runners.run(pipeline)),
        allOf(
            hasEntry("rows_staged", 1L),
            hasEntry("rows_rejected", 1L),
            hasEntry("rows_published", 1L)));
  }

  /** And nothing for each bundle. */
  @Test
  void aRunLogsWhenItsPublishBeginsAndEnds() {
    Logger logger = Logger.getLogger("io.resultsink.postgres");
    List<String> lines = new CopyOnWriteArrayList<>();
    Handler handler = new LineHandler(lines);
    Level level = logger.getLevel();
    logger.addHandler(handler);
    logger.setLevel(Level.INFO);
    try {
      publish(Runners.DIRECT, TestTable.missing(database, "Logged"));
    } finally {
      logger.setLevel(level);
      logger.removeHandler(handler);
    }
    String run = summaries.elements().get(0).runId();
    assertThat(
        lines,
        contains(
            allOf(startsWith("Publishing append Logged"), containsString(run), endsWith(" chunks")),
            allOf(
                startsWith("Published append Logged"),
                containsString(run),
                endsWith(": " + ROWS + " rows"))));
  }

  @ParameterizedTest
  @EnumSource(Runners.class)
  void tableAndDatabaseAreLineage(Runners runner) {
    TestTable table = TestTable.missing(database, "Lined");
    PipelineResult result = publish(runner, table);
    Set<String> sinks = Lineage.query(result.metrics(), Lineage.Type.SINK);
    assertThat(
        sinks,
        contains(
            allOf(
                startsWith("postgresql:"),
                containsString(database.name()),
                containsString(TestDatabase.SCHEMA),
                containsString(table.name()))));
    assertThat(sinks, not(hasItem(containsString(TestingPostgres.PASSWORD))));
  }

  /** Messages show control characters by their numbers; nothing is read back from that. */
  @Test
  void namesThatAreShownInAnotherWayAreLineageAsTheyAre() {
    TableName odd = new TableName("disk \ud83d\udcbe", "line\nend");
    database.execute(
        "CREATE SCHEMA " + Identifier.quote("disk \ud83d\udcbe") + " AUTHORIZATION sink");
    Pipeline pipeline = Runners.DIRECT.pipeline();
    pipeline
        .apply(SampleRows.many(1))
        .apply(
            PostgresResultSink.to(
                PostgresTarget.parse(database.url("t")).toBuilder().table(odd).build()));
    Set<String> sinks = Lineage.query(Runners.run(pipeline).metrics(), Lineage.Type.SINK);
    assertThat(sinks, contains(endsWith(".`disk \ud83d\udcbe`.`line\nend`")));
  }

  private static Map<String, Long> counters(PipelineResult result) {
    return StreamSupport.stream(result.metrics().allMetrics().getCounters().spliterator(), false)
        .filter(metric -> metric.getName().getNamespace().equals("io.resultsink.postgres"))
        .collect(
            Collectors.toMap(
                metric -> metric.getName().getName(), MetricResult::getAttempted, Long::sum));
  }

  private PipelineResult publish(Runners runner, TestTable table) {
    Pipeline pipeline = runner.pipeline();
    pipeline
        .apply(SampleRows.many(ROWS))
        .apply("Publish", table.sink(WriteMode.APPEND))
        .apply("Capture", ParDo.of(summaries.fn()));
    return Runners.run(pipeline);
  }

  /** The messages of a logger, with their values. */
  private static final class LineHandler extends Handler {

    private final List<String> lines;

    LineHandler(List<String> lines) {
      this.lines = lines;
    }

    @Override
    public void publish(LogRecord logged) {
      lines.add(logged.getMessage());
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }
}
