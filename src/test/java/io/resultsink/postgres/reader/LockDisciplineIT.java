package io.resultsink.postgres.reader;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.lessThan;

import io.resultsink.postgres.PostgresResultSink;
import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.failure.PublishFailedException;
import io.resultsink.postgres.failure.ResultSinkException;
import io.resultsink.postgres.report.ResultSummary;
import io.resultsink.postgres.testing.Fingerprint;
import io.resultsink.postgres.testing.PollingReaders;
import io.resultsink.postgres.testing.PollingReaders.Reading;
import io.resultsink.postgres.testing.Runners;
import io.resultsink.postgres.testing.SampleRows;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestTable;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Who waits for whom. */
@Tag("attack")
class LockDisciplineIT {

  private static final long ROWS = 20;

  @RegisterExtension final TestDatabase database = new TestDatabase();

  @ParameterizedTest
  @EnumSource(value = WriteMode.class, names = "REPLACE", mode = EnumSource.Mode.EXCLUDE)
  void aReaderInATransactionOfItsOwnIsNeverInTheWay(WriteMode mode) throws SQLException {
    TestTable table = table();
    try (Connection reader = database.superuser()) {
      reader.setAutoCommit(false);
      TestDatabase.rows(reader, "SELECT * FROM " + table.quoted());
      Runners.DIRECT.publish(SampleRows.many(ROWS), sink(table, mode, Duration.ofSeconds(5)));
      reader.rollback();
    }
    assertThat(database.ledgerRows(), equalTo(1L));
  }

  @ParameterizedTest
  @CsvSource({
    "REPLACE, SELECT count(*) FROM %s",
    "TRUNCATE, LOCK TABLE %s IN ROW EXCLUSIVE MODE",
    "UPDATE, LOCK TABLE %s IN ROW EXCLUSIVE MODE"
  })
  void givesUpNamingWhoIsInTheWayWithTheTargetUntouched(WriteMode mode, String held)
      throws SQLException {
    TestTable table = table();
    List<String> before = Fingerprint.withoutStaging(database);
    try (Connection holder = database.superuser()) {
      holder.setAutoCommit(false);
      holder.createStatement().execute(held.formatted(table.quoted()));
      String pid = TestDatabase.rows(holder, "SELECT pg_backend_pid()").get(0).get(0);
      ResultSinkException failure =
          Runners.DIRECT.failure(SampleRows.many(ROWS), sink(table, mode, Duration.ofSeconds(1)));
      assertThat(failure, instanceOf(PublishFailedException.class));
      assertThat(failure.getMessage(), containsString(table.resolved()));
      assertThat(failure.getMessage(), containsString("pid " + pid));
      assertThat(failure.getMessage(), containsString("fixture"));
      assertThat(failure.getMessage(), containsString("postgres"));
      assertThat(failure.getMessage(), containsString("untouched"));
      assertThat(failure.remedy(), equalTo(ResultSinkException.Remedy.RETRY));
      holder.rollback();
    }
    assertThat(Fingerprint.withoutStaging(database), equalTo(before));
  }

  @Test
  void readersBehindAReplaceThatWaitsAreHeldUpForAMomentOnly() throws Exception {
    TestTable table = table();
    CompletableFuture<ResultSummary> publish;
    List<Reading> readings;
    try (Connection holder = database.superuser();
        PollingReaders innocents =
            new PollingReaders(database, "SELECT count(*) FROM " + table.quoted())) {
      holder.setAutoCommit(false);
      TestDatabase.rows(holder, "SELECT count(*) FROM " + table.quoted());
      publish =
          CompletableFuture.supplyAsync(
              () ->
                  Runners.DIRECT.publish(
                      SampleRows.many(ROWS),
                      sink(table, WriteMode.REPLACE, Duration.ofMinutes(1))));
      // Long enough for many attempts once the rows are staged.
      TestDatabase.rows(holder, "SELECT pg_sleep(6)");
      assertThat("still waiting", publish.isDone(), equalTo(false));
      holder.rollback();
      ResultSummary summary = publish.get(60, TimeUnit.SECONDS);
      assertThat(summary.lockMillis(), greaterThan(100L));
      readings = innocents.stop();
    }
    assertThat("readings", readings.size(), greaterThan(10));
    for (Reading reading : readings) {
      assertThat("one attempt and a busy machine", reading.millis(), lessThan(1000L));
    }
    assertThat(table.count(), equalTo(ROWS));
  }

  private TestTable table() {
    TestTable table =
        TestTable.create(database, "Locked", "id bigint PRIMARY KEY, name text, score float8");
    database.execute("INSERT INTO " + table.quoted() + " VALUES (-1, 'old', 0)");
    return table;
  }

  private static PostgresResultSink sink(TestTable table, WriteMode mode, Duration wait) {
    return PostgresResultSink.to(table.target(mode).toBuilder().lockWait(wait).build());
  }
}
