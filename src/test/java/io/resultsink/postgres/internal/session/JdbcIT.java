package io.resultsink.postgres.internal.session;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.resultsink.postgres.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Statements with parameters and their rows. */
class JdbcIT {

  @RegisterExtension final TestDatabase database = new TestDatabase();

  @Test
  void everyKindOfParameterArrivesAsItsType() throws SQLException {
    UUID id = UUID.fromString("6f9619ff-8b86-d011-b42d-00cf4fc964ff");
    Instant time = Instant.parse("2026-02-03T04:05:06.000007Z");
    try (Connection connection = database.superuser()) {
      String sql =
          """
          SELECT ?::text, ?::integer + ?::bigint, ?::boolean, (?::text[])[2], (?::bigint[])[1],
                 (?::uuid[])[1]::text, ?::timestamptz AS time, ?::text
          """;
      Object[] values = {
        "a", 1, 2L, true, new String[] {"b", "c"}, new Long[] {3L}, new UUID[] {id}, time, null
      };
      Jdbc.one(
          connection,
          sql,
          row -> {
            assertThat(row.getString(1), equalTo("a"));
            assertThat(row.getLong(2), equalTo(3L));
            assertThat(row.getBoolean(3), equalTo(true));
            assertThat(row.getString(4), equalTo("c"));
            assertThat(row.getLong(5), equalTo(3L));
            assertThat(row.getString(6), equalTo(id.toString()));
            assertThat(Jdbc.instant(row, "time"), equalTo(time));
            assertThat(row.getString(8), nullValue());
            return true;
          },
          values);
    }
  }

  @Test
  void rowsComeOneAfterTheOther() throws SQLException {
    try (Connection connection = database.superuser()) {
      String series = "SELECT n, nullif(n, 2) FROM generate_series(1, ?) AS n ORDER BY n";
      assertThat(Jdbc.list(connection, series, row -> row.getInt(1), 3), equalTo(List.of(1, 2, 3)));
      assertThat(Jdbc.find(connection, series, row -> row.getInt(1), 3), equalTo(Optional.of(1)));
      assertThat(Jdbc.find(connection, series, row -> row.getInt(1), 0), equalTo(Optional.empty()));
      IllegalStateException none =
          assertThrows(
              IllegalStateException.class,
              () -> Jdbc.one(connection, series, row -> row.getInt(1), 0));
      assertThat(none.getMessage(), containsString("had none"));
    }
  }

  @Test
  void anUpdateSaysHowManyRowsItChanged() throws SQLException {
    try (Connection connection = database.superuser()) {
      connection.createStatement().execute("CREATE TEMPORARY TABLE numbers (n bigint)");
      assertThat(
          Jdbc.update(connection, "INSERT INTO numbers SELECT generate_series(1, ?)", 4),
          equalTo(4L));
      assertThat(Jdbc.update(connection, "DELETE FROM numbers WHERE n > ?", 2L), equalTo(2L));
    }
  }
}
