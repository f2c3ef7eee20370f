package io.resultsink.postgres.internal.session;

import static org.awaitility.Awaitility.await;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;

import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.destination.TableName;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestTable;
import io.resultsink.postgres.testing.TestingPostgres;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Lost sessions of ours are found and ended, also those of a role that became another. */
@Tag("attack")
class ServerProcessIT {

  @RegisterExtension final TestDatabase database = new TestDatabase();

  private final String other = "other_" + Long.toString(System.nanoTime(), 36);
  private TestTable table;

  @BeforeEach
  void roleThatBecomesAnother() {
    database.execute(
        "CREATE ROLE " + other + " LOGIN PASSWORD '" + TestingPostgres.PASSWORD + "'",
        "GRANT sink TO " + other,
        "ALTER ROLE " + other + " SET role = 'sink'");
    table = TestTable.create(database, "Written", "id bigint");
  }

  @AfterEach
  void drop() {
    database.execute("DROP ROLE " + other);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aLostPublishIsEnded(boolean becomesAnother) throws SQLException {
    try (PostgresConnections connections = lease(becomesAnother);
        Session lost = connections.borrow();
        Session session = connections.borrow()) {
      lost.begin(Duration.ZERO, "publish");
      ServerProcess process = ServerProcess.of(lost);
      assertIsSink(lost);
      session.begin(Duration.ZERO, "end a lost session");
      process.terminate(session);
      session.commit();
      awaitGone(process);
      lost.discard();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whoeverStillWritesIsEnded(boolean becomesAnother) throws SQLException {
    try (PostgresConnections connections = lease(becomesAnother);
        Session lost = connections.borrow();
        Session session = connections.borrow()) {
      lost.begin(Duration.ZERO, "stage");
      ServerProcess process = ServerProcess.of(lost);
      lost.execute("INSERT INTO " + table.quoted() + " VALUES (1)");
      session.begin(Duration.ZERO, "publish");
      ServerProcess.terminateWriters(
          session, List.of(new TableName(TestDatabase.SCHEMA, table.name())));
      assertIsSink(session);
      awaitGone(process);
      lost.discard();
    }
  }

  private PostgresConnections lease(boolean becomesAnother) {
    String role = becomesAnother ? other : TestingPostgres.SINK;
    return PostgresConnections.lease(
        ConnectionSource.of(PostgresTarget.parse(database.urlAs(role, table.encoded()))));
  }

  private static void assertIsSink(Session session) throws SQLException {
    assertThat(
        TestDatabase.rows(session.connection(), "SELECT current_user"), contains(List.of("sink")));
  }

  private void awaitGone(ServerProcess process) {
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(
            () ->
                assertThat(
                    database.rows("SELECT 1 FROM pg_stat_activity WHERE pid = ?", process.pid()),
                    is(empty())));
  }
}
