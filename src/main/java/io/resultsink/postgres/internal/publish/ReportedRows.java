package io.resultsink.postgres.internal.publish;

import io.resultsink.postgres.destination.TableName;
import io.resultsink.postgres.failure.PublishFailedException;
import io.resultsink.postgres.failure.ResultSinkException.Remedy;
import io.resultsink.postgres.internal.lock.LockAttempts;
import io.resultsink.postgres.internal.lock.StagingLock;
import io.resultsink.postgres.internal.run.Part;
import io.resultsink.postgres.internal.run.StagedChunk;
import io.resultsink.postgres.internal.session.Conflict;
import io.resultsink.postgres.internal.session.Session;
import io.resultsink.postgres.internal.staging.SealedTable;
import io.resultsink.postgres.internal.staging.StagingTable;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The rows of a part, and no others.
 *
 * <p>Rows with another {@code xmin} are a zombie's or an earlier attempt's; every statement leaves
 * them behind. Once sealed, they are found under another name, and perhaps as one transaction's.
 */
final class ReportedRows {

  private static final Logger LOG = LoggerFactory.getLogger(ReportedRows.class);

  private final StagingTable staging;
  private final TableName name;
  private final Part part;

  /** The chunks in the table: the reported ones, or the one transaction that copied them. */
  private final List<StagedChunk> chunks;

  private final boolean vacuumed;

  ReportedRows(StagingTable staging, Part part) {
    this(staging, staging.name(), part, withRows(part.chunks()), false);
  }

  /** Chunks of nothing but rows that do not fit have none. */
  private static List<StagedChunk> withRows(List<StagedChunk> chunks) {
    return chunks.stream().filter(chunk -> chunk.rows() > 0).toList();
  }

  private ReportedRows(
      StagingTable staging, TableName name, Part part, List<StagedChunk> chunks, boolean vacuumed) {
    this.staging = staging;
    this.name = name;
    this.part = part;
    this.chunks = List.copyOf(chunks);
    this.vacuumed = vacuumed;
  }

  /** Returns the same rows, once the staging table is sealed. */
  ReportedRows in(SealedTable sealed) {
    return new ReportedRows(staging, sealed.name(), part, withRows(sealed.chunks()), false);
  }

  boolean areSealed() {
    return !name.equals(staging.name());
  }

  /** Returns these rows, in a table that was vacuumed and analyzed. */
  ReportedRows vacuumed() {
    return new ReportedRows(staging, name, part, chunks, true);
  }

  /** Returns the table that has the rows. */
  TableName name() {
    return name;
  }

  Part part() {
    return part;
  }

  /** The rows of the same chunks that do not fit. */
  RejectedRows rejected() {
    return new RejectedRows(staging, part);
  }

  /** Locks the table, so that no zombie can add a row from here on. */
  void lock(Session session) throws SQLException {
    // The token table first, as in every chunk, so that two sessions cannot deadlock.
    new StagingLock(session, areSealed() ? List.of(name) : List.of(staging.tokens(), name))
        .acquire();
  }

  /**
   * Refuses tables that are not provably ours, under the lock that keeps them what they are.
   *
   * @throws Conflict when sealed rows are not where they were
   */
  void requireOurs(Session session) throws SQLException {
    if (!areSealed()) {
      staging.requireOurs(session);
      return;
    }
    Optional<SealedTable> now = SealedTable.find(session, staging, part);
    if (!now.map(found -> withRows(found.chunks())).equals(Optional.of(chunks))) {
      throw new Conflict("sealed rows are gone from " + name);
    }
  }

