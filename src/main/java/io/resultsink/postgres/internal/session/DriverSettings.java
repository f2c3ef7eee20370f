package io.resultsink.postgres.internal.session;

import java.sql.Connection;
import java.sql.SQLException;
import org.postgresql.PGConnection;
import org.postgresql.jdbc.AutoSave;
import org.postgresql.jdbc.PgConnection;

/**
 * The settings of a connection's driver, kept while a session does without it: a user's DataSource
 * has it back afterwards.
 */
record DriverSettings(AutoSave autosave, int fetchSize, int prepareThreshold, boolean forceBinary) {

  /** Sets aside what would break a transaction of ours. */
  static DriverSettings setAside(Connection connection) throws SQLException {
    PgConnection driver = driver(connection);
    DriverSettings usual =
        new DriverSettings(
            driver.getAutosave(),
            driver.getDefaultFetchSize(),
            driver.getPrepareThreshold(),
            driver.getForceBinary());
    // Rows of a subtransaction carry its own id, and no chunk could be told by them.
    driver.setAutosave(AutoSave.NEVER);
    // A portal that waits to be fetched from holds a snapshot, which forbids COPY FREEZE.
    driver.setDefaultFetchSize(0);
    // A transaction pooler may give the next transaction another server session.
    driver.setPrepareThreshold(0);
    // A statement described before SET TRANSACTION takes a snapshot too early.
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
