package io.resultsink.pipelines.duckdb;

import io.resultsink.pipelines.query.InputException;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.file.DataFileStream;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericFixed;
import org.apache.avro.generic.GenericRecord;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;

/**
 * A table of Avro files, which the bundled DuckDB cannot read. Their records go into a table of the
 * session, which spills to disk if it does not fit into memory.
 *
 * @param schema the schema of the first file, to which Avro resolves the others'
 */
record AvroTable(FolderTable table, Schema schema) {

  private static final long MICROS = 1_000_000;
  private static final int MOST_DIGITS = 38;

  static AvroTable of(FolderTable table) {
    String first = table.paths().get(0);
    try (DataFileStream<GenericRecord> records = open(first, new GenericDatumReader<>())) {
      if (records.getSchema().getType() != Schema.Type.RECORD) {
        throw new InputException(first + ": not a file of Avro records");
      }
      return new AvroTable(table, records.getSchema());
    } catch (IOException e) {
      throw new InputException(first + ": cannot be read");
    }
  }

  private static DataFileStream<GenericRecord> open(
      String file, GenericDatumReader<GenericRecord> reader) {
    try {
      return new DataFileStream<>(Files.newInputStream(Path.of(file)), reader);
    } catch (IOException | AvroRuntimeException e) {
      throw new InputException(file + ": not an Avro data file");
    }
  }

  /** Creates the table, and reads the files into it if its rows are needed. */
  void create(DuckSession session, boolean withRows) throws SQLException {
    session.execute(
        "CREATE TABLE %s (%s)"
            .formatted(
                DuckSql.name(table.name()),
                schema.getFields().stream()
                    .map(field -> DuckSql.name(field.name()) + " " + type(plain(field.schema())))
                    .collect(Collectors.joining(", "))));
    if (!withRows) {
      return;
    }
    try (DuckDBAppender rows =
        session.connection().unwrap(DuckDBConnection.class).createAppender(table.name())) {
      for (String file : table.paths()) {
        read(file, rows);
      }
    }
  }

  private void read(String file, DuckDBAppender rows) throws SQLException {
    try (DataFileStream<GenericRecord> records =
        open(file, new GenericDatumReader<>(null, schema))) {
      while (records.hasNext()) {
        GenericRecord next = records.next();
        rows.beginRow();
        for (Schema.Field field : schema.getFields()) {
          append(next.get(field.pos()), plain(field.schema()), rows);
        }
        rows.endRow();
      }
    } catch (IOException | AvroRuntimeException e) {
      throw new InputException(file + ": a broken record, or one of another schema");
    }
  }

  /** Returns a type without its null branch. */
  private static Schema plain(Schema type) {
    if (!type.isUnion()) {
      return type;
    }
    List<Schema> branches =
        type.getTypes().stream().filter(branch -> branch.getType() != Schema.Type.NULL).toList();
    return branches.size() == 1 ? branches.get(0) : type;
  }

  private static String logical(Schema type) {
    return type.getLogicalType() == null ? "" : type.getLogicalType().getName();
  }

  private static String type(Schema type) {
    return switch (logical(type)) {
      case "date" -> "DATE";
      case "time-millis", "time-micros" -> "TIME";
      case "timestamp-millis", "timestamp-micros" -> "TIMESTAMPTZ";
      case "local-timestamp-millis", "local-timestamp-micros" -> "TIMESTAMP";
      case "decimal" -> {
        LogicalTypes.Decimal decimal = (LogicalTypes.Decimal) type.getLogicalType();
        yield decimal.getPrecision() > MOST_DIGITS
            ? "VARCHAR"
            : "DECIMAL(%d, %d)".formatted(decimal.getPrecision(), decimal.getScale());
      }
      default ->
          switch (type.getType()) {
            case BOOLEAN -> "BOOLEAN";
            case INT -> "INTEGER";
            case LONG -> "BIGINT";
            case FLOAT -> "FLOAT";
            case DOUBLE -> "DOUBLE";
            case BYTES, FIXED -> "BLOB";
            case STRING, ENUM -> "VARCHAR";
            default -> "JSON";
          };
    };
  }

  private static void append(@Nullable Object value, Schema type, DuckDBAppender row)
      throws SQLException {
    if (value == null) {
      row.appendNull();
      return;
    }
    switch (logical(type)) {
      case "date" -> row.append(LocalDate.ofEpochDay((Integer) value));
      case "time-millis" -> row.append(LocalTime.ofNanoOfDay((Integer) value * MICROS));
      case "time-micros" -> row.append(LocalTime.ofNanoOfDay((Long) value * 1000));
      case "timestamp-millis" -> row.append(instant((Long) value * 1000));
      case "timestamp-micros" -> row.append(instant((Long) value));
      case "local-timestamp-millis" -> row.append(wallClock((Long) value * 1000));
      case "local-timestamp-micros" -> row.append(wallClock((Long) value));
      case "decimal" -> appendDecimal(value, type, row);
      default -> appendPlain(value, type, row);
    }
  }

  private static void appendDecimal(Object value, Schema type, DuckDBAppender row)
      throws SQLException {
    int scale = ((LogicalTypes.Decimal) type.getLogicalType()).getScale();
    BigDecimal number = new BigDecimal(new BigInteger(bytes(value)), scale);
    if (type(type).equals("VARCHAR")) {
      row.append(number.toPlainString());
    } else {
      row.append(number);
    }
  }

  private static void appendPlain(Object value, Schema type, DuckDBAppender row)
      throws SQLException {
    switch (type.getType()) {
      case BOOLEAN -> row.append((Boolean) value);
      case INT -> row.append((Integer) value);
      case LONG -> row.append((Long) value);
      case FLOAT -> row.append((Float) value);
      case DOUBLE -> row.append((Double) value);
      case BYTES, FIXED -> row.append(bytes(value));
      case STRING, ENUM -> row.append(value.toString());
      default -> row.append(GenericData.get().toString(value));
    }
  }

  private static OffsetDateTime instant(long micros) {
    return Instant.ofEpochSecond(
            Math.floorDiv(micros, MICROS), Math.floorMod(micros, MICROS) * 1000)
        .atOffset(ZoneOffset.UTC);
  }

  private static LocalDateTime wallClock(long micros) {
    return instant(micros).toLocalDateTime();
  }

  private static byte[] bytes(Object value) {
    if (value instanceof GenericFixed fixed) {
      return fixed.bytes();
    }
    ByteBuffer buffer = ((ByteBuffer) value).duplicate();
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return bytes;
  }
}
