package io.resultsink.postgres.reader;

import static java.util.concurrent.CompletableFuture.supplyAsync;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.lessThanOrEqualTo;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.failure.ResultSinkException;
import io.resultsink.postgres.inspect.TargetInspector;
import io.resultsink.postgres.report.ResultSummary;
import io.resultsink.postgres.testing.Definition;
import io.resultsink.postgres.testing.Fingerprint;
import io.resultsink.postgres.testing.LockWaits;
import io.resultsink.postgres.testing.PollingReaders;
import io.resultsink.postgres.testing.SampleRows;
import io.resultsink.postgres.testing.Steps;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestTable;
import io.resultsink.postgres.testing.TestingPostgres;
import io.resultsink.postgres.testing.Torture;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Locks in the way of a swap that keeps everything, and the waits of its readers. */
@Tag("attack")
class KeepLocksIT {

  private static final long ROWS = 200;
  private static final Duration BEARABLE = Duration.ofSeconds(4);

  /** A lock that a session holds, and its name in the error. */
  enum Held {
    WRITER_OF_REFERENCING_TABLE(
        "UPDATE results.child SET parent = parent", "table results.child, which references it, is"),
    READER_OF_REFERENCING_TABLE(
        "SELECT FROM results.child", "table results.child, which references it, is"),
    WRITER_OF_REFERENCED_TABLE(
        "UPDATE results.parent SET id = id", "table results.parent, which it references, is"),
    READER_OF_VIEW("SELECT FROM results.seen", "view results.seen, which reads it, is"),
    READER_BY_POLICY(
        "SELECT FROM results.guarded", "table results.guarded, a policy of which reads it, is"),
    READER_OF_RULED_TABLE(
        "SELECT FROM results.ruled", "table results.ruled, a rule of which names it, is");

    private final String sql;
    private final String named;

    Held(String sql, String named) {
      this.sql = sql;
      this.named = named;
    }
  }

  private static final Pattern TIMEOUT = Pattern.compile("^SET LOCAL lock_timeout TO (\\d+)$");

  /** The locks that readers feel: of the table itself, and of what they lock before it. */
  private static final Pattern FELT =
      Pattern.compile(
          "^(LOCK TABLE .* IN ACCESS EXCLUSIVE MODE|ALTER (VIEW|TABLE) .* OWNER TO .*)$");

  @RegisterExtension final TestDatabase database = new TestDatabase().behindProxy();

  private TestTable table;

  @BeforeEach
  void createTables() {
    table =
        TestTable.create(
            database, "Between", "id bigint PRIMARY KEY, name text, score double precision");
    String name = table.quoted();
    database.executeAs(
        TestingPostgres.SINK,
        "INSERT INTO " + name + " SELECT i, 'old', 0 FROM generate_series(0, 9) AS i",
        "CREATE TABLE results.parent AS SELECT i::bigint AS id FROM generate_series(0, 199) AS i",
        "ALTER TABLE results.parent ADD PRIMARY KEY (id)",
        "ALTER TABLE " + name + " ADD CONSTRAINT refers FOREIGN KEY (id) REFERENCES results.parent",
        "CREATE TABLE results.child (parent bigint CONSTRAINT to_it REFERENCES " + name + ")",
        "INSERT INTO results.child SELECT generate_series(0, 9)",
        "CREATE VIEW results.seen AS SELECT * FROM " + name,
        "CREATE TABLE results.guarded AS SELECT 1::bigint AS id",
        "CREATE POLICY guards ON results.guarded USING (id IN (SELECT id FROM " + name + "))",
        "CREATE TABLE results.ruled AS SELECT 1::bigint AS id",
        "CREATE RULE rules AS ON DELETE TO results.ruled DO ALSO DELETE FROM " + name);
  }

