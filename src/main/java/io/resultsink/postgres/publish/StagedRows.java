package io.resultsink.postgres.publish;

import io.resultsink.postgres.destination.Session;
import io.resultsink.postgres.failure.PublishFailedException;
import io.resultsink.postgres.failure.ResultSinkException.Remedy;
import io.resultsink.postgres.failure.SqlState;
import io.resultsink.postgres.load.Pause;
import io.resultsink.postgres.load.StagedChunk;
import io.resultsink.postgres.load.StagingTable;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The rows of the reported chunks, and no others.
 *
 * <p>Rows with another {@code xmin} are a zombie's or an earlier attempt's; every statement leaves
 * them behind.
 */
final class StagedRows {

  /** How long a chunk that is still being written may take to end by itself. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /** How long attempts go on after sessions were terminated. */
  private static final Duration LIMIT = Duration.ofMinutes(5);

  private static final Duration ATTEMPT = Duration.ofMillis(500);

  private final StagingTable staging;
  private final List<StagedChunk> chunks;

  StagedRows(StagingTable staging, List<StagedChunk> chunks) {
    this.staging = staging;
    this.chunks = List.copyOf(chunks);
  }

  /** Rows that were reported. */
  long count() {
    return chunks.stream().mapToLong(StagedChunk::rows).sum();
  }

  long bytes() {
    return chunks.stream().mapToLong(StagedChunk::bytes).sum();
  }

  int chunks() {
    return chunks.size();
  }

  /**
   * Lets no zombie add a row from here on. SHARE ROW EXCLUSIVE, since a pg_dump that reads the
   * table would hold up ACCESS EXCLUSIVE. Our own role's sessions that go on writing are terminated
   * after a while: reported chunks have been committed, so theirs is none of them.
   */
  void lock(Session session) throws SQLException {
    long begin = System.nanoTime();
    boolean terminated = false;
    session.lockTimeout(ATTEMPT);
    while (true) {
      session.execute("SAVEPOINT staging_lock");
      try {
        session.execute("LOCK TABLE " + staging.name().quoted() + " IN SHARE ROW EXCLUSIVE MODE");
        session.execute("RELEASE SAVEPOINT staging_lock");
        return;
      } catch (SQLException e) {
        long waited = System.nanoTime() - begin;
        if (!SqlState.is(SqlState.LOCK_NOT_AVAILABLE, e) || waited > LIMIT.toNanos()) {
          throw e;
        }
        session.execute("ROLLBACK TO SAVEPOINT staging_lock");
        session.execute("RELEASE SAVEPOINT staging_lock");
        if (waited > PATIENCE.toNanos() && !terminated) {
          terminateWriters(session);
          terminated = true;
        }
      }
      Pause.millis(20);
    }
  }

  private void terminateWriters(Session session) throws SQLException {
    String sql =
        """
        SELECT pg_terminate_backend(l.pid)
          FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
         WHERE l.locktype = 'relation' AND l.relation = ?::regclass AND l.granted
           AND l.mode IN ('RowExclusiveLock', 'ShareUpdateExclusiveLock', 'ShareLock',
                          'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
           AND a.usename = current_user AND l.pid <> pg_backend_pid()
           AND a.datname = current_database()
        """;
    try (PreparedStatement statement = session.connection().prepareStatement(sql)) {
      statement.setString(1, staging.name().quoted());
      statement.executeQuery().close();
    }
  }

  /**
   * Checks that each reported chunk stands in the staging table with as many rows as it reported.
   * Per chunk, since in a total a lost chunk and a doubled one of equal size cancel.
   */
  void verify(Session session) throws SQLException {
    Map<Long, Long> found = new HashMap<>();
    String sql =
        "SELECT xmin::text::bigint, count(*) FROM " + staging.name().quoted() + " GROUP BY xmin";
    try (PreparedStatement statement = session.connection().prepareStatement(sql);
        ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        found.put(rows.getLong(1), rows.getLong(2));
      }
    }
    long wrong = 0;
    long present = 0;
    for (StagedChunk chunk : chunks) {
      long rows = found.getOrDefault(chunk.xmin(), 0L);
      present += rows;
      if (rows != chunk.rows()) {
        wrong++;
      }
    }
    if (wrong > 0) {
      throw new PublishFailedException(
          wrong
              + " of "
              + chunks.size()
              + " staged chunks are not as they were reported ("
              + present
              + " rows of "
              + count()
              + " are there); the server may have crashed while rows were staged (staging=logged"
              + " survives that); "
              + staging.target()
              + " is untouched; run it again",
          Remedy.RETRY,
          null,
          null);
    }
  }

  /** What names them in a statement: their transactions' ids, digits only. */
  String from() {
    String ids =
        chunks.stream().map(chunk -> Long.toString(chunk.xmin())).collect(Collectors.joining(","));
    return staging.name().quoted()
        + " AS staged WHERE staged.xmin OPERATOR(pg_catalog.=) ANY ('{"
        + ids
        + "}'::pg_catalog.xid[])";
  }

  /** SELECT of the columns as they go into the table. */
  String select() {
    return "SELECT " + staging.columns().published() + "\n  FROM " + from();
  }
}
