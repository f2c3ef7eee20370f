package io.resultsink.postgres.internal.column;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.beam.sdk.annotations.Internal;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.schemas.Schema.FieldType;
import org.apache.beam.sdk.schemas.logicaltypes.EnumerationType;
import org.apache.beam.sdk.schemas.logicaltypes.FixedBytes;
import org.apache.beam.sdk.schemas.logicaltypes.FixedPrecisionNumeric;
import org.apache.beam.sdk.schemas.logicaltypes.FixedString;
import org.apache.beam.sdk.schemas.logicaltypes.NanosDuration;
import org.apache.beam.sdk.schemas.logicaltypes.NanosInstant;
import org.apache.beam.sdk.schemas.logicaltypes.OneOfType;
import org.apache.beam.sdk.schemas.logicaltypes.PythonCallable;
import org.apache.beam.sdk.schemas.logicaltypes.SqlTypes;
import org.apache.beam.sdk.schemas.logicaltypes.Timestamp;
import org.apache.beam.sdk.schemas.logicaltypes.VariableBytes;
import org.apache.beam.sdk.schemas.logicaltypes.VariableString;

/**
 * A line of the table of types as documentation shows it.
 *
 * @param beamTypes the Beam types, by their names in Java
 * @param createdAs the column's type in a table that the sink creates
 * @param alsoAcceptedBy the other types of existing columns that accept at least some values;
 *     "other types" are those without an encoder
 */
@Internal
public record DocumentedType(String beamTypes, String createdAs, String alsoAcceptedBy) {

  private static final PostgresType OTHER =
      new PostgresType("other types", "public", "other", -1, 'b', null, null);

  /** Types that are shown with a length have one of 20. */
  private static final List<PostgresType> COLUMN_TYPES =
      Stream.concat(PostgresTypes.all().stream().map(DocumentedType::shown), Stream.of(OTHER))
          .toList();

  static List<DocumentedType> all() {
    List<DocumentedType> rows = new ArrayList<>();
    Schema schema = Schema.of(Schema.Field.of("a", FieldType.INT64));
    rows.add(row("BOOLEAN", FieldType.BOOLEAN));
    rows.add(row("BYTE, INT16", FieldType.BYTE, FieldType.INT16));
    rows.add(row("INT32", FieldType.INT32));
    rows.add(row("INT64", FieldType.INT64));
    rows.add(row("DECIMAL", FieldType.DECIMAL));
    rows.add(row("FixedPrecisionNumeric(10, 2)", logical(FixedPrecisionNumeric.of(10, 2))));
    rows.add(row("FLOAT", FieldType.FLOAT));
    rows.add(row("DOUBLE", FieldType.DOUBLE));
    rows.add(
        row(
            "STRING, EnumerationType (its name), PythonCallable",
            FieldType.STRING,
            logical(EnumerationType.create("a")),
            logical(new PythonCallable())));
    rows.add(row("VariableString(20)", logical(VariableString.of(20))));
    rows.add(row("FixedString(20)", logical(FixedString.of(20))));
    rows.add(
        row(
            "BYTES, VariableBytes, FixedBytes",
            FieldType.BYTES,
            logical(VariableBytes.of(20)),
            logical(FixedBytes.of(20))));
    rows.add(row("SqlTypes.DATE", logical(SqlTypes.DATE)));
    rows.add(row("SqlTypes.TIME", logical(SqlTypes.TIME)));
    rows.add(row("SqlTypes.DATETIME", logical(SqlTypes.DATETIME)));
    rows.add(
        row(
            "DATETIME, SqlTypes.TIMESTAMP (MicrosInstant), NanosInstant, Timestamp",
            FieldType.DATETIME,
            logical(SqlTypes.TIMESTAMP),
            logical(new NanosInstant()),
            logical(Timestamp.MICROS)));
    rows.add(row("NanosDuration", logical(new NanosDuration())));
    rows.add(row("UuidLogicalType", logical(SqlTypes.UUID)));
    rows.add(
        row(
            "MAP, ROW, OneOfType",
            FieldType.map(FieldType.STRING, FieldType.INT64),
            FieldType.row(schema),
            logical(OneOfType.create(schema.getField(0)))));
    rows.add(
        row(
            "ARRAY, ITERABLE, here of INT64",
            FieldType.array(FieldType.INT64),
            FieldType.iterable(FieldType.INT64)));
    return rows;
  }

  private static DocumentedType row(String beamTypes, FieldType... types) {
    List<DocumentedType> rows =
        Stream.of(types).map(type -> of(beamTypes, ColumnTypes.of(type))).distinct().toList();
    if (rows.size() != 1) {
      throw new IllegalStateException(beamTypes + " are not alike: " + rows);
    }
    return rows.get(0);
  }

  private static DocumentedType of(String beamTypes, FieldMapping mapping) {
    String accepted =
        Stream.concat(COLUMN_TYPES.stream(), COLUMN_TYPES.stream().map(CreatedType::arrayOf))
            .filter(type -> !type.sql().equals(mapping.created().sql()))
            .filter(type -> takes(type, mapping))
            .map(PostgresType::sql)
            .collect(Collectors.joining(", "));
    return new DocumentedType(beamTypes, mapping.created().sql(), accepted);
  }

  private static boolean takes(PostgresType type, FieldMapping mapping) {
    try {
      ColumnType.of(mapping, type);
      return true;
    } catch (RefusedTypeException e) {
      return false;
    }
  }

  private static FieldType logical(Schema.LogicalType<?, ?> type) {
    return FieldType.logicalType(type);
  }

  private static PostgresType shown(TypeLine line) {
    return new PostgresType(
        line.shown(),
        line.isBuiltIn() ? "pg_catalog" : "public",
        line.name(),
        line.shown().endsWith("(n)") ? 20 + Modifiers.HEADER : -1,
        'b',
        null,
        null);
  }
}
