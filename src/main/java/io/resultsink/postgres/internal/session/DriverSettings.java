package io.resultsink.postgres.internal.session;

import java.sql.Connection;
import java.sql.SQLException;
import org.postgresql.PGConnection;
import org.postgresql.jdbc.AutoSave;
import org.postgresql.jdbc.PgConnection;

/**
 * The driver settings of a user's connection. The session changes them, and restores them when it
 * gives the connection back.
 */
record DriverSettings(AutoSave autosave, int fetchSize, int prepareThreshold, boolean forceBinary) {

  /** Changes the settings that would break a transaction of the sink. */
  static DriverSettings setAside(Connection connection) throws SQLException {
    PgConnection driver = driver(connection);
    DriverSettings usual =
        new DriverSettings(
            driver.getAutosave(),
            driver.getDefaultFetchSize(),
            driver.getPrepareThreshold(),
            driver.getForceBinary());
    // Off, because rows of a subtransaction carry its id and not the chunk's.
    driver.setAutosave(AutoSave.NEVER);
    // No portal stays open, because its snapshot would forbid COPY FREEZE.
    driver.setDefaultFetchSize(0);
    // No named statements, because a transaction pooler may use another server session next.
    driver.setPrepareThreshold(0);
    // A statement that is described before SET TRANSACTION would take a snapshot too early.
    driver.setForceBinary(false);
    return usual;
  }

  void restore(Connection connection) throws SQLException {
    PgConnection driver = driver(connection);
    driver.setAutosave(autosave);
    driver.setDefaultFetchSize(fetchSize);
    driver.setPrepareThreshold(prepareThreshold);
    driver.setForceBinary(forceBinary);
  }

  private static PgConnection driver(Connection connection) throws SQLException {
    return (PgConnection) connection.unwrap(PGConnection.class);
  }
}
