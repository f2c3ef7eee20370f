package io.resultsink.postgres.load;

import io.resultsink.postgres.destination.Identifier;
import io.resultsink.postgres.destination.Session;
import io.resultsink.postgres.destination.TableName;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.beam.sdk.annotations.Internal;

/**
 * The rows of the reported chunks under a name that no worker writes to.
 *
 * <p>The name tells the chunks, so that a publish that is tried again finds what it has sealed, and
 * never what another attempt at the same run has.
 *
 * @param chunks what stands in it: the reported chunks or, when rows of others had to be left
 *     behind, the one transaction that has copied them
 */
@Internal
public record SealedTable(TableName name, List<StagedChunk> chunks) {

  /** Between a staging table's name and the digest of the chunks. */
  static final String MARK = "_s";

  private static final int DIGITS = 8;

  /** The one that holds these chunks; absent when they were not sealed. */
  public static Optional<SealedTable> find(
      Session session, StagingTable staging, List<StagedChunk> reported) throws SQLException {
    TableName name = nameOf(staging, reported);
    return StagingComment.ofTable(session, name)
        .map(
            comment ->
                new SealedTable(
                    name,
                    comment.copiedBy() == null
                        ? reported
                        : List.of(all(comment.copiedBy(), reported))));
  }

  /** Gives the staging table, in which nothing else stands, the name of a sealed one. */
  public static SealedTable byName(
      Session session, StagingTable staging, List<StagedChunk> reported) throws SQLException {
    TableName name = nameOf(staging, reported);
    session.define(
        "ALTER TABLE " + staging.name().quoted() + " RENAME TO " + Identifier.quote(name.table()));
    return new SealedTable(name, reported);
  }

  /**
   * Copies the chunks and leaves what else is staged behind.
   *
   * @param select the chunks' rows
   */
  public static SealedTable byCopy(
      Session session, StagingTable staging, List<StagedChunk> reported, String select)
      throws SQLException {
    TableName name = nameOf(staging, reported);
    session.define("CREATE TABLE " + name.quoted() + StagingTable.STORAGE + " AS\n" + select);
    long transaction = transactionId(session);
    staging.keepPrivate(session, name, transaction);
    return new SealedTable(name, List.of(all(transaction, reported)));
  }

  /** Whether any chunks of a load are sealed: their staging table has gone for no other reason. */
  static boolean isAnyOf(Session session, StagingTable staging) throws SQLException {
    String sql =
        """
        SELECT EXISTS (
          SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
           WHERE n.nspname = ? AND starts_with(c.relname::text, ?) AND c.relkind = 'r')
        """;
    try (PreparedStatement statement = session.connection().prepareStatement(sql)) {
      statement.setString(1, staging.name().schema());
      statement.setString(2, staging.name().table() + MARK);
      try (ResultSet answer = statement.executeQuery()) {
        answer.next();
        return answer.getBoolean(1);
      }
    }
  }

  private static TableName nameOf(StagingTable staging, List<StagedChunk> reported) {
    String chunks =
        reported.stream()
            .sorted(Comparator.comparing(StagedChunk::transactionId))
            .map(chunk -> chunk.transactionId() + ":" + chunk.rows())
            .collect(Collectors.joining(","));
    return new TableName(
        staging.name().schema(),
        staging.name().table() + MARK + StagingComment.digest(chunks).substring(0, DIGITS));
  }

  private static StagedChunk all(long transaction, List<StagedChunk> reported) {
    return new StagedChunk(
        transaction,
        reported.stream().mapToLong(StagedChunk::rows).sum(),
        reported.stream().mapToLong(StagedChunk::bytes).sum());
  }

  private static long transactionId(Session session) throws SQLException {
    String sql = "SELECT pg_catalog.pg_current_xact_id()::text";
    try (PreparedStatement statement = session.connection().prepareStatement(sql);
        ResultSet answer = statement.executeQuery()) {
      answer.next();
      return Long.parseLong(answer.getString(1));
    }
  }
}
