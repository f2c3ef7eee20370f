package io.resultsink.pipelines.duckdb;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.resultsink.pipelines.query.QueryException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The view of a table's JSON files: the fields of all records, with types that all values have. */
final class JsonView {

  /** The column with all fields of a record by name, as texts. */
  static final String MAP = "v";

  private static final int WIDEST_SCALE = 18;
  private static final int[] SCALES = {0, 2, 4, 6, 9, 12, 15, WIDEST_SCALE};

  private static final ObjectMapper JSON = new ObjectMapper();

  private final DuckSession session;
  private final FolderTable table;
  private final Map<String, String> types = new LinkedHashMap<>();

  /**
   * The columns whose numbers have more digits than a double keeps. They are read from the record's
   * text.
   */
  private final List<String> exact = new ArrayList<>();

  private JsonView(DuckSession session, FolderTable table) {
    this.session = session;
    this.table = table;
  }

  /** Reads all of a table's files to find the types. */
  static JsonView of(DuckSession session, FolderTable table, ReadOptions options, ColumnUse use)
      throws SQLException {
    JsonView view = new JsonView(session, table);
    try {
      view.infer(options, use);
    } catch (SQLException e) {
      throw DuckErrors.ofRunning(e, view.brokenLine());
    }
    return view;
  }

  /**
   * Returns the first line that is not JSON, of files with a record on each line; null for other
   * files.
   */
  private @Nullable String brokenLine() {
    for (String file : table.paths()) {
      try {
        List<String> line =
            session.row(
                """
                SELECT min(number) FROM (
                  SELECT line, row_number() OVER () AS number
                  FROM read_csv(%s, columns = {'line': 'VARCHAR'}, auto_detect = false,
                    header = false, delim = chr(1), quote = '', escape = ''))
                WHERE NOT json_valid(line)\
                """
                    .formatted(DuckSql.text(file)));
        // If the first line is not JSON, it is probably a part of a longer record.
        if (!line.get(0).isEmpty() && !line.get(0).equals("1")) {
          return "%s, line %s: no JSON".formatted(file, line.get(0));
        }
      } catch (SQLException e) {
        // Without a second reading there is no place.
      }
    }
    return null;
  }

  private void infer(ReadOptions options, ColumnUse use) throws SQLException {
    List<List<String>> columns =
        session.rows(
            "DESCRIBE SELECT * FROM read_json(%s, sample_size = -1, union_by_name = true)"
                .formatted(table.argument()));
    for (List<String> column : columns) {
      types.put(column.get(0), column.get(1));
    }
    if (types.keySet().equals(java.util.Set.of("json"))) {
      throw new QueryException(
          table.place() + ": its records are not objects, so it has no columns");
    }
    List<String> doubles = new ArrayList<>();
    types.forEach(
        (name, type) -> {
          String given = options.types().get(name);
          boolean used = use.includes(name) || use.names(MAP);
          if (given == null && used && type.contains("DOUBLE")) {
            doubles.add(name);
          }
        });
    if (!doubles.isEmpty()) {
      keepDigits(doubles);
    }
    types.replaceAll((name, type) -> options.types().getOrDefault(name, type));
  }

  /** Finds the columns that would lose digits, and a type that keeps them. */
  private void keepDigits(List<String> doubles) throws SQLException {
    List<String> lossy = new ArrayList<>();
    List<String> same =
        session.row(
            "SELECT %s FROM (%s)"
                .formatted(
                    doubles.stream()
                        .map(name -> "bool_and(%s)".formatted(sameAsDouble(name)))
                        .collect(Collectors.joining(", ")),
                    "SELECT json FROM " + objects()));
    for (int i = 0; i < doubles.size(); i++) {
      if (same.get(i).equals("false")) {
        lossy.add(doubles.get(i));
      }
    }
    for (String name : lossy) {
      types.put(name, exactType(name));
      exact.add(name);
    }
  }

  private String sameAsDouble(String name) {
    return sameAsDouble(name, 0) + " AND " + sameAsDouble(name, WIDEST_SCALE);
  }

  /** Returns whether the shortest text of the double is the written number. */
  private String sameAsDouble(String name, int scale) {
    String type = type(name);
    return "TRY_CAST(TRY_CAST(%s AS %s) AS %s) IS NOT DISTINCT FROM %s"
        .formatted(
            value(name, type),
            type.replace("DOUBLE", "VARCHAR"),
            decimal(type, scale),
            value(name, decimal(type, scale)));
  }

  private String type(String name) {
    return Objects.requireNonNull(types.get(name), name);
  }

  private String exactType(String name) throws SQLException {
    String type = type(name);
    for (int scale : SCALES) {
      List<String> keeps = new ArrayList<>();
      String number = value(name, decimal(type, scale));
      keeps.add("(%s IS NULL) = (%s IS NULL)".formatted(number, value(name, type)));
      for (int wider : SCALES) {
        if (wider > scale) {
          String same = value(name, decimal(type, wider));
          keeps.add(
              "(%s IS NULL OR TRY_CAST(%s AS %s) IS NOT DISTINCT FROM %s)"
                  .formatted(same, number, decimal(type, wider), same));
        }
      }
      List<String> fits =
          session.row(
              "SELECT bool_and(%s) FROM (SELECT json FROM %s)"
                  .formatted(String.join(" AND ", keeps), objects()));
      if (fits.get(0).equals("true")) {
        return decimal(type, scale);
      }
    }
    throw new QueryException(
        "%s: no number type of DuckDB keeps all digits of field %s; --types %s=DOUBLE rounds them"
            .formatted(table.place(), name, name));
  }

  private static String decimal(String type, int scale) {
    return type.replace("DOUBLE", "DECIMAL(38,%d)".formatted(scale));
  }

  private static String value(String name, String type) {
    ObjectNode structure = JSON.createObjectNode().put(name, type);
    return "struct_extract(json_transform(json, %s), %s)"
        .formatted(DuckSql.text(structure.toString()), DuckSql.text(name));
  }

  private String objects() {
    return "read_json_objects(%s%s)".formatted(table.argument(), table.partitions());
  }

  List<String> columns() {
    return List.copyOf(types.keySet());
  }

  /**
   * Returns the query for the table's rows.
   *
   * @param withMap whether the column {@link #MAP} is needed
   */
  String select(boolean withMap) {
    boolean map = withMap && types.keySet().stream().noneMatch(MAP::equalsIgnoreCase);
    if (!map && exact.isEmpty()) {
      return "SELECT %s FROM read_json(%s, columns = {%s}%s)"
          .formatted(
              table.star(),
              table.argument(),
              types.entrySet().stream()
                  .map(type -> DuckSql.text(type.getKey()) + ": " + DuckSql.text(type.getValue()))
                  .collect(Collectors.joining(", ")),
              table.partitions());
    }
    if (map && !exact.isEmpty()) {
      throw new QueryException(
          "%s: the map v would round %s; name the fields as columns instead"
              .formatted(table.place(), String.join(", ", exact)));
    }
    List<String> columns = new ArrayList<>();
    types.forEach((name, type) -> columns.add(value(name, type) + " AS " + DuckSql.name(name)));
    if (map) {
      columns.add("json_transform(json, '\"MAP(VARCHAR, VARCHAR)\"') AS " + DuckSql.name(MAP));
    }
    table.partitionTypes().keySet().forEach(name -> columns.add(DuckSql.name(name)));
    return "SELECT %s FROM %s".formatted(String.join(", ", columns), objects());
  }
}
