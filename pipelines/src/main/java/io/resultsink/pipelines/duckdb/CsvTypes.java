package io.resultsink.pipelines.duckdb;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The types of CSV columns: for each column the first type below that all its values have exactly,
 * else text.
 *
 * <p>So {@code 007} is text. A date that does not begin with the year is text too, because
 * 01/02/2024 may be two dates. Numbers with more digits than a double keeps are DECIMAL.
 */
final class CsvTypes {

  private static final int MOST_DIGITS = 38;

  /** The first few records exclude most types, and the others need more records. */
  private static final List<Integer> SAMPLES = List.of(1_000, 20_000);

  private static final String DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}";
  private static final String CLOCK = "([01][0-9]|2[0-3]):[0-9]{2}(:[0-9]{2}([.][0-9]{1,6})?)?";
  private static final String ZONE = " ?(Z|UTC|[-+][0-9]{2}(:?[0-9]{2})?)";
  private static final String WHOLE = "(0|[1-9][0-9]*)";

  /** A number without redundant zeros, of which a fraction may have many. */
  private static final String DIGITS =
      """
      CASE WHEN contains(%1$s, '.') AND NOT regexp_matches(%1$s, '[eE]')
        THEN rtrim(rtrim(regexp_replace(%1$s, '^(-?)[.]', '\\10.'), '0'), '.')
        ELSE %1$s END\
      """;

  /**
   * A type, and the condition for the text of each value, which is written {}.
   *
   * <p>DuckDB computes both sides of an OR for all rows, and a branch of CASE for its own alone.
   */
  private enum Kind {
    BOOLEAN("lower({}) IN ('true', 'false')"),
    BIGINT("TRY_CAST({} AS BIGINT)::VARCHAR = {}"),
    DOUBLE(
        matches("-?(%s[.]?|%s?[.][0-9]+)([eE][-+]?[0-9]+)?".formatted(WHOLE, WHOLE))
            + " AND isfinite(TRY_CAST({} AS DOUBLE)) AND CASE WHEN length({}) <= 15 THEN true ELSE "
            + DIGITS.formatted("TRY_CAST({} AS DOUBLE)::VARCHAR")
            + " = "
            + DIGITS.formatted("{}")
            + " END"),
    DECIMAL(matches("-?%s?([.][0-9]+)?".formatted(WHOLE))),
    DATE(matches(DAY) + " AND TRY_CAST({} AS DATE) IS NOT NULL"),
    TIMESTAMP(matches(DAY + "[T ]" + CLOCK) + " AND TRY_CAST({} AS TIMESTAMP) IS NOT NULL"),
    TIMESTAMPTZ(
        matches(DAY + "[T ]" + CLOCK + ZONE) + " AND TRY_CAST({} AS TIMESTAMPTZ) IS NOT NULL"),
    TIME(matches(CLOCK) + " AND TRY_CAST({} AS TIME) IS NOT NULL");

    private final String test;

    Kind(String test) {
      this.test = test;
    }

    private static String matches(String pattern) {
      return "regexp_full_match({}, '" + pattern + "')";
    }

    /** Returns whether all values of a column pass; NULL if it has none. */
    String ofAll(String column) {
      return "bool_and(coalesce(%s, false)) FILTER ({} IS NOT NULL)"
          .formatted(test)
          .replace("{}", DuckSql.name(column));
    }
  }

  private final DuckSession session;
  private final String select;
  private final Map<String, List<Kind>> candidates = new LinkedHashMap<>();
  private final Map<String, String> found = new LinkedHashMap<>();

  private CsvTypes(DuckSession session, String select, List<String> columns) {
    this.session = session;
    this.select = select;
    columns.forEach(column -> candidates.put(column, new ArrayList<>(List.of(Kind.values()))));
  }

  /**
   * Finds the types.
   *
   * @param select a query with all columns as texts
   */
  static Map<String, String> of(DuckSession session, String select, List<String> columns)
      throws SQLException {
    CsvTypes types = new CsvTypes(session, select, columns);
    for (int rows : SAMPLES) {
      types.sample(rows);
    }
    while (!types.candidates.isEmpty()) {
      types.readThrough();
    }
    return types.found;
  }

  /** Excludes types by the first records, so that they need not be tried on all. */
  private void sample(int rows) throws SQLException {
    List<String> tests = new ArrayList<>();
    candidates.forEach((column, kinds) -> kinds.forEach(kind -> tests.add(kind.ofAll(column))));
    if (tests.isEmpty()) {
      return;
    }
    List<String> passed =
        session.row(
            "SELECT %s FROM (SELECT * FROM (%s) LIMIT %d)"
                .formatted(String.join(", ", tests), select, rows));
    int next = 0;
    for (List<Kind> kinds : candidates.values()) {
      List<String> ofColumn = passed.subList(next, next + kinds.size());
      next += kinds.size();
      for (int i = kinds.size() - 1; i >= 0; i--) {
        if (ofColumn.get(i).equals("false")) {
          kinds.remove(i);
        }
      }
    }
    settle();
  }

  /** Tries the first remaining type of each column on all its values. */
  private void readThrough() throws SQLException {
    List<Map.Entry<String, List<Kind>>> columns = List.copyOf(candidates.entrySet());
    String tests =
        columns.stream()
            .map(column -> column.getValue().get(0).ofAll(column.getKey()))
            .collect(Collectors.joining(", "));
    List<String> passed = session.row("SELECT %s FROM (%s)".formatted(tests, select));
    for (int i = 0; i < columns.size(); i++) {
      String column = columns.get(i).getKey();
      List<Kind> kinds = columns.get(i).getValue();
      if (passed.get(i).equals("false")) {
        kinds.remove(0);
      } else {
        candidates.remove(column);
        found.put(column, passed.get(i).isEmpty() ? "VARCHAR" : typeOf(kinds.get(0), column));
      }
    }
    settle();
  }

  private void settle() {
    candidates.entrySet().removeIf(column -> column.getValue().isEmpty());
  }

  private String typeOf(Kind kind, String column) throws SQLException {
    return kind == Kind.DECIMAL ? decimal(column) : kind.name();
  }

  /** Returns a DECIMAL with as many digits before and after the point as the values have. */
  private String decimal(String column) throws SQLException {
    List<String> digits =
        session.row(
            """
            SELECT max(length(ltrim(split_part(ltrim({}, '-'), '.', 1), '0'))),
                   max(length(split_part({}, '.', 2)))
            FROM (%s)\
            """
                .formatted(select)
                .replace("{}", DuckSql.name(column)));
    int scale = Integer.parseInt(digits.get(1));
    int precision = Math.max(1, Integer.parseInt(digits.get(0)) + scale);
    return precision > MOST_DIGITS ? "VARCHAR" : "DECIMAL(%d, %d)".formatted(precision, scale);
  }
}