  /**
   * Checks that the staging table has each reported chunk, with as many rows as were reported. Each
   * chunk is counted, because in a total a lost chunk and a doubled one of equal size cancel out.
   * Each chunk must have its token, because a server that replaced another gives out transaction
   * ids again.
   *
   * @return whether the table has no other rows
   */
  boolean verify(Session session) throws SQLException {
    Map<Long, Long> found = new HashMap<>();
    String sql = "SELECT xmin::text::bigint, count(*) FROM " + name.quoted() + " GROUP BY xmin";
    session.list(sql, row -> found.put(row.getLong(1), row.getLong(2)));
    Set<UUID> lost = areSealed() ? Set.of() : lostTokens(session);
    long wrong = 0;
    long present = 0;
    for (StagedChunk chunk : chunks) {
      long rows = lost.contains(chunk.token()) ? 0 : found.getOrDefault(chunk.xmin(), 0L);
      present += rows;
      if (rows != chunk.rows()) {
        wrong++;
      }
    }
    wrong +=
        part.chunks().stream()
            .filter(chunk -> chunk.rows() == 0 && lost.contains(chunk.token()))
            .count();
    if (wrong > 0) {
      throw new PublishFailedException(
          wrong
              + " of "
              + part.chunks().size()
              + " staged chunks are not as they were reported ("
              + present
              + " rows of "
              + part.rows()
              + " are there); the server may have crashed while rows were staged (staging=logged"
              + " survives that), or a standby that lacks them was promoted; "
              + staging.target()
              + " is untouched; run it again",
          Remedy.RETRY,
          null,
          null);
    }
    return found.size() == chunks.size();
  }

  /**
   * Returns the tokens of reported chunks that this server does not have with the reported
   * transaction.
   */
  private Set<UUID> lostTokens(Session session) throws SQLException {
    String sql =
        """
        SELECT reported.token
          FROM unnest(?::uuid[], ?::bigint[]) AS reported (token, id)
         WHERE NOT EXISTS (SELECT FROM %s AS written
                            WHERE written.token = reported.token
                              AND written.xmin::text::bigint = reported.id)
        """
            .formatted(staging.tokens().quoted());
    Object tokens = part.chunks().stream().map(StagedChunk::token).toArray(UUID[]::new);
    Object ids = part.chunks().stream().map(StagedChunk::xmin).toArray(Long[]::new);
    return Set.copyOf(session.list(sql, row -> row.getObject(1, UUID.class), tokens, ids));
  }

  /**
   * Returns whether the sealed table can become the new table as it is. The publish waits neither
   * for readers of the table, such as a backup, nor for snapshots that are older than the rows.
   */
  boolean canGoLive(Session session) throws SQLException {
    if (!vacuumed) {
      return false;
    }
    boolean frozen = areFrozen(session);
    if (!frozen) {
      LOG.info(
          "{} cannot be frozen, because a session is older than its rows; the rows will be copied",
          name);
    }
    return frozen && LockAttempts.canLockNow(session, name);
  }

  /**
   * Returns whether every snapshot sees all rows, also one that is older than the rows. VACUUM
   * records in the catalog that no older transaction id is left unfrozen. Ids are compared by age,
   * because they begin again after 2^32.
   */
  private boolean areFrozen(Session session) throws SQLException {
    String sql =
        "SELECT NOT EXISTS (SELECT FROM unnest("
            + ids()
            + ") AS staged (id) WHERE age(staged.id) <= age(c.relfrozenxid))"
            + " FROM pg_class c WHERE c.oid = ?::regclass";
    return session.find(sql, row -> row.getBoolean(1), name.quoted()).orElse(false);
  }

  /** Returns the ids of the rows' transactions as SQL writes them: digits only. */
  String from() {
    return name.quoted()
        + " AS staged WHERE staged.xmin OPERATOR(pg_catalog.=) ANY ("
        + ids()
        + ")";
  }

  private String ids() {
    return chunks.stream()
        .map(chunk -> Long.toString(chunk.xmin()))
        .collect(Collectors.joining(",", "'{", "}'::pg_catalog.xid[]"));
  }

  /** Returns the SELECT of the columns as they are staged. */
  String selectAsStaged() {
    return "SELECT " + staging.columns().names() + "\n  FROM " + from();
  }

  /** Returns the SELECT of the columns as they go into the target. */
  String select() {
    return "SELECT " + staging.columns().publishExpressions() + "\n  FROM " + from();
  }
}
