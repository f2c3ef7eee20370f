package io.resultsink.postgres.internal.publish;

import io.resultsink.postgres.destination.TableName;
import io.resultsink.postgres.internal.column.Columns;
import io.resultsink.postgres.internal.session.FaultPoint;
import io.resultsink.postgres.internal.session.Session;
import io.resultsink.postgres.internal.session.SessionPair;
import java.sql.SQLException;
import java.util.stream.Stream;
import org.postgresql.copy.CopyIn;
import org.postgresql.copy.CopyOut;

/**
 * A table that is filled in the publishing transaction with rows that every snapshot sees.
 *
 * <p>Rows that are not frozen are invisible to snapshots older than their transaction: after a swap
 * such a reader finds an empty table. {@code COPY ... FREEZE} is allowed into a table that the same
 * (sub)transaction has created or truncated (PostgreSQL manual, COPY). So the rows come over a
 * second session, byte for byte.
 */
final class FrozenCopy {

  /** Rows are small, and the driver sends one message for each call. */
  private static final int MESSAGE_BYTES = 64 << 10; // 64 KiB

  private FrozenCopy() {}

  /**
   * Creates {@code table} and fills it.
   *
   * @param settings statements that run while the table is empty
   * @return the number of rows
   */
  static long create(
      SessionPair sessions, TableName table, Columns columns, ReportedRows rows, String... settings)
      throws SQLException {
    Session session = sessions.first();
    session.define(
        Stream.concat(Stream.of(definition(table, columns)), Stream.of(settings))
            .toArray(String[]::new));
    long copied = fill(sessions, table, columns, rows);
    session.execute("ANALYZE " + table.quoted());
    return copied;
  }

  /** Fills a table that this (sub)transaction has created or truncated; the number of rows. */
  static long fill(SessionPair sessions, TableName table, Columns columns, ReportedRows rows)
      throws SQLException {
    return rows.part().rows() == 0 ? 0 : copy(sessions, table, columns, rows);
  }

  /** Returns the statement that creates the table, with its columns only. */
  static String definition(TableName table, Columns columns) {
    return "CREATE TABLE " + table.quoted() + " (\n  " + columns.definitions() + "\n)";
  }

  private static long copy(
      SessionPair sessions, TableName table, Columns columns, ReportedRows rows)
      throws SQLException {
    Session session = sessions.first();
    Session source = sessions.beginSecond("read staged rows for " + table);
    // A staged type that is not the column's own may lack an exact binary form.
    String format = columns.stagedAsIs() ? "binary" : "text";
    CopyOut out =
        source
            .copy()
            .copyOut(
                "COPY (SELECT "
                    + columns.publishExpressions()
                    + " FROM "
                    + rows.from()
                    + ") TO STDOUT (FORMAT "
                    + format
                    + ")");
    CopyIn in = null;
    boolean done = false;
    try {
      in =
          session
              .copy()
              .copyIn(
                  "COPY "
                      + table.quoted()
                      + " ("
                      + columns.names()
                      + ") FROM STDIN (FORMAT "
                      + format
                      + ", FREEZE)");
      pump(out, in);
      FaultPoint.COPYING_FROZEN.reached();
      long copied = in.endCopy();
      source.commit();
      done = true;
      return copied;
    } finally {
      if (in != null && in.isActive()) {
        in.cancelCopy();
      }
      if (out.isActive()) {
        source.discard(); // cancelling would first read the rest
      } else if (!done) {
        source.tryRollback();
      }
    }
  }

  private static void pump(CopyOut out, CopyIn in) throws SQLException {
    byte[] message = new byte[MESSAGE_BYTES];
    int filled = 0;
    for (byte[] data = out.readFromCopy(); data != null; data = out.readFromCopy()) {
      if (filled + data.length > message.length) {
        in.writeToCopy(message, 0, filled);
        filled = 0;
      }
      if (data.length > message.length) {
        in.writeToCopy(data, 0, data.length);
      } else {
        System.arraycopy(data, 0, message, filled, data.length);
        filled += data.length;
      }
    }
    in.writeToCopy(message, 0, filled);
  }
}
