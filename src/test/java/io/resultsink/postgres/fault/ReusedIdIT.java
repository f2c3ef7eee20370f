package io.resultsink.postgres.fault;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.failure.PublishFailedException;
import io.resultsink.postgres.internal.run.StagedChunk;
import io.resultsink.postgres.testing.Measure;
import io.resultsink.postgres.testing.OwnServer;
import io.resultsink.postgres.testing.PostgresProxy;
import io.resultsink.postgres.testing.SampleRows;
import io.resultsink.postgres.testing.Steps;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestTable;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.apache.beam.sdk.values.Row;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * After a crash the server gives out again the id of a transaction whose commit it had not written
 * down. A chunk has a token too, which goes with its rows.
 */
@Tag("torture")
class ReusedIdIT {

  private static final long ROWS = 100;

  /** The server's own log writer may be quicker than the crash. */
  private static final int ATTEMPTS = 10;

  @TempDir Path folder;

  @Test
  @Measure(
      value = "a token for each chunk",
      disabledBy = "a look that misses none",
      attack = "a crash while unlogged rows are staged")
  void withoutTokensAChunkGetsTheIdOfALostOne() throws Exception {
    try (OwnServer server =
        OwnServer.start(
            folder,
            Map.of("wal_writer_delay", "10s", "autovacuum", "off", "full_page_writes", "off"))) {
      TestDatabase database = new TestDatabase(server.postgres());
      database.beforeEach(null);
      try (PostgresProxy network = PostgresProxy.to(database.server())) {
        database.through(network);
        TestTable table =
            TestTable.create(database, "Crashed", "id bigint, name text, score float8");
        assertThrows(PublishFailedException.class, () -> publishAcrossACrash(table, server));
        assertThat(table.count(), equalTo(0L));

        network.rewrite(
            "AS reported \\(token, id\\)",
            sql -> sql.replace("WHERE NOT EXISTS", "WHERE false AND NOT EXISTS"));
        int attempts = 0;
        while (table.count() == 0 && attempts++ < ATTEMPTS) {
          try {
            publishAcrossACrash(table, server);
          } catch (PublishFailedException e) {
            // The id was written down by chance.
          }
        }
        assertThat("published in one of the attempts", table.count(), greaterThan(0L));
        assertThat(
            table.difference(SampleRows.COLUMNS, SampleRows.sql(2 * ROWS)), is(not(empty())));
      }
    }
  }

  /** A chunk is reported and lost; the first attempt at the next one is staged and not reported. */
  private static void publishAcrossACrash(TestTable table, OwnServer server) {
    try (Steps run = new Steps(table.target(WriteMode.TRUNCATE))) {
      List<Row> second = rows(ROWS, 2 * ROWS);
      run.stage(rows(0, 1)); // the staging table is there
      StagedChunk lost = run.stage(rows(0, ROWS)).get(0);
      server.crash();
      server.start();
      run.stage(second);
      StagedChunk kept = run.stage(second).get(0);
      run.publish(List.of(lost, kept));
    }
  }

  private static List<Row> rows(long from, long to) {
    return LongStream.range(from, to).mapToObj(SampleRows::row).toList();
  }
}
