package io.resultsink.postgres.testing;

import java.sql.SQLException;
import java.util.List;

/** What a session does for one reading: takes a snapshot, reads sooner or later, and ends. */
public interface Reader {

  /** What a session needs before its first reading. */
  default void open(ReadingSession session, String table) throws SQLException {}

  /** Whether it can read in such transactions. */
  default boolean isPossibleAt(String isolation) {
    return true;
  }

  /** Begins a transaction, and takes its snapshot without a look at the table. */
  default void takeSnapshot(ReadingSession session, String isolation) throws SQLException {
    session.execute(begin(isolation) + "SELECT count(*) FROM pg_namespace");
  }

  /** Reads the table. */
  List<List<String>> read(ReadingSession session, String table) throws SQLException;

  /** Ends the transaction. */
  default void end(ReadingSession session) throws SQLException {
    session.execute("COMMIT");
  }

  /** The statement that begins a transaction, for others to follow. */
  default String begin(String isolation) {
    return "BEGIN ISOLATION LEVEL " + isolation + "; ";
  }
}
