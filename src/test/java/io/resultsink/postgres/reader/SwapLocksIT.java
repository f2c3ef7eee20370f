package io.resultsink.postgres.reader;

import static java.util.concurrent.CompletableFuture.supplyAsync;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.failure.PublishFailedException;
import io.resultsink.postgres.failure.ResultSinkException;
import io.resultsink.postgres.inspect.TargetInspector;
import io.resultsink.postgres.report.DryRun;
import io.resultsink.postgres.report.ResultSummary;
import io.resultsink.postgres.testing.Fingerprint;
import io.resultsink.postgres.testing.LockWaits;
import io.resultsink.postgres.testing.PollingReaders;
import io.resultsink.postgres.testing.SampleRows;
import io.resultsink.postgres.testing.Steps;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestTable;
import io.resultsink.postgres.testing.TestingPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Dropping a table takes locks on more than the table: on those that it references, on its
 * sequences, on its row in the catalog. Whoever has one of them keeps no reader waiting.
 */
@Tag("attack")
class SwapLocksIT {

  private static final long ROWS = 20;
  private static final Duration BEARABLE = Duration.ofMillis(1_000);

  /** What somebody may be doing for a long time, in a transaction. */
  enum Held {
    REFERENCED("SELECT count(*) FROM %2$s", "table results.\"Customers", "which it references"),
    SEQUENCE("SELECT nextval('results.numbers')", "sequence results.numbers", "which it owns"),
    GRANT("GRANT SELECT ON %1$s TO reader", "held by", ""),
    COLUMN_GRANT("GRANT SELECT (id) ON %1$s TO reader", "held by", ""),
    POLICY_TABLE("LOCK TABLE results.allowed", "table results.allowed", "which a policy reads");

    private final String sql;
    private final String named;
    private final String why;

    Held(String sql, String named, String why) {
      this.sql = sql;
      this.named = named;
      this.why = why;
    }
  }

  @RegisterExtension final TestDatabase database = new TestDatabase();

  private TestTable customers;
  private TestTable orders;

  @BeforeEach
  void createTables() {
    customers =
        TestTable.create(
            database, "Customers", "id bigint PRIMARY KEY, name text, score double precision");
    orders =
        TestTable.create(
            database,
            "Orders",
            "id bigint REFERENCES "
                + customers.quoted()
                + " DEFERRABLE, name text, score double precision");
    database.executeAs(
        TestingPostgres.SINK,
        "INSERT INTO " + customers.quoted() + " SELECT i, 'old', 0 FROM generate_series(0, 99) i",
        "INSERT INTO " + orders.quoted() + " SELECT i, 'old', 0 FROM generate_series(0, 9) i",
        "CREATE SEQUENCE results.numbers OWNED BY " + orders.quoted() + ".id",
        "CREATE TABLE results.allowed (id bigint)",
        "ALTER TABLE " + orders.quoted() + " ENABLE ROW LEVEL SECURITY",
        "CREATE POLICY p ON "
            + orders.quoted()
            + " USING (EXISTS (SELECT FROM results.allowed) OR true)");
  }

  @ParameterizedTest
  @EnumSource(Held.class)
  void readersHardlyWaitWhileItIsHeld(Held held) throws Exception {
    try (Connection holder = holding(held);
        PollingReaders readers = readers();
        Steps run = new Steps(target("replace", "&lock_wait=2min"))) {
      CompletableFuture<ResultSummary> publish = supplyAsync(() -> run.run(ROWS));
      LockWaits.awaitWaiting(database, publish);
      TestDatabase.rows(holder, "SELECT pg_sleep(1.5)");
      assertThat("still waiting", publish.isDone(), is(false));
      holder.commit();
      publish.get(60, TimeUnit.SECONDS);
      LockWaits.assertBearable(readers, BEARABLE);
    }
    assertThat(orders.difference(SampleRows.COLUMNS, SampleRows.sql(ROWS)), is(empty()));
    if (held == Held.GRANT) {
      assertThat(
          "the grant that came between",
          database.value("SELECT has_table_privilege('reader', ?, 'SELECT')", orders.quoted()),
          equalTo("t"));
    }
  }

