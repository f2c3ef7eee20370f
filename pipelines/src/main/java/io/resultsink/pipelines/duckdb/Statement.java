package io.resultsink.pipelines.duckdb;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.resultsink.pipelines.query.QueryException;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * A user's SQL after DuckDB's parser: one statement, and only a query.
 *
 * <p>DuckDB parses more than queries: a CTE may be a COPY, an INSERT, a DELETE or an UPDATE, and
 * one text may have several statements. So every node of the tree must be one that only reads rows.
 */
final class Statement {

  private static final ObjectMapper JSON = new ObjectMapper();

  private static final Set<String> SCHEDULED_TIME = Set.of("scheduled_time", "td_scheduled_time");

  private static final String MARK = "unnamed column of pgresult ";

  private final String sql;
  private final JsonNode tree;
  private final Set<String> ctes = new TreeSet<>();
  private final Map<String, JsonNode> tables = new LinkedHashMap<>();

  private Statement(String sql, JsonNode tree) {
    this.sql = sql;
    this.tree = tree;
  }

  /**
   * Reads a text by DuckDB's own parser.
   *
   * @throws QueryException with the place, if it is not exactly one query
   */
  static Statement parse(DuckSession session, String sql) throws SQLException {
    String question =
        "SELECT json_serialize_sql(?::VARCHAR, skip_null := true, skip_empty := true)";
    return of(sql, answer(session, question, sql));
  }

  private static String answer(DuckSession session, String question, String text)
      throws SQLException {
    try (PreparedStatement asked = session.connection().prepareStatement(question)) {
      asked.setString(1, text);
      try (ResultSet answer = asked.executeQuery()) {
        answer.next();
        return answer.getString(1);
      }
    }
  }

  /**
   * Reads a text.
   *
   * @param serialized the result of {@code json_serialize_sql}
   * @throws QueryException with the place, if it is not exactly one query
   */
  static Statement of(String sql, String serialized) {
    JsonNode answer;
    try {
      answer = JSON.readTree(serialized);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("DuckDB's tree of the query is not JSON", e);
    }
    Statement statement = new Statement(sql, answer);
    statement.check();
    return statement;
  }

  private void check() {
    if (tree.path("error").asBoolean()) {
      throw syntax();
    }
    JsonNode statements = tree.path("statements");
    if (statements.size() != 1) {
      throw new QueryException(
          statements.isEmpty()
              ? "the SQL is empty; write one SELECT"
              : "the SQL has %d statements; write one SELECT".formatted(statements.size()));
    }
    walk(statements.get(0), false);
  }

  private QueryException syntax() {
    if (!tree.path("error_type").asText().equals("parser")) {
      return new QueryException(
          sql.stripLeading().toLowerCase(Locale.ROOT).startsWith("pivot")
              ? "PIVOT needs its values: PIVOT ... ON column IN (value, value) USING ..."
              : "the SQL is not a query; write one SELECT, and only that");
    }
    JsonNode position = tree.path("position");
    return new QueryException(
        (position.isMissingNode() ? "SQL" : place(position.asInt()))
            + ": "
            + tree.path("error_message").asText().lines().findFirst().orElse("not understood")
            + "; write a name that is a word of SQL in \"double quotes\"");
  }

  /** Returns the place in the SQL, as an editor counts. */
  private String place(long offset) {
    // DuckDB counts bytes of UTF-8.
    byte[] bytes = sql.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    int end = (int) Math.max(0, Math.min(offset, bytes.length));
    String before = new String(bytes, 0, end, java.nio.charset.StandardCharsets.UTF_8);
    long line = before.chars().filter(character -> character == '\n').count() + 1;
    int column = before.length() - before.lastIndexOf('\n');
    return "SQL line %d, column %d".formatted(line, column);
  }

  private String place(JsonNode node) {
    JsonNode location = node.path("query_location");
    return location.isIntegralNumber() && location.canConvertToInt()
        ? place(location.asInt())
        : "SQL";
  }

  private void walk(JsonNode node, boolean ofTableFunction) {
    if (node.isArray()) {
      node.forEach(item -> walk(item, false));
      return;
    }
    if (!node.isObject()) {
      return;
    }
    String type = node.path("type").asText("");
    if (node.has("class")) {
      allow(AllowedSql.EXPRESSIONS, node.path("class").asText(), node);
      expression(node, ofTableFunction);
    } else if (node.path("type").isTextual()) {
      allow(AllowedSql.NODES, type, node);
    }
    if (node.has("info_type") || node.has("info")) {
      throw refused(node);
    }
    if (type.equals("BASE_TABLE") && !node.has("class")) {
      tables.putIfAbsent(tableName(node), node);
    }
    if (type.equals("RECURSIVE_CTE_NODE")) {
      ctes.add(node.path("cte_name").asText().toLowerCase(Locale.ROOT));
    }
    for (JsonNode cte : node.path("cte_map").path("map")) {
      ctes.add(cte.path("key").asText().toLowerCase(Locale.ROOT));
    }
    node.fields()
        .forEachRemaining(
            field ->
                walk(
                    field.getValue(),
                    type.equals("TABLE_FUNCTION") && field.getKey().equals("function")));
  }

