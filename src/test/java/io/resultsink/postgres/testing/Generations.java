package io.resultsink.postgres.testing;

import io.resultsink.postgres.destination.Keep;
import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.destination.Reset;
import io.resultsink.postgres.destination.UndoLimit;
import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.testing.PollingReaders.Reading;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.apache.beam.sdk.values.Row;

/**
 * A table whose rows tell which publish brought them: their {@code score} is its number, their ids
 * begin with 0 each time. Publishes are numbered from 1, and come one after the other.
 */
public final class Generations {

  private final TestDatabase database;
  private final TestTable table;
  private final WriteMode mode;
  private final long rows;
  private Keep keep = Keep.NONE;
  private Reset reset = Reset.DELETE;
  private UndoLimit undo = UndoLimit.NONE;

  /** The number that the rows of each generation have: its own, but for an undo's. */
  private final List<Integer> numbers = new ArrayList<>();

  /** When the publish of a generation began, and when it was known to be over. */
  private final List<Long> began = new ArrayList<>();

  private final List<Long> ended = new ArrayList<>();

  /** A table with generation 0, whose results have so many rows. */
  public Generations(TestDatabase database, WriteMode mode, long rows) {
    this.database = database;
    this.mode = mode;
    this.rows = rows;
    this.table =
        TestTable.create(
            database,
            "Read",
            "id bigint"
                + (mode == WriteMode.APPEND ? "" : " PRIMARY KEY")
                + ", name text, score float8");
    database.execute(
        "INSERT INTO "
            + table.quoted()
            + " SELECT i, 'old', 0 FROM generate_series(0, "
            + (rows - 1)
            + ") AS i");
    ReadingWay.open(database, table.quoted());
    begin();
    end();
  }

  public TestTable table() {
    return table;
  }

  /** Lets replaces keep the table's definition from now on. */
  public Generations keeping() {
    keep = Keep.ALL;
    return this;
  }

  /** Lets replaces keep what they replace from now on. */
  public Generations keepingVersions() {
    undo = UndoLimit.ofVersions(3);
    return this;
  }

  /** Lets truncates empty the table by TRUNCATE from now on. */
  public Generations truncating() {
    reset = Reset.TRUNCATE;
    return this;
  }

  /** Where results go. */
  public PostgresTarget target() {
    return table.target(mode).toBuilder().keep(keep).reset(reset).undo(undo).build();
  }

  /** A session of a role that may read, and no more. */
  public ReadingSession session() throws SQLException {
    return ReadingSession.of(database, TestingPostgres.READER);
  }

  /** Rows of the next result, a range of their ids. */
  public List<Row> next(long from, long to) {
    return LongStream.range(from, to).mapToObj(id -> SampleRows.row(id, newest() + 1)).toList();
  }

  /** Says that the next publish begins; its number. */
  public int begin() {
    numbers.add(began.size());
    began.add(System.nanoTime());
    return began.size() - 1;
  }

  /** Says that the next publish begins, and that it brings the rows of an earlier one back. */
  public void beginAgain(int generation) {
    numbers.add(numbers.get(generation));
    began.add(System.nanoTime());
  }

  /** Says that the publish is over. */
  public void end() {
    ended.add(System.nanoTime());
  }

  /** The number of the newest publish that is over. */
  public int newest() {
    return ended.size() - 1;
  }

  /** What is wrong with readings, in words; empty when each is one complete generation. */
  public List<String> wrong(List<Reading> readings) {
    return readings.stream().map(this::wrong).filter(wrong -> !wrong.isEmpty()).toList();
  }

  private String wrong(Reading reading) {
    int oldest = (int) ended.stream().filter(time -> time <= reading.began()).count() - 1;
    int newest = (int) began.stream().filter(time -> time <= reading.ended()).count() - 1;
    for (int generation = oldest; generation <= newest; generation++) {
      if (reading.rows().equals(complete(generation))) {
        return "";
      }
    }
    return "%s at %s saw %s; right were generations %d to %d"
        .formatted(reading.way(), reading.isolation(), reading.rows(), oldest, newest);
  }

  /** What a tally of the table gives after a publish, and before the next. */
  public List<List<String>> complete(int newest) {
    List<List<String>> groups = new ArrayList<>();
    for (int generation = mode == WriteMode.APPEND ? 0 : newest;
        generation <= newest;
        generation++) {
      groups.add(
          tally(
              numbers.get(generation),
              new long[] {rows, rows * (rows - 1) / 2, (rows - 1) * rows * (2 * rows - 1) / 6}));
    }
    return groups;
  }

  /** One generation: its number, the count of its rows, the sums of ids and of their squares. */
  static List<String> tally(int generation, long[] sums) {
    return LongStream.concat(LongStream.of(generation), LongStream.of(sums))
        .mapToObj(Long::toString)
        .toList();
  }
}
