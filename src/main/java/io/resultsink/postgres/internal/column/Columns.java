package io.resultsink.postgres.internal.column;

import static java.util.Comparator.comparingInt;
import static java.util.stream.Collectors.joining;

import io.resultsink.postgres.failure.InvalidTargetException;
import io.resultsink.postgres.internal.copy.RowEncoder;
import io.resultsink.postgres.internal.url.Identifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.apache.beam.sdk.annotations.Internal;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.schemas.Schema.Field;

/**
 * The columns that the result fills, in the order of its fields.
 *
 * <p>Each worker makes them again, because encoders are not serializable.
 */
@Internal
public record Columns(List<Column> columns) {

  private static final int MOST_COLUMNS = 1600;
  private static final Set<String> SYSTEM_COLUMNS =
      Set.of("tableoid", "xmin", "cmin", "xmax", "cmax", "ctid");

  /** Copies the list, and keeps its order. */
  public Columns {
    columns = List.copyOf(columns);
  }

  /**
   * Returns the columns of a table that the sink creates for a schema.
   *
   * @throws InvalidTargetException with all problems of such a table
   */
  public static Columns ofResult(Schema schema) {
    List<String> problems = new ArrayList<>();
    if (schema.getFieldCount() == 0) {
      problems.add("the result has no columns");
    }
    if (schema.getFieldCount() > MOST_COLUMNS) {
      problems.add(
          "the result has "
              + schema.getFieldCount()
              + " columns; a PostgreSQL table has at most "
              + MOST_COLUMNS);
    }
    List<Column> columns = new ArrayList<>();
    for (int i = 0; i < schema.getFieldCount(); i++) {
      Field field = schema.getField(i);
      try {
        columns.add(created(field, i));
      } catch (InvalidTargetException e) {
        problems.add("column " + (i + 1) + " of the result: " + e.problems().get(0));
      } catch (RefusedTypeException e) {
        problems.add("column " + field.getName() + " of the result: no type for " + e.reason());
      }
    }
    if (!problems.isEmpty()) {
      throw new InvalidTargetException(problems);
    }
    return new Columns(columns);
  }

  private static Column created(Field field, int index) {
    String name = new Identifier(field.getName()).name();
    if (SYSTEM_COLUMNS.contains(name)) {
      throw new InvalidTargetException(
          "every PostgreSQL table has a system column " + name + "; give it another name");
    }
    FieldMapping mapping = ColumnTypes.of(field.getType());
    PostgresType type = mapping.created();
    ColumnType columnType = ColumnType.of(mapping, type);
    return new Column(name, type, index, false, columnType, mapping.isOfNamedType());
  }

  /** Returns the columns of an existing table that a schema's fields fill, and the problems. */
  public static ColumnMatch match(Schema schema, List<TargetColumn> table) {
    return new ColumnMatcher(schema, table).match();
  }

  /** Returns the same columns in the order of the table's. */
  public Columns inOrderOf(List<TargetColumn> table) {
    List<String> names = table.stream().map(TargetColumn::name).toList();
    return new Columns(
        columns.stream().sorted(comparingInt(column -> names.indexOf(column.name()))).toList());
  }

  /** Returns the same columns, of which some take NULL, which the publish refuses. */
  public Columns takingNullIn(List<String> names) {
    return new Columns(
        columns.stream()
            .map(column -> names.contains(column.name()) ? column.takingNull() : column)
            .toList());
  }

  /** Returns {@code "a", "b"}, for COPY, INSERT and SELECT on the staging table. */
  public String names() {
    return joined(Column::quoted);
  }

  /**
   * Returns {@code "a", CAST("b" AS public.mood)}, for the SELECT on the staging table that
   * publishes.
   */
  public String publishExpressions() {
    return joined(Column::publishExpression);
  }

  /** Returns {@code "a" bigint, "b" text}, for CREATE TABLE of the target. */
  public String definitions() {
    return joined(column -> column.quoted() + " " + column.type());
  }

  /** Returns the same for CREATE TABLE of the staging table. */
  public String stagedDefinitions() {
    return joined(column -> column.quoted() + " " + column.stagedType());
  }

  /** Returns whether staged bytes can be copied into the target as they are. */
  public boolean stagedAsIs() {
    return columns.stream().allMatch(Column::stagedAsIs);
  }

  /** Returns a new encoder of rows of the schema of these columns. */
  public SchemaRowEncoder encoder() {
    return new SchemaRowEncoder(
        new RowEncoder(columns.stream().map(Column::field).toList()),
        columns.stream().mapToInt(Column::fieldIndex).toArray());
  }

  /**
   * Returns whether rows that were encoded for one are valid for the other, and are published in
   * the same way.
   */
  public boolean sameAs(Columns other) {
    return differences(other).isEmpty();
  }

  /**
   * Returns the differences from earlier columns, one sentence for each column. Their order does
   * not matter.
   */
  public List<String> differences(Columns now) {
    return ColumnDifferences.between(this, now);
  }

  private String joined(Function<Column, String> part) {
    return columns.stream().map(part).collect(joining(", "));
  }
}
