package io.resultsink.postgres.testing;

import io.resultsink.postgres.testing.PollingReaders.Reading;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Sessions that take their snapshot at one moment, and read the table at a later one. */
public final class WaitingReaders implements AutoCloseable {

  private final Generations generations;
  private final List<Waiting> waiting = new ArrayList<>();

  private record Waiting(ReadingSession session, ReadingWay way, String isolation, long began) {}

  /** Nobody yet. */
  public WaitingReaders(Generations generations) {
    this.generations = generations;
  }

  /** A session for each way of reading takes its snapshot now. */
  public void takeSnapshots(String isolation) throws SQLException {
    for (ReadingWay way : ReadingWay.values()) {
      if (way.isPossibleAt(isolation)) {
        ReadingSession session = generations.session();
        waiting.add(new Waiting(session, way, isolation, System.nanoTime()));
        way.open(session, generations.table().quoted());
        way.takeSnapshot(session, isolation);
      }
    }
  }

  /** All of them read, and end. */
  public List<Reading> read() throws SQLException {
    List<Reading> read = new ArrayList<>();
    for (Waiting reader : waiting) {
      long asked = System.nanoTime();
      List<List<String>> rows = reader.way().read(reader.session(), generations.table().quoted());
      long ended = System.nanoTime();
      reader.way().end(reader.session());
      read.add(
          new Reading(
              reader.isolation(),
              reader.way().toString(),
              rows,
              TimeUnit.NANOSECONDS.toMillis(ended - asked),
              reader.session().takeLongestWait(),
              reader.began(),
              ended));
    }
    return read;
  }

  @Override
  public void close() throws SQLException {
    for (Waiting reader : waiting) {
      reader.session().close();
    }
  }
}
