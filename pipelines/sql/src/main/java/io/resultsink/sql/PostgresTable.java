package io.resultsink.sql;

import io.resultsink.postgres.PostgresResultSink;
import io.resultsink.postgres.destination.PostgresTarget;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.extensions.sql.meta.BeamSqlTableFilter;
import org.apache.beam.sdk.extensions.sql.meta.ProjectSupport;
import org.apache.beam.sdk.extensions.sql.meta.SchemaBaseBeamTable;
import org.apache.beam.sdk.extensions.sql.meta.provider.InvalidTableException;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.schemas.Schema.Field;
import org.apache.beam.sdk.schemas.Schema.FieldType;
import org.apache.beam.sdk.schemas.Schema.TypeName;
import org.apache.beam.sdk.transforms.Impulse;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollection.IsBounded;
import org.apache.beam.sdk.values.POutput;
import org.apache.beam.sdk.values.Row;
import org.jspecify.annotations.Nullable;

/**
 * One declared table.
 *
 * <p>In Beam SQL 2.70 an INSERT gets other values than its query has, for three kinds of column.
 * The planner gives every DECIMAL column the scale 0, so that {@code amount * 1.1} is cut to a
 * whole number. A ROW column is flattened into its fields. A column of another type than the
 * query's is cast, so that a DOUBLE loses its fraction in a BIGINT. An INSERT into such a table is
 * refused.
 */
final class PostgresTable extends SchemaBaseBeamTable {

  static final String WAY_OUT =
      "apply SqlTransform.query(\"SELECT ...\") and PostgresResultSink to its result, which keeps"
          + " every value";

  private final String name;
  private final PostgresTarget target;

  PostgresTable(String name, Schema schema, PostgresTarget target) {
    super(schema);
    this.name = name;
    this.target = target;
  }

  @Override
  public IsBounded isBounded() {
    return IsBounded.BOUNDED;
  }

  @Override
  public POutput buildIOWriter(PCollection<Row> input) {
    List<String> problems = new ArrayList<>();
    for (Field field : getSchema().getFields()) {
      String problem = problem(field.getType());
      if (problem != null) {
        problems.add("column '" + field.getName() + "' " + problem);
      }
    }
    if (problems.isEmpty()) {
      InsertStatement.of(input.getPipeline()).assignments().stream()
          .flatMap(assignment -> assignment.problem().stream())
          .forEach(problems::add);
    }
    if (!problems.isEmpty()) {
      throw new InvalidTableException(
          "INSERT INTO " + name + " is refused: " + String.join("; ", problems));
    }
    return input.apply("Publish " + target.table(), PostgresResultSink.to(target));
  }

  private static @Nullable String problem(FieldType type) {
    if (type.getTypeName() == TypeName.DECIMAL) {
      return "is or has a DECIMAL, which Beam SQL cuts to a whole number in an INSERT; declare it"
          + " as DOUBLE, or "
          + WAY_OUT;
    }
    if (type.getTypeName() == TypeName.ROW) {
      return "is or has a ROW, which Beam SQL flattens into its fields in an INSERT; " + WAY_OUT;
    }
    if (type.getTypeName().isCollectionType()) {
      return problem(type.getCollectionElementType());
    }
    if (type.getTypeName().isMapType()) {
      String ofKey = problem(type.getMapKeyType());
      return ofKey == null ? problem(type.getMapValueType()) : ofKey;
    }
    return null;
  }

  @Override
  public ProjectSupport supportsProjects() {
    return ProjectSupport.WITH_FIELD_REORDERING;
  }

  @Override
  public PCollection<Row> buildIOReader(PBegin begin) {
    return read(begin, getSchema());
  }

  @Override
  public PCollection<Row> buildIOReader(
      PBegin begin, BeamSqlTableFilter filters, List<String> fieldNames) {
    return read(
        begin,
        fieldNames.isEmpty()
            ? getSchema()
            : fieldNames.stream().map(getSchema()::getField).collect(Schema.toSchema()));
  }

  private PCollection<Row> read(PBegin begin, Schema columns) {
    for (Field column : columns.getFields()) {
      if (!ColumnReader.reads(column.getType())) {
        throw new InvalidTableException(
            "SELECT FROM "
                + name
                + " is refused: column '"
                + column.getName()
                + "' is declared as "
                + column.getType()
                + ", which is not read from PostgreSQL; declare it as VARCHAR to get its text, or"
                + " leave it out of the declaration");
      }
    }
    return begin
        .apply("Impulse", Impulse.create())
        .apply("Read " + target.table(), ParDo.of(new ReadTable(target, columns)))
        .setRowSchema(columns);
  }
}
