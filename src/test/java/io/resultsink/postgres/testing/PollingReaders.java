package io.resultsink.postgres.testing;

import static org.awaitility.Awaitility.await;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Sessions that read over and over, one for each way and isolation level, with snapshots of all
 * ages.
 *
 * <p>Each reading is a transaction of its own: it takes its snapshot, thinks for a while, or not at
 * all, and only then reads the table.
 */
public final class PollingReaders implements AutoCloseable {

  /** Isolation levels as BEGIN writes them. */
  public static final List<String> ISOLATION_LEVELS =
      List.of("READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE");

  private static final int LONGEST_THOUGHT_MILLIS = 200;

  /**
   * What a query gave.
   *
   * @param millis how long it took, thinking apart
   * @param waited how long of that it waited for a lock, as the server says
   * @param began by {@link System#nanoTime()}, before its snapshot was taken
   * @param ended by the same clock, when its transaction was over
   */
  public record Reading(
      String isolation,
      String way,
      List<List<String>> rows,
      long millis,
      Duration waited,
      long began,
      long ended) {}

  /** How long a reader waited for a lock at the longest. */
  public static Duration longestWait(List<Reading> readings) {
    return readings.stream()
        .map(Reading::waited)
        .max(Comparator.naturalOrder())
        .orElse(Duration.ZERO);
  }

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<Future<List<Reading>>> readings = new ArrayList<>();
  private final AtomicLong count = new AtomicLong();

  /** Most readings are alike, and a long attack keeps each of them. */
  private final Map<List<List<String>>, List<List<String>>> seen = new ConcurrentHashMap<>();

  private volatile boolean stopped;

  /** Starts to read the rows of a query. */
  public PollingReaders(TestDatabase database, String sql) {
    Reader plain = (session, table) -> session.rows(sql);
    for (String isolation : ISOLATION_LEVELS) {
      readings.add(
          threads.submit(
              () -> poll(ReadingSession.ofSuperuser(database), plain, "", "select", isolation)));
    }
  }

  /** Starts to read generations in some ways, at all isolation levels. */
  public PollingReaders(Generations generations, Reader... ways) {
    for (Reader way : ways) {
      for (String isolation : ISOLATION_LEVELS) {
        if (way.isPossibleAt(isolation)) {
          readings.add(
              threads.submit(
                  () ->
                      poll(
                          generations.session(),
                          way,
                          generations.table().quoted(),
                          way.toString(),
                          isolation)));
        }
      }
    }
  }

  /** How many readings there were. */
  public long count() {
    return count.get();
  }

  /** Waits until there were so many readings; a reader that failed fails this. */
  public void awaitCount(long readingsInAll) {
    await()
        .alias(readingsInAll + " readings")
        .atMost(Duration.ofMinutes(10))
        .until(() -> count() >= readingsInAll || readings.stream().anyMatch(Future::isDone));
    if (readings.stream().anyMatch(Future::isDone)) {
      result();
      throw new AssertionError("a reader ended by itself");
    }
  }

  /** Stops, and gives what was read; a reader that failed fails this. */
  public List<Reading> stop() {
    stopped = true;
    try {
      return result();
    } finally {
      close();
    }
  }

  private List<Reading> result() {
    List<Reading> all = new ArrayList<>();
    try {
      for (Future<List<Reading>> reader : readings) {
        if (stopped || reader.isDone()) {
          all.addAll(reader.get());
        }
      }
    } catch (ExecutionException e) {
      throw new AssertionError("a reader failed", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
    return all;
  }

  private List<Reading> poll(
      ReadingSession opened, Reader reader, String table, String way, String isolation)
      throws SQLException, InterruptedException {
    List<Reading> read = new ArrayList<>();
    Random random = Torture.random(way + " " + isolation);
    try (ReadingSession session = opened) {
      reader.open(session, table);
      while (!stopped) {
        long began = System.nanoTime();
        reader.takeSnapshot(session, isolation);
        if (random.nextInt(4) > 0) {
          Thread.sleep(random.nextInt(LONGEST_THOUGHT_MILLIS));
        }
        long asked = System.nanoTime();
        List<List<String>> rows = reader.read(session, table);
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - asked);
        reader.end(session);
        List<List<String>> same = seen.putIfAbsent(rows, rows);
        read.add(
            new Reading(
                isolation,
                way,
                same == null ? rows : same,
                millis,
                session.takeLongestWait(),
                began,
                System.nanoTime()));
        count.incrementAndGet();
      }
    } catch (SQLException e) {
      throw new SQLException(way + " at " + isolation + ": " + e.getMessage(), e.getSQLState(), e);
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
