package io.resultsink.sql;

import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.internal.catalog.ResolvedTarget;
import io.resultsink.postgres.internal.session.ConnectionSource;
import io.resultsink.postgres.internal.session.PostgresConnections;
import io.resultsink.postgres.internal.session.Session;
import io.resultsink.postgres.internal.url.Identifier;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.schemas.Schema.Field;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.values.Row;

/** The reading of columns of a table, in one transaction and so from one snapshot. */
final class ReadTable extends DoFn<byte[], Row> {

  private static final int ROWS_PER_FETCH = 10_000;

  private final PostgresTarget target;
  private final Schema columns;

  ReadTable(PostgresTarget target, Schema columns) {
    this.target = target.toBuilder().stagingSchema(null).build();
    this.columns = columns;
  }

  @ProcessElement
  public void process(OutputReceiver<Row> rows) throws SQLException {
    ConnectionSource.Server server = (ConnectionSource.Server) ConnectionSource.of(target);
    try (Session session = PostgresConnections.outsideSession(server)) {
      session.begin(target.lockTimeout(), "read " + target.table());
      ResolvedTarget table = ResolvedTarget.resolve(session, target);
      try (Statement statement = session.connection().createStatement()) {
        statement.setFetchSize(ROWS_PER_FETCH);
        try (ResultSet found = statement.executeQuery(query(table))) {
          while (found.next()) {
            rows.output(row(found));
          }
        }
      }
      session.commit();
    }
  }

  private String query(ResolvedTarget table) {
    String names =
        columns.getFieldNames().stream().map(Identifier::quote).collect(Collectors.joining(", "));
    return "SELECT " + names + " FROM " + table.table().quoted();
  }

  private Row row(ResultSet found) throws SQLException {
    List<Object> values = new ArrayList<>(columns.getFieldCount());
    for (Field column : columns.getFields()) {
      try {
        values.add(ColumnReader.value(found, values.size() + 1, column.getType()));
      } catch (ArithmeticException e) {
        throw changed(column, found.getMetaData().getColumnTypeName(values.size() + 1));
      }
    }
    return Row.withSchema(columns).addValues(values).build();
  }

  /** Without the value, which is a row's content, and so without the cause. */
  private ArithmeticException changed(Field column, String type) {
    return new ArithmeticException(
        "SELECT FROM "
            + target.table()
            + " stops at a value of column '"
            + column.getName()
            + "' ("
            + type
            + " in PostgreSQL): the declared type, "
            + column.getType().getTypeName()
            + ", would change it; declare the column as a type that has all its values, as VARCHAR"
            + " has their text");
  }
}
