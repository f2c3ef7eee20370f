package io.resultsink.postgres.internal.ledger;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.resultsink.postgres.report.ResultSummary;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.annotations.Internal;

/** A summary as the ledger's {@code summary} column holds it; format 1. */
@Internal
public final class SummaryJson {

  private static final ObjectMapper MAPPER = new ObjectMapper();

  private SummaryJson() {}

  /** Returns the summary as JSON. */
  public static String write(ResultSummary summary) {
    ObjectNode node = MAPPER.createObjectNode();
    ArrayNode lost = node.putArray("lost");
    summary.lost().forEach(lost::add);
    return node.put("run_id", summary.runId())
        .put("database", summary.database())
        .put("table", summary.table())
        .put("mode", summary.mode())
        .put("rows", summary.rows())
        .put("rejected", summary.rejected())
        .put("rejects", summary.rejects())
        .put("bytes", summary.bytes())
        .put("chunks", summary.chunks())
        .put("created", summary.created())
        .put("staging_ms", summary.stagingMillis())
        .put("preparing_ms", summary.preparingMillis())
        .put("lock_ms", summary.lockMillis())
        .put("publishing_ms", summary.publishingMillis())
        .toString();
  }

  /** Returns the summary of a row of the ledger, published at {@code publishedAt}. */
  public static ResultSummary read(String json, Instant publishedAt) {
    JsonNode node;
    try {
      node = MAPPER.readTree(json);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("the ledger's summary is not JSON", e);
    }
    return ResultSummary.builder()
        .runId(node.path("run_id").asText())
        .database(node.path("database").asText())
        .table(node.path("table").asText())
        .mode(node.path("mode").asText())
        .rows(node.path("rows").asLong())
        .rejected(node.path("rejected").asLong())
        .rejects(node.path("rejects").asText())
        .bytes(node.path("bytes").asLong())
        .chunks(node.path("chunks").asLong())
        .created(node.path("created").asBoolean())
        .alreadyPublished(false)
        .publishedAt(org.joda.time.Instant.ofEpochMilli(publishedAt.toEpochMilli()))
        .stagingMillis(node.path("staging_ms").asLong())
        .preparingMillis(node.path("preparing_ms").asLong())
        .lockMillis(node.path("lock_ms").asLong())
        .publishingMillis(node.path("publishing_ms").asLong())
        .lost(texts(node.path("lost")))
        .build();
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(text -> texts.add(text.asText()));
    return List.copyOf(texts);
  }
}
