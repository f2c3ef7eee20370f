package io.resultsink.postgres.internal.session;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestTable;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.postgresql.PGConnection;

/**
 * Somebody has put an operator into a schema of the role's search path that is a better match for
 * bound texts than PostgreSQL's own: code that is given a connection of ours does not meet it.
 */
@Tag("attack")
class OutsideConnectionIT {

  private static final String COMPARISON = "SELECT 1 WHERE 'a'::text = ?";

  @RegisterExtension final TestDatabase database = new TestDatabase();

  private ConnectionSource.Server server;

  @BeforeEach
  void setTrap() {
    database.execute(
        "CREATE FUNCTION results.caught(text, varchar) RETURNS boolean LANGUAGE sql AS 'SELECT true'",
        "CREATE OPERATOR results.= (LEFTARG = text, RIGHTARG = varchar, FUNCTION = results.caught)",
        "CREATE TYPE results.trap AS ENUM ('a')",
        "CREATE TABLE results.seen (what text)",
        "GRANT ALL ON results.seen TO sink");
    server =
        (ConnectionSource.Server)
            ConnectionSource.of(TestTable.missing(database, "any").target(WriteMode.APPEND));
  }

  private static boolean isCaught(Connection connection) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(COMPARISON)) {
      return isCaught(statement);
    }
  }

  private static boolean isCaught(PreparedStatement statement) throws SQLException {
    statement.setString(1, "other");
    statement.getParameterMetaData();
    try (ResultSet rows = statement.executeQuery()) {
      return rows.next();
    }
  }

  @Test
  void theTrapIsReal() throws SQLException {
    try (Connection connection = ServerPool.connect(server)) {
      assertThat(isCaught(connection), is(true));
    }
  }

  @Test
  void everyTransactionBeginsWithAnEmptyPath() throws SQLException {
    try (Connection connection = PostgresConnections.outside(server)) {
      connection.setAutoCommit(false);
      try (PreparedStatement statement = connection.prepareStatement(COMPARISON)) {
        assertThat(isCaught(statement), is(false));
        connection.commit();
        assertThat("after a commit", isCaught(statement), is(false));
        connection.rollback();
        connection.setSavepoint();
        assertThat("after a savepoint", isCaught(statement), is(false));
        connection.rollback();
        assertThat(connection.isValid(5), is(true));
        assertThat("after a look whether it is alive", isCaught(statement), is(false));
        assertThrows(SQLException.class, () -> execute(connection, "SELECT 1 / 0"));
        connection.rollback();
        assertThat("after a failure", isCaught(statement), is(false));
      }
    }
  }

  @Test
  void everyStatementOfItsOwnDoesToo() throws SQLException {
    try (Connection connection = PostgresConnections.outside(server)) {
      assertThat(connection.getAutoCommit(), is(true));
      assertThat(isCaught(connection), is(false));
      assertThat("idle", connection.isValid(5), is(true));
      execute(connection, "INSERT INTO results.seen VALUES ('committed')");
      assertThat(database.column("SELECT what FROM results.seen"), contains("committed"));
      assertThrows(SQLException.class, () -> execute(connection, "SELECT 1 / 0"));
      assertThat("after a failure", isCaught(connection), is(false));
      try (Statement statement = connection.createStatement();
          ResultSet rows =
              statement.executeQuery("DELETE FROM results.seen RETURNING what || '!'")) {
        rows.next();
        assertThat(rows.getString(1), equalTo("committed!"));
        assertThat(statement.getConnection(), is(connection));
      }
      assertThat("when closed", database.column("SELECT what FROM results.seen"), is(empty()));
      try (ResultSet tables = connection.getMetaData().getTables(null, "results", "s%", null)) {
        tables.next();
        assertThat(tables.getString("TABLE_NAME"), equalTo("seen"));
      }
      connection.setAutoCommit(false);
      assertThat("a transaction", isCaught(connection), is(false));
      connection.rollback();
      connection.setAutoCommit(true);
      assertThat("and back", isCaught(connection), is(false));
    }
  }

  /** The driver asks the server more than the statements that it is given. */
  @Test
  void whatTheDriverAsksForDoesToo() throws SQLException {
    String found = "SELECT caught('a', 'b')";
    try (Connection connection = PostgresConnections.outside(server)) {
      connection.setAutoCommit(false);
      try (PreparedStatement statement = connection.prepareStatement(found)) {
        assertThrows(SQLException.class, statement::getMetaData);
        connection.rollback();
        assertThrows(SQLException.class, statement::getParameterMetaData);
        connection.rollback();
      }
      Object[] none = {};
      assertThrows(SQLException.class, () -> connection.createArrayOf("trap", none));
      connection.rollback();
      assertThat(connection.getSchema(), startsWith("pg_temp"));
      connection.rollback();
      Savepoint savepoint = connection.setSavepoint();
      isCaught(connection);
      connection.rollback(savepoint);
      assertThat("back at a savepoint", isCaught(connection), is(false));
    }
  }

  @Test
  void nothingIsLeftBehindForThoseWhoShareTheServersSession() throws SQLException {
    try (Connection connection = PostgresConnections.outside(server)) {
      isCaught(connection);
      connection.setAutoCommit(false);
      isCaught(connection);
      connection.commit();
      Connection driver = (Connection) connection.unwrap(PGConnection.class);
      assertThat(
          TestDatabase.rows(driver, "SHOW search_path"), contains(List.of("results, public")));
    }
  }

  @Test
  void aSessionOutsideKnowsWhereBareNamesAreFound() throws SQLException {
    database.execute("CREATE SCHEMA elsewhere");
    try (Session session = PostgresConnections.outsideSession(server)) {
      session.begin(Duration.ofSeconds(10), "look");
      assertThat("at its begin", isCaught(session.connection()), is(false));
      assertThat(RoleSchemas.of(session), contains("results", "public"));
      assertThat(isCaught(session.connection()), is(false));
    }
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
