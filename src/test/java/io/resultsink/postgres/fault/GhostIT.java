package io.resultsink.postgres.fault;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.is;

import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.report.ResultSummary;
import io.resultsink.postgres.testing.Captured;
import io.resultsink.postgres.testing.PostgresProxy;
import io.resultsink.postgres.testing.Runners;
import io.resultsink.postgres.testing.SampleRows;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestTable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.transforms.ParDo;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A whole pipeline that was given up goes on beside the one that was started in its place. */
@Tag("torture")
class GhostIT {

  private static final long ROWS = 2_000;

  @RegisterExtension final TestDatabase database = new TestDatabase().behindProxy();

  private final PostgresProxy network = database.network();

  @ParameterizedTest
  @EnumSource(WriteMode.class)
  void aGhostThatIsStalledInACopyFindsTheRunPublished(WriteMode mode) throws Exception {
    TestTable table = TestTable.missing(database, "Ghost");
    Captured<ResultSummary> summaries = new Captured<>(ResultSummary.class);
    PostgresProxy.Fault stalled =
        network.whenCopied("^COPY .* FROM STDIN \\(FORMAT binary\\)$", 1).stall();
    CompletableFuture<?> ghost =
        CompletableFuture.runAsync(() -> Runners.run(pipeline(table, mode, summaries)));
    stalled.awaitMet();
    Runners.run(pipeline(table, mode, summaries));
    assertThat(summaries.elements().get(0).alreadyPublished(), is(false));
    stalled.release();
    ghost.get(120, TimeUnit.SECONDS);

    assertThat(
        summaries.elements().stream().map(ResultSummary::alreadyPublished).toList(),
        containsInAnyOrder(false, true));
    assertThat(table.difference(SampleRows.COLUMNS, SampleRows.sql(ROWS)), is(empty()));
    assertThat(database.ledgerRows(), equalTo(1L));
    database.assertNothingStaged();
  }

  /** Of the same run, as whoever starts it again builds it. */
  private static Pipeline pipeline(
      TestTable table, WriteMode mode, Captured<ResultSummary> summaries) {
    Pipeline pipeline = Runners.DIRECT.pipeline();
    pipeline
        .apply(SampleRows.many(ROWS))
        .apply("Publish", table.sink(mode).withRunId("haunted"))
        .apply(ParDo.of(summaries.fn()));
    return pipeline;
  }
}
