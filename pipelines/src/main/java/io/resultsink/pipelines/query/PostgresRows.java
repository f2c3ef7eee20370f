package io.resultsink.pipelines.query;

import io.resultsink.pipelines.engine.InputMetrics;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.io.jdbc.JdbcIO;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.values.Row;
import org.joda.time.Instant;
import org.jspecify.annotations.Nullable;

/** Rows of a result set, counted. */
final class PostgresRows implements JdbcIO.RowMapper<Row> {

  private static final int NANOS_PER_MILLI = 1_000_000;

  private final String table;
  private final List<PostgresColumn> columns;
  private final Schema schema;

  PostgresRows(String table, List<PostgresColumn> columns, Schema schema) {
    this.table = table;
    this.columns = List.copyOf(columns);
    this.schema = schema;
  }

  @Override
  public Row mapRow(ResultSet row) throws SQLException {
    List<@Nullable Object> values = new ArrayList<>(columns.size());
    for (int i = 0; i < columns.size(); i++) {
      Object value = columns.get(i).read(row, i + 1);
      values.add(value instanceof OffsetDateTime time ? instant(columns.get(i), time) : value);
    }
    InputMetrics.rowsRead(table).inc();
    return Row.withSchema(schema).attachValues(values);
  }

  private Instant instant(PostgresColumn column, OffsetDateTime time) {
    // The driver's values for infinity; Beam has no such instant.
    if (Math.abs((long) time.getYear()) > 300_000) {
      throw new InputException(
          "table %s, column %s: infinity is no instant; leave such rows out by a view"
              .formatted(table, column.name()));
    }
    if (time.getNano() % NANOS_PER_MILLI != 0) {
      InputMetrics.timestampsCut(table).inc();
    }
    return Instant.ofEpochMilli(time.toInstant().toEpochMilli());
  }
}
