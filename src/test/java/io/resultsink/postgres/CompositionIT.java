package io.resultsink.postgres;

import static io.resultsink.postgres.testing.SampleRows.COLUMNS;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;

import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.report.ResultSummary;
import io.resultsink.postgres.testing.Captured;
import io.resultsink.postgres.testing.Runners;
import io.resultsink.postgres.testing.SampleRows;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestTable;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.schemas.JavaFieldSchema;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.schemas.annotations.DefaultSchema;
import org.apache.beam.sdk.transforms.Count;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.Wait;
import org.apache.beam.sdk.transforms.WithTimestamps;
import org.apache.beam.sdk.transforms.windowing.AfterPane;
import org.apache.beam.sdk.transforms.windowing.FixedWindows;
import org.apache.beam.sdk.transforms.windowing.GlobalWindows;
import org.apache.beam.sdk.transforms.windowing.Repeatedly;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.transforms.windowing.WindowFn;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.Row;
import org.apache.beam.sdk.values.TypeDescriptors;
import org.joda.time.Duration;
import org.joda.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The sink is a transform like others, wherever it stands in a pipeline. */
class CompositionIT {

  private static final long ROWS = 10_000;

  @RegisterExtension final TestDatabase database = new TestDatabase();

  private final Captured<ResultSummary> summaries = new Captured<>(ResultSummary.class);

  @ParameterizedTest
  @EnumSource(Runners.class)
  void twoSinksInOnePipelinePublishEachTheirOwn(Runners runner) {
    TestTable one = TestTable.missing(database, "One");
    TestTable two = TestTable.missing(database, "Two");
    Pipeline pipeline = runner.pipeline();
    PCollection<Row> rows = pipeline.apply(SampleRows.many(ROWS));
    rows.apply("Publish one", one.sink(WriteMode.APPEND))
        .apply("Capture one", ParDo.of(summaries.fn()));
    rows.apply("Publish two", two.sink(WriteMode.UPDATE))
        .apply("Capture two", ParDo.of(summaries.fn()));
    Runners.run(pipeline);
    assertThat(one.difference(COLUMNS, SampleRows.sql(ROWS)), is(empty()));
    assertThat(two.difference(COLUMNS, SampleRows.sql(ROWS)), is(empty()));
    assertThat(summaries.elements(), hasSize(2));
    assertThat(database.ledgerRows(), equalTo(2L));
    database.assertNothingStaged();
  }

  @Test
  void twoSinksCanAppendToOneTable() {
    TestTable table = TestTable.missing(database, "Both");
    Pipeline pipeline = Runners.DIRECT.pipeline();
    pipeline.apply("A", SampleRows.many(ROWS, 1)).apply("To", table.sink(WriteMode.APPEND));
    pipeline.apply("B", SampleRows.many(ROWS, 2)).apply("Too", table.sink(WriteMode.APPEND));
    Runners.run(pipeline);
    assertThat(
        database.rows(
            "SELECT score::int, count(*) FROM " + table.quoted() + " GROUP BY 1 ORDER BY 1"),
        contains(List.of("1", "10000"), List.of("2", "10000")));
  }

  @Test
  void standsInsideOfAnotherComposite() {
    TestTable table = TestTable.missing(database, "Inner");
    PostgresResultSink sink = table.sink(WriteMode.REPLACE);
    Pipeline pipeline = Runners.DIRECT.pipeline();
    pipeline
        .apply(SampleRows.many(ROWS))
        .apply("Outer", new Outer(sink))
        .apply(ParDo.of(summaries.fn()));
    Runners.run(pipeline);
    assertThat(table.difference(COLUMNS, SampleRows.sql(ROWS)), is(empty()));
    assertThat(summaries.elements(), hasSize(1));
  }

  @ParameterizedTest
  @EnumSource(Runners.class)
  void publishesWhatAGroupingGives(Runners runner) {
    TestTable table = TestTable.missing(database, "Groups");
    Schema schema = Schema.builder().addInt64Field("residue").addInt64Field("hits").build();
    Pipeline pipeline = runner.pipeline();
    pipeline
        .apply(SampleRows.many(ROWS))
        .apply(MapElements.into(TypeDescriptors.longs()).via((Row row) -> row.getInt64("id") % 10))
        .apply(Count.perElement())
        .apply(
            MapElements.into(TypeDescriptors.rows())
                .via(
                    (KV<Long, Long> group) ->
                        Row.withSchema(schema).addValues(group.getKey(), group.getValue()).build()))
        .setRowSchema(schema)
        .apply("Publish", table.sink(WriteMode.APPEND));
    Runners.run(pipeline);
    assertThat(
        table.difference("residue, hits", "SELECT i, 1000 FROM generate_series(0, 9) i"),
        is(empty()));
  }

