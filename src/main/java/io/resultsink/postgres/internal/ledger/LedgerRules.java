package io.resultsink.postgres.internal.ledger;

import io.resultsink.postgres.internal.own.RecordRules;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

/** Which table of the ledger's name is believed. */
final class LedgerRules {

  private static final Map<String, String> COLUMNS = new LinkedHashMap<>();

  static {
    Stream.of("run_id", "target_schema", "target_table", "part", "mode")
        .forEach(column -> COLUMNS.put(column, "text"));
    COLUMNS.put("published_at", "timestamp with time zone");
    COLUMNS.put("given", "boolean");
    COLUMNS.put("format", "integer");
    COLUMNS.put("summary", "jsonb");
  }

  static final RecordRules RULES =
      new RecordRules(
          "ledger",
          COLUMNS,
          "(run_id, target_schema, target_table, part)",
          "name another staging_schema");

  private LedgerRules() {}
}
