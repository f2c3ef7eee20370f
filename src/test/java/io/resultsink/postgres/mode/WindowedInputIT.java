package io.resultsink.postgres.mode;

import static io.resultsink.postgres.testing.SampleRows.COLUMNS;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;

import io.resultsink.postgres.PostgresResultSink;
import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.report.ResultSummary;
import io.resultsink.postgres.testing.Captured;
import io.resultsink.postgres.testing.Ranking;
import io.resultsink.postgres.testing.Runners;
import io.resultsink.postgres.testing.SampleRows;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestTable;
import java.util.stream.Stream;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.transforms.Count;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.WithTimestamps;
import org.apache.beam.sdk.transforms.windowing.AfterPane;
import org.apache.beam.sdk.transforms.windowing.FixedWindows;
import org.apache.beam.sdk.transforms.windowing.GlobalWindows;
import org.apache.beam.sdk.transforms.windowing.IntervalWindow;
import org.apache.beam.sdk.transforms.windowing.Repeatedly;
import org.apache.beam.sdk.transforms.windowing.Sessions;
import org.apache.beam.sdk.transforms.windowing.SlidingWindows;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.Row;
import org.apache.beam.sdk.values.TypeDescriptors;
import org.joda.time.Duration;
import org.joda.time.Instant;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** However a bounded input was windowed and triggered, it is one publish of all of its rows. */
@Tag("torture")
class WindowedInputIT {

  private static final Schema HITS =
      Schema.builder().addInt64Field("id").addInt64Field("hits").build();

  @RegisterExtension final TestDatabase database = new TestDatabase();

  private final Captured<ResultSummary> summaries = new Captured<>(ResultSummary.class);

  /** How users window rows, one window for each. */
  enum Windowing {
    FIXED {
      @Override
      Window<Row> window() {
        return Window.into(FixedWindows.of(Duration.standardSeconds(60)));
      }
    },
    SESSIONS {
      @Override
      Window<Row> window() {
        return Window.into(Sessions.withGapDuration(Duration.millis(500)));
      }
    },
    FIXED_TRIGGERED {
      @Override
      Window<Row> window() {
        return triggered(Window.into(FixedWindows.of(Duration.standardSeconds(60))));
      }
    },
    TRIGGERED {
      @Override
      Window<Row> window() {
        return triggered(Window.into(new GlobalWindows()));
      }
    };

    abstract Window<Row> window();

    private static Window<Row> triggered(Window<Row> window) {
      return window
          .triggering(Repeatedly.forever(AfterPane.elementCountAtLeast(7)))
          .withAllowedLateness(Duration.standardDays(1))
          .discardingFiredPanes();
    }
  }

  static Stream<Arguments> modesAndWindowings() {
    return Stream.of(WriteMode.values())
        .flatMap(mode -> Stream.of(Windowing.values()).map(w -> Arguments.of(mode, w)));
  }

  private static PCollection<Row> timed(Pipeline pipeline) {
    return pipeline
        .apply(SampleRows.many(Ranking.ROWS))
        .apply(WithTimestamps.of((Row row) -> new Instant(row.getInt64("id") * 1000)));
  }

  @ParameterizedTest
  @MethodSource("modesAndWindowings")
  void oneRowInOneWindowIsOneRow(WriteMode mode, Windowing windowing) {
    Ranking ranking = Ranking.create(database, mode);
    Pipeline pipeline = Runners.DIRECT.pipeline();
    timed(pipeline)
        .apply(windowing.window())
        .apply("Publish", ranking.table().sink(mode))
        .apply(ParDo.of(summaries.fn()));
    Runners.run(pipeline);
    assertThat(summaries.elements(), hasSize(1));
    ranking.assertPublished();
  }

  /** Aggregates of sliding windows are a row for each window. */
  @ParameterizedTest
  @EnumSource(Runners.class)
  void aggregatesOfSlidingWindowsAreOnePublish(Runners runner) {
    TestTable table = TestTable.missing(database, "Sliding");
    Pipeline pipeline = runner.pipeline();
    timed(pipeline)
        .apply(
            Window.<Row>into(
                SlidingWindows.of(Duration.standardSeconds(100))
                    .every(Duration.standardSeconds(50))))
        .apply(MapElements.into(TypeDescriptors.strings()).via((Row row) -> "all"))
        .apply(Count.perElement())
        .apply(ParDo.of(new HitsOfWindow()))
        .setRowSchema(HITS)
        .apply("Publish", table.sink(WriteMode.APPEND))
        .apply(ParDo.of(summaries.fn()));
    Runners.run(pipeline);
    assertThat(summaries.elements(), hasSize(1));
    assertThat(
        table.difference(
            "id, hits",
            "SELECT w, least(w + 100, 1000) - greatest(w, 0) FROM generate_series(-50, 950, 50) w"),
        is(empty()));
  }

  /** Beam knows a row in two windows as two elements, and so does every step. */
  @ParameterizedTest
  @EnumSource(Runners.class)
  void aRowInTwoWindowsIsTwoRows(Runners runner) {
    TestTable table = TestTable.missing(database, "Twice");
    Pipeline pipeline = runner.pipeline();
    PostgresResultSink sink = table.sink(WriteMode.APPEND);
    timed(pipeline)
        .apply(
            Window.into(
                SlidingWindows.of(Duration.standardSeconds(100))
                    .every(Duration.standardSeconds(50))))
        .apply("Publish", sink)
        .apply(ParDo.of(summaries.fn()));
    Runners.run(pipeline);
    assertThat(summaries.elements(), hasSize(1));
    assertThat(summaries.elements().get(0).rows(), equalTo(2 * Ranking.ROWS));
    String once = SampleRows.sql(Ranking.ROWS);
    assertThat(table.difference(COLUMNS, "(" + once + ") UNION ALL (" + once + ")"), is(empty()));
  }

  private static final class HitsOfWindow extends DoFn<KV<String, Long>, Row> {
    @ProcessElement
    public void process(
        @Element KV<String, Long> hits, IntervalWindow window, OutputReceiver<Row> rows) {
      rows.output(
          Row.withSchema(HITS)
              .addValues(window.start().getMillis() / 1000, hits.getValue())
              .build());
    }
  }
}