  @ParameterizedTest
  @EnumSource(Held.class)
  void whoeverHoldsItForTooLongIsNamedAndWaitedForOnce(Held held) throws Exception {
    List<String> before = Fingerprint.withoutStaging(database);
    long begin;
    ResultSinkException failure;
    String pid;
    try (Connection holder = holding(held);
        Steps run = new Steps(target("replace", "&lock_wait=1s"))) {
      pid = TestDatabase.rows(holder, "SELECT pg_backend_pid()").get(0).get(0);
      begin = System.nanoTime();
      failure = assertThrows(ResultSinkException.class, () -> run.run(ROWS));
    }
    assertThat(failure, instanceOf(PublishFailedException.class));
    assertThat(failure.getMessage(), containsString(held.named));
    assertThat(failure.getMessage(), containsString(held.why));
    assertThat(failure.getMessage(), containsString("pid " + pid + ", fixture, user postgres"));
    assertThat(failure.getMessage(), containsString("untouched"));
    assertThat(failure.remedy(), equalTo(ResultSinkException.Remedy.RETRY));
    assertThat(
        "lock_wait of one second, once",
        Duration.ofNanos(System.nanoTime() - begin),
        lessThan(Duration.ofSeconds(5)));
    assertThat(Fingerprint.withoutStaging(database), equalTo(before));
  }

  @ParameterizedTest
  @CsvSource({
    "truncate, DELETE FROM %s WHERE id = 3",
    "update&unique=id, DELETE FROM %s",
    "update&unique=id, SELECT FROM %s FOR UPDATE"
  })
  void rowsThatAreHeldAreWaitedForOnceToo(String mode, String sql) throws Exception {
    TestTable table =
        TestTable.create(
            database, "Rows", "id bigint PRIMARY KEY, name text, score double precision");
    database.execute("INSERT INTO " + table.quoted() + " SELECT i FROM generate_series(0, 9) i");
    PostgresTarget target = PostgresTarget.parse(table.url("mode=" + mode + "&lock_wait=1s"));
    long begin = System.nanoTime();
    try (Connection holder = database.superuser();
        Steps run = new Steps(target)) {
      holder.setAutoCommit(false);
      execute(holder, sql.formatted(table.quoted()));
      assertThrows(PublishFailedException.class, () -> run.run(ROWS));
    }
    assertThat(Duration.ofNanos(System.nanoTime() - begin), lessThan(Duration.ofSeconds(5)));
  }

  @Test
  void twoPublishesOfTablesThatReferenceEachOtherDoNotDeadlock() throws Exception {
    database.execute(
        "CREATE FUNCTION results.slow() RETURNS trigger LANGUAGE plpgsql AS"
            + " 'BEGIN PERFORM pg_sleep(0.1); RETURN NEW; END'",
        "CREATE TRIGGER slow BEFORE INSERT ON "
            + customers.quoted()
            + " FOR EACH ROW EXECUTE FUNCTION results.slow()");
    try (PollingReaders readers = readers();
        Steps parent = new Steps(customers.target(WriteMode.TRUNCATE));
        Steps child = new Steps(target("replace", ""))) {
      CompletableFuture<ResultSummary> truncate = supplyAsync(() -> parent.run(ROWS));
      LockWaits.awaitSleeping(database, truncate);
      CompletableFuture<ResultSummary> replace = supplyAsync(() -> child.run(10));
      truncate.get(60, TimeUnit.SECONDS);
      replace.get(60, TimeUnit.SECONDS);
      LockWaits.assertBearable(readers, BEARABLE);
    }
    database.assertNoSessions();
    assertThat(
        database.value("SELECT deadlocks FROM pg_stat_database WHERE datname = ?", database.name()),
        equalTo("0"));
    assertThat(customers.count(), equalTo(ROWS));
  }

  @Test
  void aDryRunNamesWhoseReadersMayWaitToo() {
    DryRun report;
    try (TargetInspector inspector = TargetInspector.of(target("replace", ""))) {
      report = inspector.check(SampleRows.SCHEMA);
    }
    assertThat(
        report.locks(),
        equalTo(
            List.of(
                "table results." + '"' + customers.name() + "\", which it references",
                "sequence results.numbers, which it owns")));
  }

  private Connection holding(Held held) throws SQLException {
    Connection holder = database.superuser();
    holder.setAutoCommit(false);
    execute(holder, held.sql.formatted(orders.quoted(), customers.quoted()));
    return holder;
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private PostgresTarget target(String mode, String options) {
    return PostgresTarget.parse(orders.url("mode=" + mode + options));
  }

  private PollingReaders readers() {
    return new PollingReaders(
        database,
        "SELECT (SELECT count(*) FROM "
            + orders.quoted()
            + "), (SELECT count(*) FROM "
            + customers.quoted()
            + ")");
  }
}
