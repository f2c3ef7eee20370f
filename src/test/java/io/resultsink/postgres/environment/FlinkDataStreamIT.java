package io.resultsink.postgres.environment;

import static io.resultsink.postgres.testing.SampleRows.COLUMNS;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.is;

import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.report.ResultSummary;
import io.resultsink.postgres.testing.FailingOnce;
import io.resultsink.postgres.testing.Runners;
import io.resultsink.postgres.testing.SampleRows;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestTable;
import io.resultsink.postgres.testing.TestingPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.beam.runners.flink.FlinkPipelineOptions;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.values.PCollection;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Flink's DataStream engine runs a batch pipeline, with {@code --useDataStreamForBatch}. */
@Tag("attack")
class FlinkDataStreamIT {

  private static final long ROWS = 20_000;
  private static final String OLD =
      "SELECT i::bigint AS id, 'old' AS name, 0::float8 AS score"
          + " FROM generate_series(0, 99) AS i";

  @RegisterExtension final TestDatabase database = new TestDatabase();

  @TempDir Path configuration;

  @Test
  void aPipelineThatRestartsWhileItStagesAppendsEachRowOnce() throws IOException {
    restartWhileStaging(WriteMode.APPEND);
  }

  @ParameterizedTest
  @EnumSource(WriteMode.class)
  @Tag("torture")
  void aPipelineThatRestartsWhileItStagesPublishesEachRowOnce(WriteMode mode) throws IOException {
    restartWhileStaging(mode);
  }

  @ParameterizedTest
  @EnumSource(WriteMode.class)
  @Tag("torture")
  void aPipelineThatRestartsAfterThePublishPublishesOnce(WriteMode mode) throws IOException {
    TestTable table = table(mode);
    FailingOnce failure = new FailingOnce(0);
    Pipeline pipeline = pipeline();
    PCollection<ResultSummary> published =
        pipeline.apply(SampleRows.many(ROWS)).apply("Publish", table.sink(mode));
    published.apply("Fail after publishing", failure.step());

    Runners.run(pipeline);

    assertThat("it failed", failure.failures(), equalTo(1));
    assertOnce(table, mode, SampleRows.sql(ROWS));
  }

  @ParameterizedTest
  @EnumSource(WriteMode.class)
  @Tag("torture")
  void anEmptyResultIsPublished(WriteMode mode) throws IOException {
    TestTable table = table(mode);

    ResultSummary summary = Runners.publish(pipeline(), SampleRows.none(), table.sink(mode));

    assertThat(summary.rows(), equalTo(0L));
    String none = "SELECT * FROM (" + OLD + ") AS none WHERE false";
    assertOnce(table, mode, mode == WriteMode.UPDATE ? OLD : none);
  }

  private void restartWhileStaging(WriteMode mode) throws IOException {
    TestTable table = table(mode);
    FailingOnce failure = new FailingOnce(ROWS * 3 / 4);
    Pipeline pipeline = pipeline();
    pipeline
        .apply(SampleRows.many(ROWS))
        .apply("Fail in the middle", failure.step())
        .setRowSchema(SampleRows.SCHEMA)
        .apply("Publish", table.sink(mode));

    Runners.run(pipeline);

    assertThat("it failed", failure.failures(), equalTo(1));
    assertOnce(table, mode, SampleRows.sql(ROWS));
  }

  private TestTable table(WriteMode mode) {
    String id = mode == WriteMode.APPEND ? "id bigint" : "id bigint PRIMARY KEY";
    TestTable table = TestTable.create(database, "Stream", id + ", name text, score float8");
    database.executeAs(TestingPostgres.SINK, "INSERT INTO " + table.quoted() + " " + OLD);
    return table;
  }

  private void assertOnce(TestTable table, WriteMode mode, String result) {
    String after = mode == WriteMode.APPEND ? "(" + OLD + ") UNION ALL (" + result + ")" : result;
    assertThat(table.difference(COLUMNS, after), is(empty()));
    assertThat(database.ledgerRows(), equalTo(1L));
    database.assertNothingStaged();
  }

  private Pipeline pipeline() throws IOException {
    Files.writeString(
        configuration.resolve("config.yaml"),
        """
        restart-strategy.type: fixed-delay
        restart-strategy.fixed-delay.attempts: 3
        restart-strategy.fixed-delay.delay: 100 ms
        """);
    FlinkPipelineOptions options = Runners.FLINK.options().as(FlinkPipelineOptions.class);
    options.setUseDataStreamForBatch(true);
    options.setFlinkConfDir(configuration.toString());
    return Pipeline.create(options);
  }
}
