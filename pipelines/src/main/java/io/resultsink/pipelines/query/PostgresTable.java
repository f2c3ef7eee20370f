package io.resultsink.pipelines.query;

import io.resultsink.postgres.destination.Identifier;
import io.resultsink.postgres.destination.PostgresTarget;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.beam.sdk.coders.RowCoder;
import org.apache.beam.sdk.extensions.sql.meta.BaseBeamTable;
import org.apache.beam.sdk.io.jdbc.JdbcIO;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.schemas.Schema.Field;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollection.IsBounded;
import org.apache.beam.sdk.values.POutput;
import org.apache.beam.sdk.values.Row;
import org.jspecify.annotations.Nullable;

/** A table of a PostgreSQL database, read by JdbcIO in one query. */
final class PostgresTable extends BaseBeamTable {

  private static final int FETCHED_AT_ONCE = 10_000;

  private final PostgresTarget database;
  private final String schemaName;
  private final String name;
  private @Nullable List<PostgresColumn> columns;

  PostgresTable(PostgresTarget database, String schemaName, String name) {
    this.database = database;
    this.schemaName = schemaName;
    this.name = name;
  }

  private List<PostgresColumn> columns() {
    if (columns == null) {
      columns = describe();
    }
    return columns;
  }

  private List<PostgresColumn> describe() {
    try (Connection connection = InputDatabase.connect(database);
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT * FROM " + quotedName() + " WHERE false")) {
      ResultSetMetaData about = rows.getMetaData();
      List<PostgresColumn> found = new ArrayList<>();
      for (int i = 1; i <= about.getColumnCount(); i++) {
        found.add(PostgresColumn.of(about.getColumnName(i), about.getColumnTypeName(i)));
      }
      return List.copyOf(found);
    } catch (SQLException e) {
      throw new QueryException(
          "table %s.%s cannot be read: %s".formatted(schemaName, name, e.getMessage()), e);
    }
  }

  private String quotedName() {
    return Identifier.quote(schemaName) + "." + Identifier.quote(name);
  }

  @Override
  public Schema getSchema() {
    return columns().stream()
        .map(column -> Field.nullable(column.name(), column.type()))
        .collect(Schema.toSchema());
  }

  // JdbcIO has no other way to be told the coder of rows; its own readRows() takes it too.
  @SuppressWarnings("deprecation")
  @Override
  public PCollection<Row> buildIOReader(PBegin begin) {
    Schema schema = getSchema();
    String selected =
        columns().stream().map(PostgresColumn::expression).collect(Collectors.joining(", "));
    return begin
        .apply(
            "Read " + name,
            JdbcIO.<Row>read()
                .withDataSourceProviderFn(new InputDatabase(database))
                .withQuery("SELECT " + selected + " FROM " + quotedName())
                .withFetchSize(FETCHED_AT_ONCE)
                .withRowMapper(new PostgresRows(name, columns(), schema))
                .withCoder(RowCoder.of(schema)))
        .setRowSchema(schema);
  }

  @Override
  public IsBounded isBounded() {
    return IsBounded.BOUNDED;
  }

  @Override
  public POutput buildIOWriter(PCollection<Row> input) {
    throw new QueryException("table " + name + " is read only; use --result to write");
  }
}
