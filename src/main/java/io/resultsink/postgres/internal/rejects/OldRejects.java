package io.resultsink.postgres.internal.rejects;

import io.resultsink.postgres.destination.TableName;
import io.resultsink.postgres.internal.session.Session;
import java.sql.SQLException;
import java.time.Duration;
import org.apache.beam.sdk.annotations.Internal;

/**
 * The rows in the sink's own table of rejected rows that are too old to be kept.
 *
 * <p>The time of the publish in the ledger counts. A run may have taken longer than the age, and
 * the clock of a worker, which the rows have, may be wrong. A row whose run the ledger does not
 * know, as after it was moved away, is no older than any other.
 *
 * @param ledger the ledger beside the table, which is there
 * @param target the table that the rows did not fit; the runs of another may ask for another age
 * @param age the time since their publish
 */
@Internal
public record OldRejects(RejectsTable table, TableName ledger, TableName target, Duration age) {

  /** An error output has this long to read the rows, whatever ages are asked for. */
  public static final Duration SHORTEST_AGE = Duration.ofDays(1);

  /** The age at which the ledger forgets runs, and nobody asks for their rows any more. */
  private static final Duration LONGEST_AGE = Duration.ofDays(400);

  /** Returns how many they are; 0 when there is no such table, or it is not ours. */
  public long count(Session session) throws SQLException {
    return table.isUsable(session, target)
        ? session.one("SELECT count(*)" + published(), row -> row.getLong(1), parameters())
        : 0;
  }

  /** Forgets them in this transaction, and returns how many they were. */
  public long forget(Session session) throws SQLException {
    return table.isUsable(session, target)
        ? session.update("DELETE" + published(), parameters())
        : 0;
  }

  /** Forgets rows of all tables that are older than any age; their number. */
  public long forgetOldest(Session session) throws SQLException {
    String sql =
        """
        DELETE FROM %s AS kept
         WHERE kept.rejected_at < pg_catalog.clock_timestamp() - ?::interval
           AND NOT EXISTS (%s AND run.published_at >= pg_catalog.clock_timestamp() - ?::interval)
        """
            .formatted(table.name().quoted(), inLedger());
    return table.isUsable(session, target)
        ? session.update(sql, seconds(LONGEST_AGE), seconds(LONGEST_AGE))
        : 0;
  }

  private String published() {
    return """
         FROM %s AS kept
        WHERE kept.target_schema = ? AND kept.target_table = ?
          AND EXISTS (%s AND run.published_at < pg_catalog.clock_timestamp() - ?::interval)
        """
        .formatted(table.name().quoted(), inLedger());
  }

  private Object[] parameters() {
    return new Object[] {target.schema(), target.table(), seconds(age)};
  }

  private String inLedger() {
    return """
        SELECT FROM %s AS run
         WHERE run.run_id = kept.run_id
           AND run.target_schema = kept.target_schema
           AND run.target_table = kept.target_table
           AND run.part = kept.part"""
        .formatted(ledger.quoted());
  }

  private static String seconds(Duration age) {
    return age.toSeconds() + " s";
  }
}
