package io.resultsink.pipelines.query;

import org.apache.beam.sdk.schemas.Schema.Field;

/** The kind that was inferred for a column, and the message for a value that does not fit. */
final class Inference {

  private Inference() {}

  static ColumnKind kindOf(Field field) {
    return switch (field.getType().getTypeName()) {
      case BOOLEAN -> ColumnKind.BOOLEAN;
      case INT64 -> ColumnKind.INTEGER;
      case DECIMAL -> ColumnKind.DECIMAL;
      case DOUBLE -> ColumnKind.DOUBLE;
      default -> ColumnKind.TEXT;
    };
  }

  static String misfit(String what, Field field, String found, int sample) {
    return "%s %s does not fit its type %s, inferred from the first %,d records: found %s; --sample=N infers from more records"
        .formatted(what, field.getName(), kindOf(field).sqlName(), sample, found);
  }
}
