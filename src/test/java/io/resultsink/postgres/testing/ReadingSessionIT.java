package io.resultsink.postgres.testing;

import static java.util.concurrent.CompletableFuture.supplyAsync;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;

import io.resultsink.postgres.destination.WriteMode;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The readers' own account: all ways read the same, and a wait does not go unnoticed. */
class ReadingSessionIT {

  @RegisterExtension final TestDatabase database = new TestDatabase();

  /** The other session of a foreign table tells its waits to the server's log alone. */
  @ParameterizedTest
  @EnumSource(value = ReadingWay.class, names = "FOREIGN_TABLE", mode = EnumSource.Mode.EXCLUDE)
  void aReaderIsToldHowLongItWaited(ReadingWay way) throws Exception {
    Generations generations = new Generations(database, WriteMode.REPLACE, 300);
    String table = generations.table().quoted();
    try (Connection holder = database.superuser();
        ReadingSession reader = generations.session()) {
      way.open(reader, table);
      way.takeSnapshot(reader, "REPEATABLE READ");
      assertThat("nobody in the way", reader.takeLongestWait(), equalTo(Duration.ZERO));
      holder.setAutoCommit(false);
      holder.createStatement().execute("LOCK TABLE " + table);
      CompletableFuture<Object> read = supplyAsync(() -> readBy(way, reader, table));
      await()
          .atMost(Duration.ofMinutes(1))
          .until(
              () ->
                  !database
                      .rows(
                          "SELECT 1 FROM pg_locks WHERE NOT granted AND relation = ?::regclass"
                              + " AND clock_timestamp() - waitstart > interval '20 ms'",
                          table)
                      .isEmpty());
      holder.rollback();
      assertThat(read.get(60, TimeUnit.SECONDS), equalTo(generations.complete(0)));
      assertThat(reader.takeLongestWait(), greaterThan(Duration.ofMillis(19)));
      way.end(reader);
    }
  }

  private static Object readBy(ReadingWay way, ReadingSession reader, String table) {
    try {
      return way.read(reader, table);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
