package io.resultsink.postgres.internal.column;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.resultsink.postgres.testing.CopyServer;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The names of types are those of the server, so that the two can be compared. */
class BuiltInTypeIT {

  private static final CopyServer SERVER = CopyServer.shared();

  /** Lengths, precisions, and fields of an interval, whichever type they are of. */
  private static final String MODIFIERS =
      """
      SELECT m FROM unnest(ARRAY[0, 1, 3, 5, 6, 24, 655366, 655365, 65536004, 657408,
        x'7fffffff'::int, x'7fff0002'::int, x'0006ffff'::int, x'0004ffff'::int, x'0002ffff'::int,
        x'0008ffff'::int, x'1c08ffff'::int, x'0c08ffff'::int, x'0408ffff'::int, x'18000003'::int,
        x'1c00ffff'::int, x'10000001'::int]) AS m
      """;

  @Test
  void everyTypeIsCalledAsTheServerCallsIt() throws SQLException {
    List<String> rows =
        SERVER.query(
            """
            SELECT t.typname || '|' || m || '|' || pg_catalog.format_type(t.oid, m)
              FROM pg_catalog.pg_type t,
                   LATERAL (SELECT -1 AS m UNION ALL SELECT m FROM (%s) AS all_of_them
                      WHERE CASE
                        WHEN t.typname LIKE '%%interval' THEN m > 65536 AND (m & 65535) IN (1, 2, 3, 65535)
                        WHEN t.typname ~ '^_?time' THEN m BETWEEN 0 AND 6
                        WHEN t.typname ~ '^_?(var)?bit$' THEN m BETWEEN 1 AND 100
                        WHEN t.typname ~ '^_?(bpchar|varchar)$' THEN m BETWEEN 5 AND 700000
                        WHEN t.typname ~ '^_?numeric$' THEN m IN (655366, 655365, 65536004, 657408)
                        ELSE false END) AS modified
             WHERE t.typnamespace = 'pg_catalog'::pg_catalog.regnamespace
               AND t.typtype IN ('b', 'r', 'm')
               AND t.typname !~ '^_?pg_(type|class|proc|attribute|[a-z_]*)$'
             ORDER BY 1
            """
                .formatted(MODIFIERS));
    assertThat(rows.size() > 150, is(true));
    for (String row : rows) {
      String[] parts = row.split("\\|", 3);
      assertThat(row, BuiltInType.sql(parts[0], Integer.parseInt(parts[1])), is(parts[2]));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "a\"", "x);DROP TABLE t--", "A", "_", "1a"})
  void aNameThatIsNoneIsRefused(String name) {
    assertThrows(IllegalArgumentException.class, () -> PostgresBinary.of(name, -1));
    assertThrows(
        IllegalArgumentException.class,
        () -> PostgresText.of("public", "t", "(" + name + ";)", false));
  }
}
