package io.resultsink.postgres.internal.staging;

import io.resultsink.postgres.destination.TableName;
import io.resultsink.postgres.internal.own.FoundTable;
import io.resultsink.postgres.internal.own.OwnTable;
import io.resultsink.postgres.internal.own.StagingComment;
import io.resultsink.postgres.internal.run.Part;
import io.resultsink.postgres.internal.run.StagedChunk;
import io.resultsink.postgres.internal.session.Session;
import io.resultsink.postgres.internal.url.Identifier;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.apache.beam.sdk.annotations.Internal;

/**
 * The table with the rows of the reported chunks, under a name that no worker writes to.
 *
 * <p>The name has a digest of the chunks' tokens. So a repeated publish finds the table that it
 * sealed, and not one with other chunks of the same run. Other roles cannot plant one, because they
 * do not know the tokens.
 *
 * @param chunks the reported chunks or, if the staging table had other rows too, the one
 *     transaction that copied the reported ones
 */
@Internal
public record SealedTable(TableName name, List<StagedChunk> chunks) {

  /** The text between the staging table's name and the digest of the chunks. */
  static final String MARK = "_s";

  private static final int DIGITS = 8;

  /** A copy has no token of its own: the tokens were checked before copying. */
  private static final UUID COPIED = new UUID(0, 0);

  /** Returns the sealed table of these chunks; absent if they were not sealed. */
  public static Optional<SealedTable> find(Session session, StagingTable staging, Part part)
      throws SQLException {
    String digest = digest(part);
    TableName name = nameOf(staging, digest);
    Optional<FoundTable> found = OwnTable.find(session, name);
    found.ifPresent(table -> OwnTable.requireOurs(table, staging.columnNames()));
    return found
        .flatMap(FoundTable::said)
        .filter(comment -> digest.equals(comment.chunks()))
        .map(
            comment ->
                new SealedTable(
                    name,
                    comment.copiedBy() == null
                        ? part.chunks()
                        : List.of(all(comment.copiedBy(), part))));
  }

  /** Renames the staging table, which has no other rows, to a sealed one. */
  public static SealedTable byName(Session session, StagingTable staging, Part part)
      throws SQLException {
    String digest = digest(part);
    TableName name = nameOf(staging, digest);
    session.define(
        "ALTER TABLE " + staging.name().quoted() + " RENAME TO " + Identifier.quote(name.table()),
        "DROP TABLE " + staging.tokens().quoted(),
        "COMMENT ON TABLE "
            + name.quoted()
            + " IS "
            + session.literal(staging.comment(digest, null)));
    return new SealedTable(name, part.chunks());
  }

  /**
   * Copies the chunks into a sealed table, without other rows of the staging table.
   *
   * @param select the chunks' rows
   */
  public static SealedTable byCopy(Session session, StagingTable staging, Part part, String select)
      throws SQLException {
    String digest = digest(part);
    TableName name = nameOf(staging, digest);
    long transaction = transactionId(session);
    OwnTable.create(
        session,
        new OwnTable.New(
            name,
            "CREATE TABLE " + name.quoted() + StagingTable.STORAGE + " AS\n" + select,
            staging.columnNames(),
            staging.comment(digest, transaction)));
    return new SealedTable(name, List.of(all(transaction, part)));
  }

  /**
   * Returns whether any chunks of a load are sealed. If not, the staging table is missing for
   * another reason.
   */
  static boolean isAnyOf(Session session, StagingTable staging) throws SQLException {
    String sql =
        """
        SELECT EXISTS (
          SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
           WHERE n.nspname = ? AND starts_with(c.relname::text, ?) AND c.relkind = 'r'
             AND c.relowner = to_regrole(quote_ident(current_user)))
        """;
    return session.one(
        sql, row -> row.getBoolean(1), staging.name().schema(), staging.name().table() + MARK);
  }

  private static String digest(Part part) {
    return StagingComment.digest(
        part.chunks().stream()
            .map(chunk -> chunk.token() + ":" + chunk.transactionId() + ":" + chunk.rows())
            .sorted()
            .collect(Collectors.joining(",")));
  }

  private static TableName nameOf(StagingTable staging, String digest) {
    return new TableName(
        staging.name().schema(), staging.name().table() + MARK + digest.substring(0, DIGITS));
  }

  private static StagedChunk all(long transaction, Part part) {
    return new StagedChunk(COPIED, transaction, part.rows(), part.bytes());
  }

  private static long transactionId(Session session) throws SQLException {
    String sql = "SELECT pg_catalog.pg_current_xact_id()::text";
    return session.one(sql, row -> Long.parseLong(row.getString(1)));
  }
}