  @ParameterizedTest
  @EnumSource(Held.class)
  void whoIsInTheWayIsNamedAndReadersHardlyWait(Held held) throws Exception {
    List<String> definition = Definition.of(table);
    List<String> before = Fingerprint.withoutStaging(database);
    try (Connection holder = database.superuser();
        PollingReaders readers =
            new PollingReaders(database, "SELECT count(*) FROM " + table.quoted());
        Steps run = new Steps(target("1s"))) {
      holder.setAutoCommit(false);
      List<String> sent = new CopyOnWriteArrayList<>();
      database
          .network()
          .rewrite(
              "",
              sql -> {
                sent.add(sql.strip());
                return sql;
              });
      String pid = TestDatabase.rows(holder, "SELECT pg_backend_pid()").get(0).get(0);
      execute(holder, held.sql);
      ResultSinkException failure = assertThrows(ResultSinkException.class, () -> run.run(ROWS));
      assertThat(failure.getMessage(), containsString(held.named + " held by pid " + pid));
      assertThat(failure.getMessage(), containsString("is untouched"));
      holder.rollback();
      database.network().calm();
      assertAttemptsAreBrief(sent, target("1s").lockTimeout().toMillis());
      LockWaits.assertBearable(readers, BEARABLE);
    }
    assertThat(Fingerprint.withoutStaging(database), equalTo(before));
    try (Steps run = new Steps(target("1min"))) {
      run.run(ROWS);
    }
    assertThat(Definition.of(table), equalTo(definition));
    assertThat(table.difference(SampleRows.COLUMNS, SampleRows.sql(ROWS)), is(empty()));
  }

  /**
   * From the first lock that readers feel to the attempt's end, no statement may wait longer than
   * an attempt, and none longer than the one before: they share its time.
   */
  private static void assertAttemptsAreBrief(List<String> sent, long attempt) {
    long timeout = Long.MAX_VALUE;
    long longest = 0;
    int attempts = 0;
    boolean felt = false;
    for (String sql : sent) {
      Matcher set = TIMEOUT.matcher(sql);
      if (set.matches()) {
        timeout = Long.parseLong(set.group(1));
      } else if (sql.equals("SAVEPOINT lock_attempt")) {
        longest = attempt;
        felt = false;
      } else if (sql.equals("ROLLBACK TO SAVEPOINT lock_attempt")) {
        attempts += felt ? 1 : 0;
        felt = false;
      } else if (longest > 0) {
        felt |= FELT.matcher(sql).matches();
        if (felt) {
          assertThat(sql, timeout, lessThanOrEqualTo(longest));
          longest = timeout;
        }
      }
    }
    assertThat("attempts that readers feel", attempts, greaterThan(0));
  }

  /** The session has a lock that the swap wants; it must not be in a deadlock with the swap. */
  @Test
  void aReaderOfAReferencedTableMayStillWriteToIt() throws Exception {
    try (Connection holder = database.superuser();
        Steps run = new Steps(target("2min"))) {
      execute(holder, "SET deadlock_timeout = '1min'"); // a slow machine is no deadlock
      holder.setAutoCommit(false);
      execute(holder, "SELECT FROM results.parent");
      CompletableFuture<ResultSummary> publish = supplyAsync(() -> run.run(ROWS));
      LockWaits.awaitWaiting(database, publish);
      long begin = System.nanoTime();
      execute(holder, "UPDATE results.parent SET id = id WHERE id = 3");
      Duration waited = Duration.ofNanos(System.nanoTime() - begin);
      Torture.longestWait(waited);
      assertThat("the writer waited", waited, lessThan(BEARABLE));
      assertThat("still waiting", publish.isDone(), is(false));
      holder.commit();
      publish.get(60, TimeUnit.SECONDS);
    }
    assertThat(table.difference(SampleRows.COLUMNS, SampleRows.sql(ROWS)), is(empty()));
  }

  @Test
  void aDryRunNamesWhoseReadersMayWaitToo() {
    try (TargetInspector inspector = TargetInspector.of(target("1s"))) {
      assertThat(
          inspector.check(SampleRows.SCHEMA).locks(),
          hasItems(
              "table results.parent, which it references",
              "table results.child, which references it",
              "view results.seen, which reads it",
              "table results.guarded, a policy of which reads it",
              "table results.ruled, a rule of which names it"));
    }
  }

  private PostgresTarget target(String wait) {
    return PostgresTarget.parse(table.url("mode=replace&keep=all&lock_wait=" + wait));
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
