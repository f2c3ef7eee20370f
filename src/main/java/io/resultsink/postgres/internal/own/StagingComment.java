package io.resultsink.postgres.internal.own;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.resultsink.postgres.destination.TableName;
import io.resultsink.postgres.internal.session.Session;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The JSON comment of a staging table: its load, its target, its time of creation and its columns.
 *
 * @param columns a digest of the columns' names and types
 * @param chunks a digest of the chunks of a sealed table, tokens included; null before sealing
 * @param copiedBy the transaction that copied the rows into a sealed table; null if the chunks' own
 *     transactions wrote them
 */
public record StagingComment(
    String loadId,
    TableName target,
    Instant createdAt,
    String columns,
    @Nullable String chunks,
    @Nullable Long copiedBy) {

  /** The beginning of the names of staging tables and of the ledger. */
  public static final String PREFIX = "result_sink_";

  /** The version of the format, which changes when the comment's meaning does. */
  private static final int FORMAT = 1;

  private static final ObjectMapper MAPPER = new ObjectMapper();

  public String json() {
    ObjectNode said =
        MAPPER
            .createObjectNode()
            .put("result_sink", FORMAT)
            .put("load_id", loadId)
            .put("schema", target.schema())
            .put("table", target.table())
            .put("created_at", createdAt.toString())
            .put("columns", columns);
    if (chunks != null) {
      said.put("chunks", chunks);
    }
    if (copiedBy != null) {
      said.put("copied_by", copiedBy);
    }
    return said.toString();
  }

  /** Returns the comment's content; absent if the sink did not write it. */
  public static Optional<StagingComment> parse(String comment) {
    try {
      JsonNode node = MAPPER.readTree(comment);
      if (node == null || node.path("result_sink").asInt() != FORMAT) {
        return Optional.empty();
      }
      return Optional.of(
          new StagingComment(
              node.path("load_id").asText(),
              new TableName(node.path("schema").asText(), node.path("table").asText()),
              Instant.parse(node.path("created_at").asText()),
              node.path("columns").asText(),
              node.has("chunks") ? node.path("chunks").asText() : null,
              node.has("copied_by") ? node.path("copied_by").asLong() : null));
    } catch (JsonProcessingException | RuntimeException e) {
      return Optional.empty(); // every role may write anything into comments on its own tables
    }
  }

  /**
   * Returns the comment of a table; absent if the table does not exist or the sink did not write
   * the comment.
   */
  public static Optional<StagingComment> ofTable(Session session, TableName name)
      throws SQLException {
    String sql =
        """
        SELECT left(obj_description(c.oid, 'pg_class'), 4000)
          FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname = ? AND c.relname = ?
        """;
    return session
        .find(sql, row -> row.getString(1), name.schema(), name.table())
        .flatMap(StagingComment::parse);
  }

  /** Returns a short digest of a long text. */
  public static String digest(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
