package io.resultsink.pipelines.duckdb;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The columns that a query may use: those whose names it has, or all if it uses columns without
 * naming them.
 *
 * <p>A name counts wherever it is in the query, also as an alias or in a text. So a column that is
 * not used may be taken for a used one, and never the other way round.
 */
final class ColumnUse {

  private final Set<String> texts = new HashSet<>();
  private final Set<String> named = new HashSet<>();
  private final Set<String> lastNames = new HashSet<>();
  private final Set<String> relations = new HashSet<>();
  private boolean withoutNames;

  private ColumnUse() {}

  /** Reads a tree of {@code json_serialize_sql}. */
  static ColumnUse of(JsonNode tree) {
    ColumnUse use = new ColumnUse();
    use.walk(tree);
    return use;
  }

  private void walk(JsonNode node) {
    if (node.isTextual()) {
      texts.add(folded(node));
    }
    boolean expression = node.has("class");
    String kind = node.path(expression ? "class" : "type").asText();
    withoutNames |=
        switch (kind) {
          case "STAR", "POSITIONAL_REFERENCE", "PIVOT" -> true;
          case "JOIN" -> node.path("ref_type").asText().equals("NATURAL");
          // In t.max() and t.c.max(), t may be the row of all columns.
          case "FUNCTION", "WINDOW" -> qualifiers(node).findAny().isPresent();
          default -> !node.path("column_name_alias").isEmpty();
        };
    if (expression) {
      qualifiers(node).forEach(named::add);
    }
    if (kind.equals("COLUMN_REF")) {
      JsonNode names = node.path("column_names");
      names.forEach(name -> named.add(folded(name)));
      lastNames.add(folded(names.path(names.size() - 1)));
    }
    if (!expression) {
      relations.add(folded(node.path("table_name")));
      relations.add(folded(node.path("alias")));
    }
    node.forEach(this::walk);
  }

  /** Returns the names before that of a function. */
  private static Stream<String> qualifiers(JsonNode function) {
    JsonNode path = function.path("qualified_name").path("path");
    return IntStream.range(0, path.size() - 1).mapToObj(i -> folded(path.path(i)));
  }

  private static String folded(JsonNode name) {
    return name.asText().toLowerCase(Locale.ROOT);
  }

  /** Returns whether the query may use a column of this name, of whatever table. */
  boolean includes(String column) {
    // A table's name in place of a column is the row of all its columns.
    return withoutNames
        || texts.contains(column.toLowerCase(Locale.ROOT))
        || lastNames.stream().anyMatch(relations::contains);
  }

  /** Returns whether the query refers to a column or a table of this name. */
  boolean names(String column) {
    return named.contains(column.toLowerCase(Locale.ROOT));
  }
}