  @ParameterizedTest
  @EnumSource(Runners.class)
  void windowsWithATriggerOfTheUsersArePublishedOnce(Runners runner) {
    assertPublishedOnce(runner, FixedWindows.of(Duration.standardSeconds(60)));
  }

  @ParameterizedTest
  @EnumSource(Runners.class)
  void theGlobalWindowWithATriggerOfTheUsersIsPublishedOnce(Runners runner) {
    assertPublishedOnce(runner, new GlobalWindows());
  }

  private void assertPublishedOnce(Runners runner, WindowFn<Object, ?> windows) {
    TestTable table = TestTable.missing(database, "Windowed");
    Pipeline pipeline = runner.pipeline();
    pipeline
        .apply(SampleRows.many(ROWS))
        .apply(WithTimestamps.of((Row row) -> new Instant(row.getInt64("id") * 1000)))
        .apply(
            Window.<Row>into(windows)
                .triggering(Repeatedly.forever(AfterPane.elementCountAtLeast(100)))
                .withAllowedLateness(Duration.standardDays(1))
                .discardingFiredPanes())
        .apply("Publish", table.sink(WriteMode.APPEND))
        .apply(ParDo.of(summaries.fn()));
    Runners.run(pipeline);
    assertThat(summaries.elements(), hasSize(1));
    assertThat(summaries.elements().get(0).rows(), equalTo(ROWS));
    assertThat(table.difference(COLUMNS, SampleRows.sql(ROWS)), is(empty()));
    assertThat(database.ledgerRows(), equalTo(1L));
  }

  @ParameterizedTest
  @EnumSource(Runners.class)
  void whoeverWaitsOnTheSummaryFindsTheRows(Runners runner) {
    TestTable table = TestTable.missing(database, "Waited for");
    Captured<Long> seen = new Captured<>(Long.class);
    Pipeline pipeline = runner.pipeline();
    PCollection<ResultSummary> published =
        pipeline.apply(SampleRows.many(ROWS)).apply("Publish", table.sink(WriteMode.APPEND));
    pipeline
        .apply(Create.of("SELECT count(*) FROM " + table.quoted()))
        .apply(Wait.on(published))
        .apply(
            ParDo.of(
                new CountRows(
                    "jdbc:postgresql://%s:%d/%s"
                        .formatted(
                            database.server().host(), database.server().port(), database.name()))))
        .apply(ParDo.of(seen.fn()));
    Runners.run(pipeline);
    assertThat(seen.elements(), contains(ROWS));
  }

  @Test
  void takesAnyElementsWithASchema() {
    TestTable table = TestTable.missing(database, "Movies");
    Pipeline pipeline = Runners.DIRECT.pipeline();
    pipeline
        .apply(Create.of(new Movie("Alien", 1979), new Movie("Brazil", 1985)))
        .apply("Publish", table.sink(WriteMode.APPEND));
    Runners.run(pipeline);
    assertThat(
        table.rows("title, year"), contains(List.of("Alien", "1979"), List.of("Brazil", "1985")));
  }

  /** A class that Beam infers a schema for. */
  @DefaultSchema(JavaFieldSchema.class)
  public static class Movie {
    public String title = "";
    public int year;

    public Movie() {}

    Movie(String title, int year) {
      this.title = title;
      this.year = year;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Movie that && title.equals(that.title) && year == that.year;
    }

    @Override
    public int hashCode() {
      return title.hashCode() * 31 + year;
    }
  }

  private static final class Outer
      extends PTransform<PCollection<Row>, PCollection<ResultSummary>> {
    private final PostgresResultSink sink;

    Outer(PostgresResultSink sink) {
      this.sink = sink;
    }

    @Override
    public PCollection<ResultSummary> expand(PCollection<Row> rows) {
      return rows.apply("Inner", sink);
    }
  }

  private static final class CountRows extends DoFn<String, Long> {
    private final String url;

    CountRows(String url) {
      this.url = url;
    }

    @ProcessElement
    public void process(@Element String sql, OutputReceiver<Long> counts) throws SQLException {
      try (Connection connection =
              DriverManager.getConnection(
                  url, "sink", io.resultsink.postgres.testing.TestingPostgres.PASSWORD);
          ResultSet rows = connection.createStatement().executeQuery(sql)) {
        rows.next();
        counts.output(rows.getLong(1));
      }
    }
  }
}
