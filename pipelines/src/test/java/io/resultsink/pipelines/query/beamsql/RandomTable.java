package io.resultsink.pipelines.query.beamsql;

import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.beam.sdk.extensions.sql.meta.BaseBeamTable;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollection.IsBounded;
import org.apache.beam.sdk.values.POutput;
import org.apache.beam.sdk.values.Row;
import org.joda.time.Instant;
import org.jspecify.annotations.Nullable;

/** Rows with NULLs, duplicates and extremes, under names that need quotes. */
final class RandomTable extends BaseBeamTable {

  /** A column; {@code tame} values may be added up without leaving their type or losing a bit. */
  record Column(String name, Kind kind, boolean tame) {}

  static final List<Column> COLUMNS =
      List.of(
          new Column("k", Kind.INTEGER, true),
          new Column("a b", Kind.INTEGER, true),
          new Column("big", Kind.INTEGER, false),
          new Column("x.y", Kind.DECIMAL, true),
          new Column("d", Kind.DOUBLE, true),
          new Column("odd \"double\"", Kind.DOUBLE, false),
          new Column("select", Kind.TEXT, true),
          new Column("Ünï 😀", Kind.TEXT, true),
          new Column("c0", Kind.BOOLEAN, true),
          new Column("day", Kind.DATE, true),
          new Column("at", Kind.TIMESTAMP, true));

  private static final List<Object> SMALL = List.of(-3L, -1L, 0L, 1L, 2L, 3L, 4L, 5L, 1000L);
  private static final List<Object> INTEGERS =
      List.of(0L, 1L, -1L, 2L, Long.MAX_VALUE, Long.MIN_VALUE, 9007199254740993L, 4000000000L);
  private static final List<Object> DECIMALS =
      Arrays.asList(
          new BigDecimal("0.000"),
          new BigDecimal("1.5"),
          new BigDecimal("1.50"),
          new BigDecimal("1.500"),
          new BigDecimal("-2.125"),
          new BigDecimal("3"),
          new BigDecimal("0.005"),
          new BigDecimal("-999999999.999"),
          new BigDecimal("123456789.012"));
  private static final List<Object> TAME_DOUBLES =
      List.of(0.0, -0.0, 1.5, 2.5, -2.5, 0.25, 3.0, 123456.75);
  private static final List<Object> DOUBLES =
      List.of(0.0, -0.0, 0.1, 1e300, -1e300, Double.MIN_VALUE, Double.NaN, 1.0 / 3, 1e17, -7.0);
  private static final List<Object> TEXTS =
      List.of(
          "",
          "a",
          "A",
          "ab",
          "a b",
          " a ",
          "ß",
          "é",
          "😀",
          "\uFFFD",
          "%",
          "_",
          "it's",
          "null",
          "10",
          "line\nbreak",
          "abcabc",
          "b");
  private static final List<Object> DAYS =
      List.of(
          LocalDate.of(1970, 1, 1),
          LocalDate.of(1969, 12, 31),
          LocalDate.of(2026, 2, 28),
          LocalDate.of(2024, 2, 29),
          LocalDate.of(1900, 3, 1));
  private static final List<Object> TIMES =
      List.of(
          Instant.parse("1970-01-01T00:00:00Z"),
          Instant.parse("1969-12-31T23:59:59.999Z"),
          Instant.parse("2026-11-22T10:00:00Z"),
          Instant.parse("2026-03-29T02:30:00.001Z"),
          Instant.parse("1900-01-01T12:00:00Z"));

  final String name;
  final List<List<@Nullable Object>> rows;
  private final Schema schema;

  private RandomTable(String name, List<List<@Nullable Object>> rows) {
    this.name = name;
    this.rows = rows;
    Schema.Builder columns = Schema.builder();
    COLUMNS.forEach(column -> columns.addNullableField(column.name(), column.kind().beam));
    this.schema = columns.build();
  }

  static RandomTable of(String name, int rows, Random random) {
    List<List<@Nullable Object>> all = new ArrayList<>();
    for (int i = 0; i < rows; i++) {
      if (i > 0 && random.nextInt(5) == 0) {
        all.add(all.get(random.nextInt(i)));
        continue;
      }
      List<@Nullable Object> row = new ArrayList<>();
      for (Column column : COLUMNS) {
        List<Object> values = values(column);
        row.add(random.nextInt(5) == 0 ? null : values.get(random.nextInt(values.size())));
      }
      all.add(row);
    }
    return new RandomTable(name, all);
  }

  private static List<Object> values(Column column) {
    return switch (column.kind()) {
      case BOOLEAN -> List.of(true, false);
      case INTEGER -> column.tame() ? SMALL : INTEGERS;
      case DECIMAL -> DECIMALS;
      case DOUBLE -> column.tame() ? TAME_DOUBLES : DOUBLES;
      case TEXT -> TEXTS;
      case DATE -> DAYS;
      case TIMESTAMP -> TIMES;
    };
  }

  @Override
  public Schema getSchema() {
    return schema;
  }

  @Override
  public PCollection<Row> buildIOReader(PBegin begin) {
    List<Row> all =
        rows.stream().map(values -> Row.withSchema(schema).addValues(values).build()).toList();
    return begin.apply("Read " + name, Create.of(all).withRowSchema(schema));
  }

  @Override
  public IsBounded isBounded() {
    return IsBounded.BOUNDED;
  }

  @Override
  public POutput buildIOWriter(PCollection<Row> input) {
    throw new UnsupportedOperationException();
  }
}
