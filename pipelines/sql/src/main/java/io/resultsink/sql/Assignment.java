package io.resultsink.sql;

import java.util.Optional;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rel.type.RelDataType;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.type.SqlTypeName;
import org.jspecify.annotations.Nullable;

/**
 * A column of a table and the query's column for it, which Beam SQL casts to the table's type.
 *
 * @param column the table's column
 * @param declared the type of that column
 * @param given the type of the query's column, before the cast
 */
record Assignment(String column, RelDataType declared, RelDataType given) {

  /** Returns why an INSERT is refused; empty if the cast changes no value, or fails at one. */
  Optional<String> problem() {
    if (keepsValues(given, declared)) {
      return Optional.empty();
    }
    String type = name(declared);
    return Optional.of(
        "column '"
            + column
            + "' is declared as "
            + type
            + " and gets "
            + name(given)
            + ", which Beam SQL would convert and could change; write CAST(... AS "
            + type
            + ") in the query if that is meant, or declare the column as the query has it");
  }

  /** Without precision and scale, which Beam SQL does not apply. */
  private static String name(RelDataType type) {
    return type.toString().replaceAll("\\([0-9, ]+\\)", "");
  }

  private static boolean keepsValues(RelDataType given, RelDataType declared) {
    RelDataType element = declared.getComponentType();
    if (element != null && given.getComponentType() != null) {
      return partKeepsValues(given.getComponentType(), element);
    }
    RelDataType key = declared.getKeyType();
    RelDataType value = declared.getValueType();
    if (key != null && value != null && given.getKeyType() != null) {
      return partKeepsValues(given.getKeyType(), key)
          && partKeepsValues(given.getValueType(), value);
    }
    return keepsValues(given.getSqlTypeName(), declared.getSqlTypeName());
  }

  /** In a map, a whole number that is out of range does not fail the job. */
  private static boolean partKeepsValues(@Nullable RelDataType given, RelDataType declared) {
    if (given == null || !keepsValues(given, declared)) {
      return false;
    }
    boolean whole = SqlTypeName.INT_TYPES.contains(declared.getSqlTypeName());
    return !whole || given.getSqlTypeName().compareTo(declared.getSqlTypeName()) <= 0;
  }

  /** A whole number that is out of range fails the job. */
  private static boolean keepsValues(SqlTypeName given, SqlTypeName declared) {
    if (given == declared || given == SqlTypeName.NULL) {
      return true;
    }
    return switch (declared) {
      case TINYINT, SMALLINT, INTEGER, BIGINT -> SqlTypeName.INT_TYPES.contains(given);
      case FLOAT, REAL ->
          switch (given) {
            case FLOAT, REAL, TINYINT, SMALLINT -> true;
            default -> false;
          };
      case DOUBLE -> SqlTypeName.NUMERIC_TYPES.contains(given) && given != SqlTypeName.BIGINT;
      case CHAR, VARCHAR -> !SqlTypeName.DATETIME_TYPES.contains(given);
      case BINARY, VARBINARY -> SqlTypeName.BINARY_TYPES.contains(given);
      case TIMESTAMP -> given == SqlTypeName.DATE;
      default -> false;
    };
  }
}
