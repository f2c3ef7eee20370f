package io.resultsink.postgres.internal.column;

import io.resultsink.postgres.failure.UnencodableValueException;
import io.resultsink.postgres.internal.copy.CopyBuffer;
import io.resultsink.postgres.testing.CopyServer;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Function;
import java.util.stream.StreamSupport;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.schemas.Schema.FieldType;
import org.apache.beam.sdk.values.Row;
import org.jspecify.annotations.Nullable;

/** One column's values, numbered, by our COPY and by the driver's INSERT. */
record RandomColumn(FieldType type, List<@Nullable Object> values) {

  private static final CopyServer SERVER = CopyServer.shared();

  Schema schema() {
    return Schema.builder().addInt32Field("id").addNullableField("v", type).build();
  }

  /** Copies what the encoders take; gives the numbers of the values that they refuse. */
  List<Integer> copy(Columns columns, String table) throws SQLException {
    List<Integer> refused = new ArrayList<>();
    CopyBuffer buffer = new CopyBuffer(0);
    SchemaRowEncoder encoder = columns.encoder();
    encoder.header(buffer);
    for (int id = 0; id < values.size(); id++) {
      try {
        encoder.row(
            Row.withSchema(schema()).attachValues(Arrays.asList(id, values.get(id))), buffer);
      } catch (UnencodableValueException e) {
        refused.add(id);
      }
    }
    encoder.trailer(buffer);
    SERVER.copy(table, columns.names(), buffer.array(), buffer.size());
    return refused;
  }

  /** Inserts all, each as {@code bound} gives it to the driver. */
  void insert(String table, String expression, Function<Object, @Nullable Object> bound)
      throws SQLException {
    try (PreparedStatement statement =
        SERVER
            .connection()
            .prepareStatement("INSERT INTO " + table + " VALUES (?, " + expression + ")")) {
      for (int id = 0; id < values.size(); id++) {
        Object value = values.get(id);
        statement.setInt(1, id);
        statement.setObject(2, value == null ? null : bound.apply(value));
        statement.addBatch();
      }
      statement.executeBatch();
    }
  }

  /** A value as an SQL literal has it; arrays become arrays of such texts. */
  static @Nullable Object literal(@Nullable Object value) {
    if (value instanceof Iterable<?> elements) {
      return StreamSupport.stream(elements.spliterator(), false)
          .map(RandomColumn::literal)
          .toArray();
    } else if (value instanceof byte[] bytes) {
      return "\\x" + HexFormat.of().formatHex(bytes);
    } else if (value instanceof LocalDate date) {
      return date(date) + era(date);
    } else if (value instanceof LocalDateTime timestamp) {
      return date(timestamp.toLocalDate())
          + timestamp.format(DateTimeFormatter.ofPattern(" HH:mm:ss.SSSSSS"))
          + era(timestamp.toLocalDate());
    } else if (value instanceof org.joda.time.Instant instant) {
      return literal(Instant.ofEpochMilli(instant.getMillis()));
    } else if (value instanceof Instant instant) {
      return literal(instant.atOffset(ZoneOffset.UTC).toLocalDateTime())
          .toString()
          .replaceFirst("( BC)?$", "+00$1");
    } else if (value instanceof Duration duration) {
      long seconds = duration.getSeconds();
      // In parts of one sign, since PostgreSQL reads no such number of seconds.
      return seconds / 3600 + " h " + seconds % 3600 + " s " + duration.getNano() / 1000 + " us";
    }
    return value == null ? null : value.toString();
  }

  private static String date(LocalDate date) {
    int year = date.getYear() > 0 ? date.getYear() : 1 - date.getYear();
    return String.format("%04d-%02d-%02d", year, date.getMonthValue(), date.getDayOfMonth());
  }

  private static String era(LocalDate date) {
    return date.getYear() > 0 ? "" : " BC";
  }
}
