package io.resultsink.postgres.internal.own;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.resultsink.postgres.destination.TableName;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The JSON comment of a version: a replaced table that is kept.
 *
 * @param target the table that it was
 * @param origin what had published its rows; null when no run of ours had
 * @param replacedAt the time at which it was put aside, by the server's clock
 * @param limit how many versions the run that replaced it keeps, as the option writes it
 */
public record VersionComment(
    TableName target, @Nullable Origin origin, Instant replacedAt, String limit) {

  /** The beginning of the names of versions; none of a staging table's begins so. */
  public static final String PREFIX = StagingComment.PREFIX + "version_";

  /** The version of the format, which changes when the comment's meaning does. */
  private static final int FORMAT = 1;

  private static final ObjectMapper MAPPER = new ObjectMapper();

  /** The run that had published a version's rows. */
  public record Origin(String runId, String mode, Instant publishedAt) {}

  public String json() {
    ObjectNode said =
        MAPPER
            .createObjectNode()
            .put("result_sink_version", FORMAT)
            .put("schema", target.schema())
            .put("table", target.table())
            .put("replaced_at", replacedAt.toString())
            .put("undo", limit);
    if (origin != null) {
      said.put("run_id", origin.runId())
          .put("mode", origin.mode())
          .put("published_at", origin.publishedAt().toString());
    }
    return said.toString();
  }

  /** Returns the comment's content; absent if the sink did not write it. */
  public static Optional<VersionComment> parse(String comment) {
    try {
      JsonNode node = MAPPER.readTree(comment);
      if (node == null || node.path("result_sink_version").asInt() != FORMAT) {
        return Optional.empty();
      }
      Origin origin =
          node.has("run_id")
              ? new Origin(
                  node.path("run_id").asText(),
                  node.path("mode").asText(),
                  Instant.parse(node.path("published_at").asText()))
              : null;
      return Optional.of(
          new VersionComment(
              new TableName(node.path("schema").asText(), node.path("table").asText()),
              origin,
              Instant.parse(node.path("replaced_at").asText()),
              node.path("undo").asText()));
    } catch (JsonProcessingException | RuntimeException e) {
      return Optional.empty(); // anyone may write anything into a comment of his own
    }
  }
}
