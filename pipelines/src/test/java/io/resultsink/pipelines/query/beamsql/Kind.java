package io.resultsink.pipelines.query.beamsql;

import org.apache.beam.sdk.schemas.Schema.FieldType;
import org.apache.beam.sdk.schemas.logicaltypes.SqlTypes;

/** A type that both engines have, the types of integers being one. */
enum Kind {
  BOOLEAN(FieldType.BOOLEAN, "BOOLEAN"),
  INTEGER(FieldType.INT64, "BIGINT"),
  DECIMAL(FieldType.DECIMAL, "DECIMAL(12, 3)"),
  DOUBLE(FieldType.DOUBLE, "DOUBLE"),
  TEXT(FieldType.STRING, "VARCHAR"),
  DATE(FieldType.logicalType(SqlTypes.DATE), "DATE"),
  TIMESTAMP(FieldType.DATETIME, "TIMESTAMP");

  final FieldType beam;
  final String duck;

  Kind(FieldType beam, String duck) {
    this.beam = beam;
    this.duck = duck;
  }

  static Kind of(FieldType type) {
    return switch (type.getTypeName()) {
      case BOOLEAN -> BOOLEAN;
      case INT32, INT64 -> INTEGER;
      case DECIMAL -> DECIMAL;
      case DOUBLE -> DOUBLE;
      case STRING -> TEXT;
      case DATETIME -> TIMESTAMP;
      case LOGICAL_TYPE -> DATE;
      default -> throw new AssertionError("a column of type " + type);
    };
  }

  static Kind of(String duckType) {
    return switch (duckType.replaceAll("\\(.*", "")) {
      case "BOOLEAN" -> BOOLEAN;
      case "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT" -> INTEGER;
      case "DECIMAL" -> DECIMAL;
      case "DOUBLE" -> DOUBLE;
      case "VARCHAR" -> TEXT;
      case "DATE" -> DATE;
      case "TIMESTAMP" -> TIMESTAMP;
      default -> throw new AssertionError("a column of DuckDB's type " + duckType);
    };
  }
}
