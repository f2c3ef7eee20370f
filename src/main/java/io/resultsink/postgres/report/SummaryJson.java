package io.resultsink.postgres.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Instant;
import org.apache.beam.sdk.annotations.Internal;

/** A summary as the ledger's {@code summary} column holds it; format 1. */
@Internal
public final class SummaryJson {

  private static final ObjectMapper MAPPER = new ObjectMapper();

  private SummaryJson() {}

  /** The summary as JSON. */
  public static String write(ResultSummary summary) {
    return MAPPER
        .createObjectNode()
        .put("run_id", summary.runId())
        .put("database", summary.database())
        .put("table", summary.table())
        .put("mode", summary.mode())
        .put("rows", summary.rows())
        .put("bytes", summary.bytes())
        .put("chunks", summary.chunks())
        .put("created", summary.created())
        .put("staging_ms", summary.stagingMillis())
        .put("preparing_ms", summary.preparingMillis())
        .put("lock_ms", summary.lockMillis())
        .put("publishing_ms", summary.publishingMillis())
        .toString();
  }

  /** The summary that the ledger has, published at {@code publishedAt}. */
  public static ResultSummary read(String json, Instant publishedAt) {
    JsonNode node;
    try {
      node = MAPPER.readTree(json);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("the ledger's summary is not JSON", e);
    }
    return ResultSummary.builder()
        .setRunId(node.path("run_id").asText())
        .setDatabase(node.path("database").asText())
        .setTable(node.path("table").asText())
        .setMode(node.path("mode").asText())
        .setRows(node.path("rows").asLong())
        .setBytes(node.path("bytes").asLong())
        .setChunks(node.path("chunks").asLong())
        .setCreated(node.path("created").asBoolean())
        .setAlreadyPublished(false)
        .setPublishedAt(org.joda.time.Instant.ofEpochMilli(publishedAt.toEpochMilli()))
        .setStagingMillis(node.path("staging_ms").asLong())
        .setPreparingMillis(node.path("preparing_ms").asLong())
        .setLockMillis(node.path("lock_ms").asLong())
        .setPublishingMillis(node.path("publishing_ms").asLong())
        .build();
  }
}
