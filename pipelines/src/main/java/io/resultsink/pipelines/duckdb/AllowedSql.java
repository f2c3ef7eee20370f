package io.resultsink.pipelines.duckdb;

import java.util.Set;

/** The rules for the tree of a query, by DuckDB's names of nodes and functions. */
final class AllowedSql {

  /** Queries, their sources, and their orders and limits. */
  static final Set<String> NODES =
      Set.of(
          "SELECT_NODE",
          "SET_OPERATION_NODE",
          "RECURSIVE_CTE_NODE",
          "CTE_NODE",
          "BASE_TABLE",
          "SUBQUERY",
          "JOIN",
          "EXPRESSION_LIST",
          "EMPTY",
          "PIVOT",
          "TABLE_FUNCTION",
          "ORDER_MODIFIER",
          "LIMIT_MODIFIER",
          "LIMIT_PERCENT_MODIFIER",
          "DISTINCT_MODIFIER",
          "ORDER_DEFAULT",
          "ASCENDING",
          "DESCENDING");

  static final Set<String> EXPRESSIONS =
      Set.of(
          "BETWEEN",
          "CASE",
          "CAST",
          "COLLATE",
          "COLUMN_REF",
          "COMPARISON",
          "CONJUNCTION",
          "CONSTANT",
          "FUNCTION",
          "LAMBDA",
          "LAMBDA_REF",
          "OPERATOR",
          "POSITIONAL_REFERENCE",
          "STAR",
          "SUBQUERY",
          "TYPE",
          "WINDOW");

  /** Table functions that make rows of their arguments only. */
  static final Set<String> TABLE_FUNCTIONS =
      Set.of(
          "generate_series",
          "generate_subscripts",
          "json_each",
          "json_tree",
          "range",
          "regexp_split_to_table",
          "repeat",
          "repeat_row",
          "unnest");

  /** Functions that show or change something other than rows. */
  static final Set<String> REFUSED_FUNCTIONS =
      Set.of(
          "add_parquet_key",
          "current_connection_id",
          "current_query",
          "current_query_id",
          "current_setting",
          "current_transaction_id",
          "currval",
          "getenv",
          "getvariable",
          "json_execute_serialized_sql",
          // It plans another text, which was not checked and may be more than a query.
          "json_serialize_plan",
          "nextval",
          "set_config",
          "setval",
          "stats",
          "txid_current",
          "vector_type",
          "write_log");

  private AllowedSql() {}
}
