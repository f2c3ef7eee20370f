package io.resultsink.pipelines.command;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.is;

import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.testing.TestDatabase;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A connection, tested in a database where another role has planted functions. */
class ConnectionTestIT {

  @RegisterExtension private final TestDatabase database = new TestDatabase();

  private ConnectionTest test() {
    return ConnectionTest.of(PostgresTarget.parse(database.url("t")));
  }

  @Test
  void saysWhereTablesCanBeCreated() {
    database.execute("CREATE SCHEMA two", "GRANT USAGE ON SCHEMA two TO sink");
    database.execute(
        "ALTER ROLE sink IN DATABASE " + database.name() + " SET search_path = results");
    assertThat(test().lines(), hasItem("tables    can be created in schema results"));
    assertThat(test().canCreateTables(), is(true));
    database.execute("ALTER ROLE sink IN DATABASE " + database.name() + " SET search_path = two");
    assertThat(
        test().lines(),
        hasItem("tables    can be created in results; name the schema: NAME:schema.table"));
    database.execute("DROP SCHEMA results");
    assertThat(
        test().lines(),
        hasItem(
            "tables    cannot be created; as the owner run GRANT CREATE ON SCHEMA two TO sink"));
    assertThat(test().canCreateTables(), is(false));
  }

  @Test
  void callsNothingThatOthersHavePlanted() {
    String raising = " LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'called'; END $$";
    database.execute(
        "CREATE SCHEMA own AUTHORIZATION sink",
        "CREATE SCHEMA planted",
        "GRANT USAGE ON SCHEMA planted TO sink",
        "CREATE FUNCTION planted.has_schema_privilege(name, text) RETURNS boolean" + raising,
        "CREATE FUNCTION planted.has_schema_privilege(oid, text) RETURNS boolean" + raising,
        "CREATE FUNCTION planted.planted(name, text) RETURNS boolean" + raising,
        "CREATE OPERATOR planted.!~ (LEFTARG = name, RIGHTARG = text, FUNCTION = planted.planted)",
        "CREATE OPERATOR planted.= (LEFTARG = name, RIGHTARG = text, FUNCTION = planted.planted)",
        "CREATE FUNCTION planted.pg_is_in_recovery() RETURNS boolean" + raising,
        "ALTER ROLE sink IN DATABASE "
            + database.name()
            + " SET search_path = planted, own, pg_catalog");
    assertThat(test().canCreateTables(), is(true));
  }
}
