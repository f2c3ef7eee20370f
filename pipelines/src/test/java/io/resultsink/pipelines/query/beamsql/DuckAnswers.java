package io.resultsink.pipelines.query.beamsql;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.joda.time.Instant;
import org.jspecify.annotations.Nullable;

/** DuckDB with the same tables, without its optimizer, whose faults are not Beam SQL's. */
final class DuckAnswers implements AutoCloseable {

  /** A join of joins has millions, which say no more. */
  private static final int MOST_ROWS = 5000;

  private final Connection connection;

  DuckAnswers(List<RandomTable> tables) throws SQLException {
    connection = DriverManager.getConnection("jdbc:duckdb:");
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET TimeZone = 'UTC'");
      statement.execute("PRAGMA disable_optimizer");
    }
    for (RandomTable table : tables) {
      fill(table);
    }
  }

  private void fill(RandomTable table) throws SQLException {
    String columns =
        RandomTable.COLUMNS.stream()
            .map(column -> quoted(column.name()) + " " + column.kind().duck)
            .collect(Collectors.joining(", "));
    String marks = "?,".repeat(RandomTable.COLUMNS.size()).replaceAll(",$", "");
    try (Statement statement = connection.createStatement()) {
      statement.execute("CREATE TABLE %s (%s)".formatted(quoted(table.name), columns));
    }
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT INTO %s VALUES (%s)".formatted(quoted(table.name), marks))) {
      for (List<@Nullable Object> row : table.rows) {
        for (int i = 0; i < row.size(); i++) {
          insert.setObject(i + 1, parameter(row.get(i)));
        }
        insert.executeUpdate();
      }
    }
  }

  private static @Nullable Object parameter(@Nullable Object value) {
    if (value instanceof Instant instant) {
      return LocalDateTime.ofInstant(
          java.time.Instant.ofEpochMilli(instant.getMillis()), ZoneOffset.UTC);
    }
    return value;
  }

  static String quoted(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }

  Answer answer(String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      ResultSetMetaData about = result.getMetaData();
      List<String> names = new ArrayList<>();
      List<Kind> kinds = new ArrayList<>();
      for (int i = 1; i <= about.getColumnCount(); i++) {
        names.add(about.getColumnName(i));
        kinds.add(Kind.of(about.getColumnTypeName(i)));
      }
      List<List<@Nullable Object>> rows = new ArrayList<>();
      while (result.next()) {
        if (rows.size() == MOST_ROWS) {
          throw new SQLException("more rows than are compared");
        }
        List<@Nullable Object> row = new ArrayList<>();
        for (int i = 1; i <= names.size(); i++) {
          row.add(Answer.plain(value(result, i, kinds.get(i - 1))));
        }
        rows.add(row);
      }
      return new Answer(names, kinds, rows);
    }
  }

  private static @Nullable Object value(ResultSet result, int column, Kind kind)
      throws SQLException {
    return switch (kind) {
      case DATE -> result.getObject(column, LocalDate.class);
      case TIMESTAMP -> result.getObject(column, LocalDateTime.class);
      default -> result.getObject(column);
    };
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
