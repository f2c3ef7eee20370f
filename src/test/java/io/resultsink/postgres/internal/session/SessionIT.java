package io.resultsink.postgres.internal.session;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.inspect.TargetInspector;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestTable;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What every transaction sets for itself, and leaves to no one else. */
class SessionIT {

  private static final String KEEPALIVES =
      "SELECT current_setting('tcp_keepalives_idle'), current_setting('tcp_keepalives_interval'),"
          + " current_setting('tcp_keepalives_count')";

  @RegisterExtension final TestDatabase database = new TestDatabase();

  @Test
  void aMachineThatIsGoneIsMissedWithinMinutes() throws SQLException {
    PostgresTarget target = TestTable.missing(database, "Kept").target(WriteMode.APPEND);
    try (TargetInspector inspector = TargetInspector.of(target);
        Session session = inspector.open()) {
      session.begin(Duration.ZERO, "look");
      List<List<String>> inside = TestDatabase.rows(session.connection(), KEEPALIVES);
      session.commit();
      List<List<String>> outside = TestDatabase.rows(session.connection(), KEEPALIVES);
      session.rollback();

      assertThat(inside, contains(List.of("60", "10", "6")));
      assertThat(outside, not(equalTo(inside)));
    }
  }

  @Test
  void aStatementMayTakeLongerThanTheLogin() throws SQLException {
    PostgresTarget target = PostgresTarget.parse(database.url("t?loginTimeout=1"));
    try (Connection connection =
        PostgresConnections.outside((ConnectionSource.Server) ConnectionSource.of(target))) {
      assertThat(
          TestDatabase.rows(connection, "SELECT 1 FROM pg_sleep(1.5)"), contains(List.of("1")));
    }
  }

  /** A pooler's next client would find them, and their names taken. */
  @Test
  void noPreparedQueryOutlivesItsTransaction() throws SQLException {
    PostgresTarget target = TestTable.missing(database, "Kept").target(WriteMode.APPEND);
    try (TargetInspector inspector = TargetInspector.of(target);
        Session session = inspector.open()) {
      for (String end : List.of("commit", "rollback", "failure")) {
        session.begin(Duration.ZERO, "look");
        PreparedQuery query =
            session.prepare(
                "SELECT t FROM unnest(?::text[]) AS t WHERE t <> ?",
                new String[] {"it's", "a \\ \"b\"", "?"},
                "?");
        for (int time = 0; time < 2; time++) {
          assertThat(query.list(row -> row.getString(1)), contains("it's", "a \\ \"b\""));
        }
        assertThat(prepared(session), contains(List.of("1")));
        if (end.equals("failure")) {
          assertThrows(SQLException.class, () -> session.execute("SELECT 1/0"));
        }
        if (end.equals("commit")) {
          session.commit();
        } else {
          session.rollback();
        }
        assertThat(end, prepared(session), contains(List.of("0")));
        session.rollback();
      }
    }
  }

  private static List<List<String>> prepared(Session session) throws SQLException {
    return TestDatabase.rows(
        session.connection(),
        "SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'result\\_sink%'");
  }
}
