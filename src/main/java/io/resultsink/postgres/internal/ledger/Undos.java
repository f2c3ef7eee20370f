package io.resultsink.postgres.internal.ledger;

import io.resultsink.postgres.destination.TableName;
import io.resultsink.postgres.internal.run.PartId;
import io.resultsink.postgres.internal.session.Jdbc;
import io.resultsink.postgres.internal.session.Session;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;
import org.apache.beam.sdk.annotations.Internal;
import org.jspecify.annotations.Nullable;

/**
 * The rows of the ledger that undos write, and the run whose rows a table has because of them. An
 * undo publishes under a run id of its own; its summary names the two runs beside.
 */
@Internal
public record Undos(Ledger ledger, TableName target) {

  /** The mode of these rows, which no target has. */
  public static final String MODE = "undo";

  private static final String UNDONE = "undone_run";
  private static final String RESTORED = "restored_run";

  /** A run that has published. */
  public record Published(String runId, String mode, Instant at) {}

  private record Newest(Published run, @Nullable String restored) {}

  /**
   * Returns the run whose rows the table has, as far as the ledger knows. It published last, or an
   * undo has brought its version back. Absent when there is none.
   *
   * @param claimed the run of this transaction, which is not meant
   */
  public Optional<Published> live(Session session, String claimed) throws SQLException {
    String sql =
        """
        SELECT run_id, mode, published_at, summary->>'%2$s' AS restored FROM %1$s
         WHERE target_schema = ? AND target_table = ? AND run_id <> ?
         ORDER BY published_at DESC LIMIT 1
        """
            .formatted(ledger.name().quoted(), RESTORED);
    Optional<Newest> newest =
        session.find(
            sql,
            row ->
                new Newest(
                    new Published(
                        row.getString("run_id"),
                        row.getString("mode"),
                        Jdbc.instant(row, "published_at")),
                    row.getString("restored")),
            target.schema(),
            target.table(),
            claimed);
    if (newest.isEmpty() || !newest.get().run().mode().equals(MODE)) {
      return newest.map(Newest::run);
    }
    String restored = newest.get().restored();
    return restored == null
        ? Optional.empty()
        : ledger
            .find(session, Ledger.Look.HELD, PartId.whole(restored), target)
            .map(
                summary ->
                    new Published(
                        restored,
                        summary.mode(),
                        Instant.ofEpochMilli(summary.publishedAt().getMillis())));
  }

  /**
   * Adds to the row of an undo which run's rows it took away, and which run's it brought back. A
   * run is null for rows that no run had published.
   */
  public void record(
      Session session, PartId undo, @Nullable String undone, @Nullable String restored)
      throws SQLException {
    String sql =
        """
        UPDATE %s
           SET summary = summary || pg_catalog.jsonb_build_object('%s', ?::text, '%s', ?::text)
         WHERE run_id = ? AND target_schema = ? AND target_table = ? AND part = ?
        """
            .formatted(ledger.name().quoted(), UNDONE, RESTORED);
    session.update(
        sql, undone, restored, undo.runId(), target.schema(), target.table(), undo.part());
  }

  private record Last(boolean undone, Instant at) {}

  /**
   * Returns when an undo took a run's rows away; absent when none did, or one brought them back.
   */
  public Optional<Instant> undoneAt(Session session, String runId) throws SQLException {
    if (!ledger.look(session, target).canBeRead()) {
      return Optional.empty();
    }
    String sql =
        """
        SELECT published_at, coalesce(summary->>'%2$s' = ?, false) AS undone FROM %1$s
         WHERE target_schema = ? AND target_table = ? AND mode = '%4$s'
           AND (summary->>'%2$s' = ? OR summary->>'%3$s' = ?)
         ORDER BY published_at DESC LIMIT 1
        """
            .formatted(ledger.name().quoted(), UNDONE, RESTORED, MODE);
    return session
        .find(
            sql,
            row -> new Last(row.getBoolean("undone"), Jdbc.instant(row, "published_at")),
            runId,
            target.schema(),
            target.table(),
            runId,
            runId)
        .filter(Last::undone)
        .map(Last::at);
  }
}
