package io.resultsink.postgres.internal.column;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** The types of pg_catalog, in the spelling of format_type. */
final class BuiltInType {

  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]*");

  private static final int ANY_PRECISION = 0xffff;
  private static final int ANY_FIELDS = 0x7fff;

  /** The types whose name in SQL differs from that in pg_type. */
  private static final Map<String, String> SQL_NAMES =
      Map.of(
          "bool", "boolean",
          "int2", "smallint",
          "int4", "integer",
          "int8", "bigint",
          "float4", "real",
          "float8", "double precision",
          "char", "\"char\"");

  /** The fields of an interval by their bits, the largest first. */
  private static final Map<Integer, String> FIELDS =
      Map.of(2, "year", 1, "month", 3, "day", 10, "hour", 11, "minute", 12, "second");

  private static final int[] LARGEST_FIRST = {2, 1, 3, 10, 11, 12};

  private BuiltInType() {}

  /** The type with a modifier, -1 for none. */
  static PostgresType of(String name, int modifier) {
    return new PostgresType(sql(name, modifier), "pg_catalog", name, modifier, 'b', null, null);
  }

  /**
   * Returns the type as SQL writes it with an empty search path.
   *
   * @throws IllegalArgumentException if no type of pg_catalog has the name
   */
  static String sql(String name, int modifier) {
    if (name.startsWith("_")) {
      return sql(name.substring(1), modifier) + "[]";
    }
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("no type of PostgreSQL's own: " + name);
    }
    return switch (name) {
      // Without a length, these two names mean a length of one.
      case "bit" -> modifier < 0 ? "\"bit\"" : "bit(" + modifier + ")";
      case "bpchar" -> modifier < 0 ? "bpchar" : "character" + length(modifier);
      case "varbit" -> "bit varying" + (modifier < 0 ? "" : "(" + modifier + ")");
      case "varchar" -> "character varying" + (modifier < 0 ? "" : length(modifier));
      case "numeric" -> "numeric" + (modifier < 0 ? "" : precisionAndScale(modifier));
      case "time" -> "time" + precision(modifier) + " without time zone";
      case "timetz" -> "time" + precision(modifier) + " with time zone";
      case "timestamp" -> "timestamp" + precision(modifier) + " without time zone";
      case "timestamptz" -> "timestamp" + precision(modifier) + " with time zone";
      case "interval" -> "interval" + (modifier < 0 ? "" : fields(modifier));
      default -> SQL_NAMES.getOrDefault(name, name);
    };
  }

  private static String length(int modifier) {
    return "(" + (modifier - Modifiers.HEADER) + ")";
  }

  private static String precision(int modifier) {
    return modifier < 0 ? "" : "(" + modifier + ")";
  }

  private static String precisionAndScale(int modifier) {
    int packed = modifier - Modifiers.HEADER;
    return "(" + (packed >> 16 & 0xffff) + "," + Modifiers.scale(packed) + ")";
  }

  private static String fields(int modifier) {
    int bits = modifier >> 16 & ANY_FIELDS;
    List<String> fields = new ArrayList<>();
    if (bits != ANY_FIELDS) {
      for (int field : LARGEST_FIRST) {
        if ((bits & 1 << field) != 0) {
          fields.add(FIELDS.get(field));
        }
      }
    }
    String range = fields.isEmpty() ? "" : " " + fields.get(0);
    if (fields.size() > 1) {
      range += " to " + fields.get(fields.size() - 1);
    }
    int precision = modifier & ANY_PRECISION;
    return range + (precision == ANY_PRECISION ? "" : "(" + precision + ")");
  }
}
