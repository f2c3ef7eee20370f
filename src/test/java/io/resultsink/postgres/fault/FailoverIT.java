package io.resultsink.postgres.fault;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.failure.PublishFailedException;
import io.resultsink.postgres.failure.ResultSinkException;
import io.resultsink.postgres.internal.run.StagedChunk;
import io.resultsink.postgres.testing.Measure;
import io.resultsink.postgres.testing.OwnServer;
import io.resultsink.postgres.testing.PostgresProxy;
import io.resultsink.postgres.testing.SampleRows;
import io.resultsink.postgres.testing.Steps;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestTable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An asynchronous standby that lacks a reported chunk takes the place of its primary, and gives the
 * chunk's transaction id to the next one: as many rows are there as were reported, of the wrong
 * chunk.
 */
@Tag("attack")
class FailoverIT {

  private static final long ROWS = 100;

  @TempDir Path folder;

  /** A run that is under way while the server is exchanged. */
  private static final class Run implements AutoCloseable {
    final TestTable table;
    final Steps steps;
    final List<StagedChunk> reported = new ArrayList<>();

    Run(TestDatabase database, String options) {
      table = TestTable.create(database, "Failover", "id bigint, name text, score float8");
      database.execute("INSERT INTO " + table.quoted() + " VALUES (-1, 'old', 0)");
      steps = new Steps(PostgresTarget.parse(table.url(options)));
    }

    void stageUnreported() {
      steps.stage(ROWS, 2 * ROWS);
    }

    void stage(long from, long to) {
      reported.addAll(steps.stage(from, to));
    }

    @Override
    public void close() {
      steps.close();
    }
  }

  @Test
  @Measure(
      value = "a token for each chunk",
      disabledBy = "a look that misses none",
      attack = "a standby without a reported chunk is promoted")
  void withoutTokensAChunkThatAStandbyLacksIsTakenForTheNext() throws Exception {
    Map<String, String> settings = Map.of("autovacuum", "off");
    try (OwnServer primary = OwnServer.start(folder, settings)) {
      TestDatabase database = new TestDatabase(primary.postgres());
      database.create();
      try (PostgresProxy network = PostgresProxy.to(database.server())) {
        database.through(network);
        List<Run> runs = new ArrayList<>();
        for (String options :
            List.of("mode=replace", "mode=append&staging=logged", "mode=append")) {
          runs.add(new Run(database, options));
        }
        Run kept = new Run(database, "mode=append&staging=logged");
        try {
          kept.stage(0, ROWS);
          runs.forEach(Run::stageUnreported); // the staging tables are there
          primary.stop();
          try (OwnServer standby =
              OwnServer.standbyOf(
                  primary,
                  folder.resolve("standby"),
                  Map.of("port", Integer.toString(primary.port())))) {
            primary.start();
            runs.forEach(run -> run.stage(0, ROWS));
            primary.crash();
            standby.start();
            standby.promote();
            runs.forEach(Run::stageUnreported); // the replies are lost
            runs.forEach(run -> run.stage(ROWS, 2 * ROWS));
            kept.stage(ROWS, 2 * ROWS);

            runs.forEach(FailoverIT::assertRefused);
            kept.steps.publish(kept.reported);
            assertThat(
                kept.table.difference(SampleRows.COLUMNS, SampleRows.sql(2 * ROWS)),
                equalTo(List.of(List.of("unexpected", "-1", "old", "0"))));

            PostgresProxy.Fault takenOut =
                network.rewrite(
                    "AS reported \\(token, id\\)",
                    sql -> sql.replace("WHERE NOT EXISTS", "WHERE false AND NOT EXISTS"));
            for (Run run : runs) {
              run.steps.publish(run.reported);
              assertThat(run.table.rows("id"), is(not(empty())));
              assertThat(
                  "rows that are missing, or there twice",
                  run.table.difference(SampleRows.COLUMNS, SampleRows.sql(2 * ROWS)).size(),
                  greaterThan(1));
            }
            assertThat(takenOut.met(), greaterThan(0));
          }
        } finally {
          runs.forEach(Run::close);
          kept.close();
        }
      }
    }
  }

  private static void assertRefused(Run run) {
    PublishFailedException failure =
        assertThrows(PublishFailedException.class, () -> run.steps.publish(run.reported));
    assertThat(
        failure.getMessage(), containsString("1 of 2 staged chunks are not as they were reported"));
    assertThat(failure.getMessage(), containsString("a standby that lacks them was promoted"));
    assertThat(failure.remedy(), equalTo(ResultSinkException.Remedy.RETRY));
    assertThat(run.table.rows("id"), equalTo(List.of(List.of("-1"))));
  }
}