  private void allow(Set<String> allowed, String kind, JsonNode node) {
    if (!allowed.contains(kind)) {
      throw refused(node);
    }
  }

  private QueryException refused(JsonNode node) {
    String kind = node.path("class").asText(node.path("type").asText("this"));
    String said =
        switch (kind) {
          case "PARAMETER" -> "a parameter has no value here; write the value";
          case "SHOW_REF" -> "DESCRIBE, SHOW and SUMMARIZE are not queries of rows; write a SELECT";
          case "COPY_QUERY_NODE", "INSERT_QUERY_NODE", "DELETE_QUERY_NODE", "UPDATE_QUERY_NODE" ->
              kind.substring(0, kind.indexOf('_'))
                  + " changes something; write one SELECT, and only that";
          default -> kind + " is not allowed in a query of files; write one SELECT";
        };
    return new QueryException(place(node) + ": " + said);
  }

  private void expression(JsonNode node, boolean ofTableFunction) {
    String kind = node.path("class").asText();
    if (!kind.equals("FUNCTION")) {
      return;
    }
    String function = node.path("function_name").asText().toLowerCase(Locale.ROOT);
    if (ofTableFunction && !AllowedSql.TABLE_FUNCTIONS.contains(function)) {
      throw new QueryException(
          "%s: %s() is not a table of this folder; the functions allowed there are %s"
              .formatted(
                  place(node),
                  function,
                  String.join(", ", new TreeSet<>(AllowedSql.TABLE_FUNCTIONS))));
    }
    if (AllowedSql.REFUSED_FUNCTIONS.contains(function)) {
      throw new QueryException(
          place(node) + ": " + function + "() is not allowed in a query of files");
    }
    if (SCHEDULED_TIME.contains(function) && !node.path("arguments").isEmpty()) {
      throw new QueryException(
          place(node) + ": " + function.toUpperCase(Locale.ROOT) + "() takes no argument");
    }
  }

  private String tableName(JsonNode node) {
    if (node.path("qualified_name").path("path").size() > 1) {
      throw new QueryException(
          place(node)
              + ": the tables of a folder have no schema; write only the name of "
              + node.path("table_name").asText());
    }
    return node.path("table_name").asText();
  }

  /**
   * Returns the tables that the query names.
   *
   * @throws QueryException with all existing tables, if one does not exist
   */
  List<String> tables(TableFolder folder) {
    List<String> named = new ArrayList<>();
    tables.forEach(
        (name, node) -> {
          if (folder.has(name) && named.stream().noneMatch(name::equalsIgnoreCase)) {
            named.add(name);
          } else if (!folder.has(name) && !ctes.contains(name.toLowerCase(Locale.ROOT))) {
            throw new QueryException(
                "%s: no table '%s' in %s; there are: %s"
                    .formatted(place(node), name, folder, String.join(", ", folder.names())));
          }
        });
    return named;
  }

  ColumnUse columns() {
    return ColumnUse.of(tree);
  }

  /** Returns the SQL with a mark instead of the name of each unnamed column. */
  String marked(DuckSession session) throws SQLException {
    return answer(session, "SELECT json_deserialize_sql(?::JSON)", marked());
  }

  /**
   * Returns the tree with a recognizable alias on each unnamed column of the result: an expression
   * that is not a column and has no alias. An expression that expands to several columns has the
   * alias on each.
   */
  private String marked() {
    JsonNode copy = tree.deepCopy();
    JsonNode query = copy.path("statements").get(0).path("node");
    while (query.path("type").asText().equals("SET_OPERATION_NODE")
        || query.path("type").asText().equals("CTE_NODE")
        || query.path("type").asText().equals("RECURSIVE_CTE_NODE")) {
      query =
          query.has("children")
              ? query.path("children").get(0)
              : query.has("child") ? query.path("child") : query.path("left");
    }
    int item = 0;
    for (JsonNode selected : query.path("select_list")) {
      String kind = selected.path("class").asText();
      boolean named =
          kind.equals("COLUMN_REF")
              || kind.equals("STAR")
              || !selected.path("alias").isMissingNode();
      if (!named) {
        ((ObjectNode) selected).put("alias", MARK + item);
      }
      item++;
    }
    return copy.toString();
  }

  /** Returns whether a name is the alias of an unnamed column. */
  static boolean isMarked(String column) {
    return column.startsWith(MARK);
  }
}
