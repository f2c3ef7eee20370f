package io.resultsink.postgres.internal.session;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.beam.sdk.annotations.Internal;
import org.jspecify.annotations.Nullable;

/**
 * Statements with parameters over a JDBC connection, and their rows.
 *
 * <p>A parameter is null, a text, a number, a boolean, an {@link Instant}, or an array of texts,
 * {@link Long}s, {@link Integer}s or {@link UUID}s. The n-th parameter replaces the n-th question
 * mark.
 */
@Internal
public final class Jdbc {

  private Jdbc() {}

  /** A reader of one row. */
  @FunctionalInterface
  public interface RowMapper<T extends @Nullable Object> {
    /** Reads the current row of the result set, and does not move it. */
    T map(ResultSet row) throws SQLException;
  }

  /**
   * Returns the only row of a query, or the first.
   *
   * @throws IllegalStateException when it has none
   */
  public static <T extends @Nullable Object> T one(
      Connection connection, String sql, RowMapper<T> mapper, @Nullable Object... parameters)
      throws SQLException {
    try (PreparedStatement statement = prepare(connection, sql, parameters);
        ResultSet rows = statement.executeQuery()) {
      if (!rows.next()) {
        throw new IllegalStateException("a query that always has a row had none: " + sql);
      }
      return mapper.map(rows);
    }
  }

  /** Returns the first row of a query; absent if there is none. */
  public static <T> Optional<T> find(
      Connection connection, String sql, RowMapper<T> mapper, @Nullable Object... parameters)
      throws SQLException {
    try (PreparedStatement statement = prepare(connection, sql, parameters);
        ResultSet rows = statement.executeQuery()) {
      return rows.next() ? Optional.ofNullable(mapper.map(rows)) : Optional.empty();
    }
  }

  /** Returns all rows of a query, in its order. */
  public static <T extends @Nullable Object> List<T> list(
      Connection connection, String sql, RowMapper<T> mapper, @Nullable Object... parameters)
      throws SQLException {
    try (PreparedStatement statement = prepare(connection, sql, parameters);
        ResultSet rows = statement.executeQuery()) {
      List<T> found = new ArrayList<>();
      while (rows.next()) {
        found.add(mapper.map(rows));
      }
      return found;
    }
  }

  /** A reader of rows that come one after the other. */
  @FunctionalInterface
  public interface RowReader {
    /** Reads the current row of the result set, and does not move it. */
    void read(ResultSet row) throws SQLException;
  }

  /**
   * Gives the rows of a query one after the other.
   *
   * @param fetched how many the server sends at a time, in a transaction
   * @return how many there are
   */
  public static long each(
      Connection connection,
      String sql,
      int fetched,
      RowReader reader,
      @Nullable Object... parameters)
      throws SQLException {
    try (PreparedStatement statement = prepare(connection, sql, parameters)) {
      statement.setFetchSize(fetched);
      long count = 0;
      try (ResultSet rows = statement.executeQuery()) {
        for (; rows.next(); count++) {
          reader.read(rows);
        }
      }
      return count;
    }
  }

  /**
   * Executes a statement that returns no rows.
   *
   * @return how many rows it changed
   */
  public static long update(Connection connection, String sql, @Nullable Object... parameters)
      throws SQLException {
    try (PreparedStatement statement = prepare(connection, sql, parameters)) {
      return statement.executeLargeUpdate();
    }
  }

  /** Returns a timestamptz of a row that is not NULL, by the column's name. */
  public static Instant instant(ResultSet row, String column) throws SQLException {
    return row.getObject(column, OffsetDateTime.class).toInstant();
  }

  /** Returns a timestamptz of a row, by the column's name; null for NULL. */
  public static @Nullable Instant instantOrNull(ResultSet row, String column) throws SQLException {
    OffsetDateTime value = row.getObject(column, OffsetDateTime.class);
    return value == null ? null : value.toInstant();
  }

  private static PreparedStatement prepare(
      Connection connection, String sql, @Nullable Object... parameters) throws SQLException {
    PreparedStatement statement = connection.prepareStatement(sql);
    try {
      for (int i = 0; i < parameters.length; i++) {
        statement.setObject(i + 1, bindable(connection, parameters[i]));
      }
      return statement;
    } catch (SQLException | RuntimeException e) {
      statement.close();
      throw e;
    }
  }

  static @Nullable Object bindable(Connection connection, @Nullable Object parameter)
      throws SQLException {
    if (parameter instanceof Instant instant) {
      return instant.atOffset(ZoneOffset.UTC);
    }
    if (parameter instanceof String[] texts) {
      return connection.createArrayOf("text", texts);
    }
    if (parameter instanceof Long[] numbers) {
      return connection.createArrayOf("bigint", numbers);
    }
    if (parameter instanceof Integer[] numbers) {
      return connection.createArrayOf("integer", numbers);
    }
    if (parameter instanceof UUID[] ids) {
      return connection.createArrayOf("uuid", ids);
    }
    return parameter;
  }

  /** Commits; true, since every call here has an answer. */
  static boolean commit(Connection connection) throws SQLException {
    connection.commit();
    return true;
  }

  /** Rolls back what was not committed; true, as {@link #commit}. */
  static boolean rollback(Connection connection) throws SQLException {
    connection.rollback();
    return true;
  }
}
