package io.resultsink.postgres.internal.publish;

import io.resultsink.postgres.destination.TableName;
import io.resultsink.postgres.failure.PublishFailedException;
import io.resultsink.postgres.failure.ResultSinkException.Remedy;
import io.resultsink.postgres.internal.lock.LockAttempts;
import io.resultsink.postgres.internal.own.FoundTable;
import io.resultsink.postgres.internal.own.OwnTable;
import io.resultsink.postgres.internal.rejects.RejectsTable;
import io.resultsink.postgres.internal.run.Part;
import io.resultsink.postgres.internal.run.PartId;
import io.resultsink.postgres.internal.run.StagedChunk;
import io.resultsink.postgres.internal.session.Session;
import io.resultsink.postgres.internal.staging.StagingTable;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The rows of a part that do not fit, and no others: told apart as {@link ReportedRows} are. No
 * zombie adds to them once those are locked or sealed, since each chunk locks all its tables before
 * it writes.
 */
final class RejectedRows {

  private static final int SHOWN_REASONS = 3;

  private final StagingTable staging;
  private final PartId part;
  private final List<StagedChunk> chunks;

  RejectedRows(StagingTable staging, Part part) {
    this.staging = staging;
    this.part = part.id();
    this.chunks = part.chunks().stream().filter(chunk -> chunk.rejected() > 0).toList();
  }

  /** Rows that were reported. */
  long count() {
    return chunks.stream().mapToLong(StagedChunk::rejected).sum();
  }

  /** The table that keeps them, as a URL writes it; empty when there are none. */
  String table() {
    RejectsTable rejects = staging.rejects();
    return rejects == null || chunks.isEmpty() ? "" : rejects.name().encoded();
  }

  /**
   * Moves them to the table that keeps them, in this transaction.
   *
   * @param wait how long one attempt at that table's lock waits
   * @throws PublishFailedException when they are not as they were reported
   */
  void keep(Session session, LockAttempts attempts, Duration wait) throws SQLException {
    RejectsTable rejects = staging.rejects();
    if (rejects == null || chunks.isEmpty()) {
      return;
    }
    requireOurs(session);
    Map<Long, Long> found = new HashMap<>();
    String sql =
        "SELECT xmin::text::bigint, count(*) FROM "
            + staging.rejected().quoted()
            + " GROUP BY xmin";
    session.list(sql, row -> found.put(row.getLong(1), row.getLong(2)));
    long wrong =
        chunks.stream()
            .filter(chunk -> found.getOrDefault(chunk.xmin(), 0L) != chunk.rejected())
            .count();
    if (wrong > 0) {
      throw unlike(wrong + " of " + chunks.size() + " chunks with rejected rows are");
    }
    long kept = rejects.add(session, attempts, wait, part, staging.target().table(), from());
    if (kept != count()) {
      throw unlike(kept + " rejected rows were kept of " + count() + ", which is");
    }
  }

  /** After a seal nothing else has locked the table, so it may be another's by now. */
  private void requireOurs(Session session) throws SQLException {
    TableName name = staging.rejected();
    session.execute("LOCK TABLE " + name.quoted() + " IN ACCESS SHARE MODE");
    Optional<FoundTable> found = OwnTable.find(session, name);
    if (found.isEmpty()) {
      throw unlike("the rejected rows are gone from " + name + ", which is");
    }
    OwnTable.requireOurs(found.get(), RejectsTable.stagedColumns());
  }

  private PublishFailedException unlike(String what) {
    return new PublishFailedException(
        what
            + " not as reported; the server may have crashed while rows were staged"
            + " (staging=logged survives that), or a standby without them has taken its place; "
            + staging.target()
            + " is untouched; run it again",
        Remedy.RETRY,
        null,
        null);
  }

  /** The most frequent reasons, in words that hold no value; for a message. */
  String reasons(Session session) throws SQLException {
    requireOurs(session);
    String sql =
        "SELECT count(*), reason, sqlstate FROM "
            + from()
            + " GROUP BY reason, sqlstate ORDER BY count(*) DESC, reason LIMIT "
            + SHOWN_REASONS;
    return String.join(
        "; ",
        session.list(
            sql,
            row ->
                row.getLong(1)
                    + (row.getLong(1) == 1 ? " row: " : " rows: ")
                    + row.getString(2)
                    + " (SQLSTATE "
                    + row.getString(3)
                    + ")"));
  }

  private String from() {
    return staging.rejected().quoted()
        + " AS staged WHERE staged.xmin OPERATOR(pg_catalog.=) ANY ("
        + chunks.stream()
            .map(chunk -> Long.toString(chunk.xmin()))
            .collect(Collectors.joining(",", "'{", "}'::pg_catalog.xid[]"))
        + ")";
  }
}
