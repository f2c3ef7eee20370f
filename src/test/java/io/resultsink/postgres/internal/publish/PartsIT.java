package io.resultsink.postgres.internal.publish;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.is;

import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.internal.run.Part;
import io.resultsink.postgres.internal.run.PartId;
import io.resultsink.postgres.internal.run.StagedChunk;
import io.resultsink.postgres.report.ResultSummary;
import io.resultsink.postgres.testing.Steps;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestTable;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The part is what is published once: the ledger knows it by its name, and rows by its chunks. */
class PartsIT {

  @RegisterExtension final TestDatabase database = new TestDatabase();

  @Test
  void eachPartOfARunIsPublishedOnce() {
    TestTable table = TestTable.missing(database, "Parts");
    try (Steps run = new Steps(table.target(WriteMode.APPEND))) {
      Part first = part(run, "first", run.stage(0, 10));
      Part second = part(run, "second", run.stage(10, 25));

      assertThat(publish(run, first).rows(), is(10L));
      assertThat(table.count(), is(10L));
      assertThat(publish(run, second).rows(), is(15L));
      assertThat(table.count(), is(25L));

      ResultSummary again = publish(run, first);
      assertThat(again.alreadyPublished(), is(true));
      assertThat(again.rows(), is(10L));
      assertThat(table.count(), is(25L));
    }
    assertThat(
        database.column("SELECT part FROM results.result_sink_ledger ORDER BY part"),
        contains("first", "second"));
  }

  private static Part part(Steps run, String name, List<StagedChunk> chunks) {
    return new Part(new PartId(run.plan().run().runId(), name), false, chunks);
  }

  private static ResultSummary publish(Steps run, Part part) {
    return new Publisher(run.connections(), run.plan()).publish(part).summary();
  }
}
