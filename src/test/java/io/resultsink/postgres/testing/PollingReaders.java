package io.resultsink.postgres.testing;

import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * Sessions that read over and over, one for each isolation level, with snapshots of all ages.
 *
 * <p>Each reading is a transaction of its own: it takes its snapshot, thinks for a while, and only
 * then reads the table.
 */
public final class PollingReaders implements AutoCloseable {

  /** Isolation levels as BEGIN writes them. */
  public static final List<String> ISOLATION_LEVELS =
      List.of("READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE");

  private static final int LONGEST_THOUGHT_MILLIS = 400;

  /** What a query gave, and how long it took, thinking apart. */
  public record Reading(String isolation, List<List<String>> rows, long millis) {}

  private final TestDatabase database;
  private final String sql;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<Future<List<Reading>>> readings = new ArrayList<>();
  private volatile boolean stopped;

  /** Starts to read. */
  public PollingReaders(TestDatabase database, String sql) {
    this.database = database;
    this.sql = sql;
    for (String isolation : ISOLATION_LEVELS) {
      readings.add(threads.submit(() -> poll(isolation)));
    }
  }

  /** Stops, and gives what was read; a reader that failed fails this. */
  public List<Reading> stop() throws InterruptedException {
    stopped = true;
    List<Reading> all = new ArrayList<>();
    try {
      for (Future<List<Reading>> reader : readings) {
        all.addAll(reader.get());
      }
    } catch (ExecutionException e) {
      throw new AssertionError("a reader failed", e.getCause());
    } finally {
      close();
    }
    return all;
  }

  private List<Reading> poll(String isolation) throws SQLException {
    List<Reading> read = new ArrayList<>();
    try (Connection connection = database.superuser();
        Statement statement = connection.createStatement()) {
      while (!stopped) {
        int thought = ThreadLocalRandom.current().nextInt(LONGEST_THOUGHT_MILLIS);
        statement.execute("BEGIN ISOLATION LEVEL " + isolation);
        statement.execute("SELECT count(*) FROM pg_namespace");
        statement.execute("SELECT pg_sleep(" + thought + " / 1000.0)");
        long begin = System.nanoTime();
        List<List<String>> rows = TestDatabase.rows(connection, sql);
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
        statement.execute("COMMIT");
        read.add(new Reading(isolation, rows, millis));
      }
    }
    return read;
  }

  @Override
  public void close() {
    stopped = true;
    threads.shutdown();
    await().alias("readers end").atMost(Duration.ofSeconds(30)).until(threads::isTerminated);
  }
}
