package io.resultsink.postgres.reader;

import static java.util.concurrent.CompletableFuture.supplyAsync;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;

import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.report.ResultSummary;
import io.resultsink.postgres.testing.PollingReaders;
import io.resultsink.postgres.testing.SampleRows;
import io.resultsink.postgres.testing.Steps;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestTable;
import io.resultsink.postgres.testing.TestingPostgres;
import io.resultsink.postgres.testing.Torture;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A table that references many others, each of which somebody reads for a moment. */
@Tag("attack")
class ReferencedTablesIT {

  private static final int TABLES = 6;
  private static final long ROWS = 20;

  /** Less than the two seconds that one attempt waits, and in sum far more. */
  private static final int HELD_MILLIS = 1_200;

  private static final Duration BEARABLE = Duration.ofSeconds(4);

  @RegisterExtension final TestDatabase database = new TestDatabase();

  @Test
  void readersDoNotWaitForAllOfThemOneAfterTheOther() throws Exception {
    String references = "";
    for (int i = 0; i < TABLES; i++) {
      database.executeAs(
          TestingPostgres.SINK, "CREATE TABLE results." + name(i) + " (id bigint PRIMARY KEY)");
      references += " REFERENCES results." + name(i);
    }
    TestTable table =
        TestTable.create(
            database, "Many", "id bigint" + references + ", name text, score double precision");
    PostgresTarget target =
        PostgresTarget.parse(table.url("mode=replace&lock_timeout=2s&lock_wait=10min"));
    List<Connection> holders = new ArrayList<>();
    try (PollingReaders readers =
            new PollingReaders(database, "SELECT count(*) FROM " + table.quoted());
        Steps run = new Steps(target)) {
      for (int i = 0; i < TABLES; i++) {
        holders.add(holding(i));
      }
      CompletableFuture<ResultSummary> publish = supplyAsync(() -> run.run(ROWS));
      while (holders.stream().anyMatch(ReferencedTablesIT::isOpen)) {
        letGo(awaited(holders, publish));
      }
      publish.get(60, TimeUnit.SECONDS);
      Duration longest = PollingReaders.longestWait(readers.stop());
      Torture.longestWait(longest);
      assertThat("longest wait of a reader", longest, lessThan(BEARABLE));
    } finally {
      for (Connection holder : holders) {
        holder.close();
      }
    }
    assertThat(table.difference(SampleRows.COLUMNS, SampleRows.sql(ROWS)), is(empty()));
  }

  private static String name(int number) {
    return "referenced_" + number;
  }

  private Connection holding(int number) throws SQLException {
    Connection holder = database.superuser();
    holder.setAutoCommit(false);
    TestDatabase.rows(holder, "SELECT count(*) FROM results." + name(number));
    return holder;
  }

  private static boolean isOpen(Connection holder) {
    try {
      return !holder.isClosed();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Goes on reading for a while after it was asked for. */
  private static void letGo(Connection holder) throws SQLException {
    TestDatabase.rows(holder, "SELECT pg_sleep(" + HELD_MILLIS / 1000.0 + ")");
    holder.close();
  }

  /** The one whom the publish waits for. */
  private Connection awaited(List<Connection> holders, CompletableFuture<?> publish) {
    List<Connection> found = new ArrayList<>();
    await()
        .alias("the publish waits for a table that it references")
        .atMost(Duration.ofMinutes(1))
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(2))
        .until(
            () -> {
              waitedFor().stream()
                  .map(holders::get)
                  .filter(ReferencedTablesIT::isOpen)
                  .forEach(found::add);
              return !found.isEmpty() || publish.isDone();
            });
    assertThat("the publish is over while tables are held", publish.isDone(), is(false));
    return found.get(0);
  }

  /** The numbers of tables with a lock that is waited for. */
  private List<Integer> waitedFor() {
    String sql =
        """
        SELECT substr(c.relname, 12) FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
         WHERE NOT l.granted AND c.relname LIKE 'referenced%'
           AND l.database = (SELECT oid FROM pg_database WHERE datname = ?)
        """;
    return database.column(sql, database.name()).stream().map(Integer::valueOf).toList();
  }
}
