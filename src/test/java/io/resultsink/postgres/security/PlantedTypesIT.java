package io.resultsink.postgres.security;

import static io.resultsink.postgres.testing.TestingPostgres.SINK;
import static io.resultsink.postgres.testing.TestingPostgres.STRANGER;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.is;

import io.resultsink.postgres.PostgresResultSink;
import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.testing.Runners;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestTable;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.values.Row;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Another role has put types with the names of PostgreSQL's own into a schema that the publisher's
 * search path has before {@code pg_catalog}: rows are converted by PostgreSQL's.
 */
@Tag("attack")
class PlantedTypesIT {

  /** A value for a column of each of the types, which all are written from text. */
  private static final Map<String, String> VALUES =
      Map.of("inet", "10.0.0.1", "xml", "<a/>", "tsquery", "'a'", "point", "(1,2)");

  private static final Schema SCHEMA =
      Schema.builder()
          .addInt64Field("id")
          .addStringField("inet")
          .addStringField("xml")
          .addStringField("tsquery")
          .addStringField("point")
          .addArrayField("inets", Schema.FieldType.STRING)
          .build();

  private static final Row ROW =
      Row.withSchema(SCHEMA)
          .addValue(1L)
          .addValue(VALUES.get("inet"))
          .addValue(VALUES.get("xml"))
          .addValue(VALUES.get("tsquery"))
          .addValue(VALUES.get("point"))
          .addArray("10.0.0.2")
          .build();

  @RegisterExtension final TestDatabase database = new TestDatabase();

  private TestTable table;

  @BeforeEach
  void plant() {
    table =
        TestTable.create(
            database,
            "Typed",
            "id bigint PRIMARY KEY, inet inet, xml xml, tsquery tsquery, point point, inets inet[]");
    database.execute("CREATE SCHEMA planted", "GRANT ALL ON SCHEMA planted TO stranger");
    database.executeAs(
        STRANGER,
        "CREATE TABLE planted.loot (who text)",
        "GRANT INSERT ON planted.loot TO PUBLIC",
        """
        CREATE FUNCTION planted.spy(anyelement) RETURNS boolean LANGUAGE plpgsql
        AS 'BEGIN INSERT INTO planted.loot VALUES (current_user); RETURN true; END'
        """);
    for (String type : VALUES.keySet()) {
      database.executeAs(
          STRANGER,
          "CREATE DOMAIN planted.%1$s AS pg_catalog.%1$s CHECK (planted.spy(VALUE))"
              .formatted(type));
    }
    database.execute(
        "GRANT USAGE ON SCHEMA planted TO PUBLIC",
        "ALTER ROLE sink IN DATABASE "
            + database.name()
            + " SET search_path = planted, results, pg_catalog");
  }

  private List<String> loot() {
    return database.column("SELECT who FROM planted.loot");
  }

  @Test
  void theTrapIsReal() {
    database.executeAs(
        SINK, "INSERT INTO " + table.quoted() + " (id, inet) SELECT 0, CAST('::1' AS inet)");
    assertThat(loot(), contains(SINK));
  }

  @ParameterizedTest
  @EnumSource(WriteMode.class)
  void rowsAreConvertedByPostgresOwnTypes(WriteMode mode) {
    PostgresResultSink sink =
        PostgresResultSink.to(
            database.url("results." + table.encoded() + "?" + TestTable.options(mode)));
    Runners.DIRECT.publish(Create.of(ROW).withRowSchema(SCHEMA), sink);
    assertThat(table.count(), equalTo(1L));
    assertThat(loot(), is(empty()));
  }
}
