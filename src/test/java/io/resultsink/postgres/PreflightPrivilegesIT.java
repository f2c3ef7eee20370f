package io.resultsink.postgres;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.is;

import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.failure.IncompatibleTableException;
import io.resultsink.postgres.failure.ResultSinkException;
import io.resultsink.postgres.testing.Refusals;
import io.resultsink.postgres.testing.Runners;
import io.resultsink.postgres.testing.SampleRows;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestTable;
import io.resultsink.postgres.testing.TestingPostgres;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What a role may not do is said before anything is done. */
class PreflightPrivilegesIT {

  @RegisterExtension final TestDatabase database = new TestDatabase();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "APPEND|SELECT, UPDATE, DELETE|INSERT",
        "TRUNCATE|INSERT, SELECT, UPDATE|DELETE",
        "TRUNCATE|DELETE, SELECT, UPDATE|INSERT",
        "UPDATE|INSERT, SELECT, DELETE|UPDATE",
        "UPDATE|UPDATE, SELECT, DELETE|INSERT",
        "REPLACE|ALL|owner"
      })
  void aPrivilegeThatTheModeNeedsIsAskedForByName(WriteMode mode, String granted, String missing) {
    TestTable table = table();
    database.execute(
        "GRANT USAGE, CREATE ON SCHEMA results TO stranger",
        "GRANT " + granted + " ON " + table.quoted() + " TO stranger");
    assertRefused(table, mode, TestingPostgres.STRANGER, missing);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"APPEND|INSERT", "TRUNCATE|INSERT, DELETE, SELECT", "UPDATE|INSERT, UPDATE, SELECT"})
  void thePrivilegesOfTheModeAreEnough(WriteMode mode, String granted) {
    TestTable table = table();
    database.execute(
        "GRANT USAGE, CREATE ON SCHEMA results TO stranger",
        "GRANT " + granted + " ON " + table.quoted() + " TO stranger");
    Runners.DIRECT.publish(SampleRows.many(3), sinkAs(TestingPostgres.STRANGER, table, mode));
    assertThat(table.difference(SampleRows.COLUMNS, SampleRows.sql(3)), is(empty()));
  }

  @ParameterizedTest
  @EnumSource(WriteMode.class)
  void withoutCreateOnTheSchemaThereIsNoStagingAndTheStatementIsPrinted(WriteMode mode) {
    TestTable table = table();
    database.execute(
        "GRANT USAGE ON SCHEMA results TO stranger",
        "GRANT ALL ON " + table.quoted() + " TO stranger");
    assertRefused(table, mode, TestingPostgres.STRANGER, "CREATE", "results");
  }

  @ParameterizedTest
  @EnumSource(WriteMode.class)
  void withoutUsageOfTheSchemaTheStatementIsPrinted(WriteMode mode) {
    assertRefused(table(), mode, TestingPostgres.STRANGER, "USAGE", "results");
  }

  @Test
  void replaceNeedsAnOwnerThatTheRoleIsAMemberOf() {
    TestTable table = table();
    database.execute(
        "ALTER TABLE " + table.quoted() + " OWNER TO stranger",
        "GRANT ALL ON " + table.quoted() + " TO sink");
    assertRefused(table, WriteMode.REPLACE, TestingPostgres.SINK, "owner", "stranger");
  }

  @Test
  void replaceNeedsAnOwnerThatMayCreateInTheSchema() {
    TestTable table = table();
    database.execute(
        "ALTER TABLE " + table.quoted() + " OWNER TO team",
        "REVOKE CREATE ON SCHEMA results FROM team");
    assertRefused(table, WriteMode.REPLACE, TestingPostgres.SINK, "team", "CREATE", "results");
  }

  @ParameterizedTest
  @EnumSource(WriteMode.class)
  void aLedgerOfAnotherRoleNeedsItsGrant(WriteMode mode) {
    TestTable table = table();
    Runners.DIRECT.publish(
        SampleRows.many(3), TestTable.missing(database, "Other").sink(WriteMode.APPEND));
    database.execute(
        "ALTER TABLE " + table.quoted() + " OWNER TO stranger",
        "GRANT USAGE, CREATE ON SCHEMA results TO stranger");
    assertRefused(table, mode, TestingPostgres.STRANGER, "result_sink_ledger", "GRANT");
  }

  private TestTable table() {
    return TestTable.create(database, "Private", "id bigint PRIMARY KEY, name text, score float8");
  }

  private void assertRefused(TestTable table, WriteMode mode, String role, String... phrases) {
    ResultSinkException failure = Refusals.refused(database, sinkAs(role, table, mode));
    assertThat(failure, instanceOf(IncompatibleTableException.class));
    for (String phrase : phrases) {
      assertThat(failure.getMessage(), containsString(phrase));
    }
  }

  private PostgresResultSink sinkAs(String role, TestTable table, WriteMode mode) {
    return PostgresResultSink.to(
        database.urlAs(role, "results." + table.encoded() + "?" + TestTable.options(mode)));
  }
}
