package io.resultsink.postgres;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.anyOf;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.in;
import static org.hamcrest.Matchers.is;

import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.testing.PollingReaders;
import io.resultsink.postgres.testing.PollingReaders.Reading;
import io.resultsink.postgres.testing.Runners;
import io.resultsink.postgres.testing.SampleRows;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestTable;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Readers at every isolation level see old or new, complete, at any moment. */
@Tag("attack")
class ConcurrentReadersIT {

  private static final long ROWS = 20_000;

  @RegisterExtension final TestDatabase database = new TestDatabase();

  static Stream<Arguments> modesAndRunners() {
    return Stream.of(WriteMode.values())
        .flatMap(mode -> Stream.of(Runners.values()).map(runner -> Arguments.of(mode, runner)));
  }

  @ParameterizedTest
  @MethodSource("modesAndRunners")
  void readersThatPollSeeOldOrNewComplete(WriteMode mode, Runners runner)
      throws InterruptedException {
    TestTable table = generationZero(mode);
    int publishes = runner == Runners.DIRECT ? 3 : 1;
    List<Reading> readings;
    try (PollingReaders readers = new PollingReaders(database, generations(table))) {
      for (int generation = 1; generation <= publishes; generation++) {
        runner.publish(SampleRows.many(ROWS, generation), table.sink(mode));
      }
      readings = readers.stop();
    }
    Set<List<List<String>>> allowed = new HashSet<>();
    for (int newest = 0; newest <= publishes; newest++) {
      allowed.add(complete(mode, newest));
    }
    for (Reading reading : readings) {
      assertThat(reading.isolation(), reading.rows(), is(in(allowed)));
    }
    assertThat("readings", readings.size(), greaterThan(10));
    assertThat(database.rows(generations(table)), equalTo(complete(mode, publishes)));
  }

  @ParameterizedTest
  @EnumSource(WriteMode.class)
  void aSnapshotTakenBeforeTheRunSeesOldOrNewComplete(WriteMode mode) throws SQLException {
    TestTable table = generationZero(mode);
    List<Connection> older = new ArrayList<>();
    try {
      for (String isolation : PollingReaders.ISOLATION_LEVELS) {
        Connection connection = database.superuser();
        older.add(connection);
        Statement statement = connection.createStatement();
        statement.execute("BEGIN ISOLATION LEVEL " + isolation);
        statement.execute("SELECT count(*) FROM pg_namespace");
      }
      Runners.DIRECT.publish(SampleRows.many(ROWS, 1), table.sink(mode));
      List<List<String>> now = complete(mode, 1);
      List<List<List<String>>> read = new ArrayList<>();
      for (Connection connection : older) {
        read.add(TestDatabase.rows(connection, generations(table)));
      }
      assertThat(
          read,
          contains(
              equalTo(now),
              anyOf(equalTo(now), equalTo(complete(mode, 0))),
              anyOf(equalTo(now), equalTo(complete(mode, 0)))));
    } finally {
      for (Connection connection : older) {
        connection.close();
      }
    }
  }

  /** A table of rows that all have score 0. */
  private TestTable generationZero(WriteMode mode) {
    TestTable table =
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
            + (ROWS - 1)
            + ") AS i");
    return table;
  }

  private static String generations(TestTable table) {
    return "SELECT score::int, count(*) FROM " + table.quoted() + " GROUP BY 1 ORDER BY 1";
  }

  private static List<List<String>> complete(WriteMode mode, int newest) {
    List<List<String>> groups = new ArrayList<>();
    for (int generation = mode == WriteMode.APPEND ? 0 : newest;
        generation <= newest;
        generation++) {
      groups.add(List.of(Integer.toString(generation), Long.toString(ROWS)));
    }
    return groups;
  }
}
