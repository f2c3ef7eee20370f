package io.resultsink.postgres.environment;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;

import io.resultsink.postgres.PostgresResultSink;
import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.report.ResultSummary;
import io.resultsink.postgres.testing.Runners;
import io.resultsink.postgres.testing.SampleRows;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestingPostgres;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.apache.beam.sdk.schemas.Schema;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Names as PostgreSQL allows them, in every place of a URL: role and database too. */
@Tag("attack")
class ConnectionNamesIT {

  /** 63 bytes. */
  private static final String LONGEST = "ü".repeat(31) + "x";

  private static final String COLUMN = "%s \"Col\\umn\" 'of' a.b, c;--";
  private static final String OTHER = "$$ Ünïcode 列 🎬 /* $1 ? :x";

  private static final Schema SCHEMA =
      Schema.builder()
          .addInt64Field(COLUMN)
          .addStringField(LONGEST)
          .addNullableStringField(OTHER)
          .build();

  @RegisterExtension final TestDatabase database = new TestDatabase();

  /** Unlike any other test's, since roles are everybody's. */
  private String role;

  private String other;

  private static String quoted(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }

  private static String encoded(String name) {
    return URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
  }

  @BeforeEach
  void create() {
    role = "Role \"%s\" d'été a.b, " + database.name();
    other = "Data/base \"%s\" a.b@c:1?x=y&z#, " + database.name();
    database.execute(
        "CREATE ROLE " + quoted(role) + " LOGIN PASSWORD '" + TestingPostgres.PASSWORD + "'",
        "CREATE DATABASE " + quoted(other) + " OWNER " + quoted(role));
  }

  @AfterEach
  void drop() {
    database.execute(
        "DROP DATABASE " + quoted(other) + " WITH (FORCE)", "DROP ROLE " + quoted(role));
  }

  @ParameterizedTest
  @EnumSource(WriteMode.class)
  void everyPlaceOfAUrlTakesAnyName(WriteMode mode) throws SQLException {
    assertTaken(mode, "Sche\"ma\" %s a.b, c", "Ta\"ble\" %s a.b, c? ", LONGEST.replace('ü', 'ö'));
  }

  private void assertTaken(WriteMode mode, String schema, String table, String stagingSchema)
      throws SQLException {
    String target = quoted(schema) + "." + quoted(table);
    String url =
        "postgresql://%s:%s@%s:%d/%s/%s.%s?mode=%s&staging_schema=%s"
            .formatted(
                encoded(role),
                TestingPostgres.ENCODED_PASSWORD,
                database.server().host(),
                database.server().port(),
                encoded(other),
                encoded(schema).replace(".", "%2E"),
                encoded(table).replace(".", "%2E"),
                mode.option(),
                encoded(stagingSchema));
    String key = mode == WriteMode.UPDATE ? "&unique=" + encoded(COLUMN) : "";
    PostgresResultSink sink = PostgresResultSink.to(url + key);
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE SCHEMA " + quoted(schema));
      statement.execute("CREATE SCHEMA IF NOT EXISTS " + quoted(stagingSchema));
      publish(sink, schema + "." + table, 1L);
      statement.execute("GRANT SELECT (" + quoted(COLUMN) + ") ON " + target + " TO reader");
      statement.execute("COMMENT ON COLUMN " + target + "." + quoted(OTHER) + " IS '100 %s \\''x'");
      statement.execute(
          "CREATE POLICY %s ON %s USING (%s IS NOT NULL)"
              .formatted(quoted(COLUMN), target, quoted(OTHER)));
      publish(sink, schema + "." + table, 2L);
      List<List<String>> rows =
          TestDatabase.rows(
              connection,
              "SELECT %s, %s, %s FROM %s ORDER BY 1"
                  .formatted(quoted(COLUMN), quoted(LONGEST), quoted(OTHER), target));
      List<String> one = List.of("1", "long", "other");
      List<String> two = List.of("2", "long", "other");
      boolean keepsOld = mode == WriteMode.APPEND || mode == WriteMode.UPDATE;
      assertThat(rows, equalTo(keepsOld ? List.of(one, two) : List.of(two)));
      assertThat(
          TestDatabase.rows(
              connection,
              """
              SELECT col_description(oid, 3), has_column_privilege('reader', oid, 1::int2, 'SELECT'),
                (SELECT polname FROM pg_policy WHERE polrelid = c.oid)
              FROM pg_class AS c WHERE relname = ?
              """,
              table),
          contains(List.of("100 %s \\'x", "t", COLUMN)));
      assertThat(
          TestDatabase.rows(
              connection,
              "SELECT DISTINCT relnamespace::regnamespace::text FROM pg_class"
                  + " WHERE relname LIKE 'result\\_sink%' AND relkind = 'r'"),
          contains(List.of(quoted(stagingSchema))));
      assertThat(
          TestDatabase.rows(
              connection,
              "SELECT DISTINCT target_schema, target_table FROM %s.result_sink_ledger"
                  .formatted(quoted(stagingSchema))),
          contains(List.of(schema, table)));
    }
  }

  private static void publish(PostgresResultSink sink, String resolved, long id) {
    ResultSummary summary =
        Runners.DIRECT.publish(SampleRows.of(SCHEMA, List.of(id, "long", "other")), sink);
    assertThat(summary.table(), equalTo(resolved));
  }

  private Connection connect() throws SQLException {
    return DriverManager.getConnection(
        "jdbc:postgresql://%s:%d/%s"
            .formatted(database.server().host(), database.server().port(), encoded(other)),
        role,
        TestingPostgres.PASSWORD);
  }
}
