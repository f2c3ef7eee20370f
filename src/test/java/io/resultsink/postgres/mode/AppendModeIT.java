package io.resultsink.postgres.mode;

import static io.resultsink.postgres.testing.SampleRows.COLUMNS;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.is;

import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.testing.Runners;
import io.resultsink.postgres.testing.SampleRows;
import io.resultsink.postgres.testing.TableCatalog;
import io.resultsink.postgres.testing.TestTable;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.apache.beam.sdk.schemas.Schema;
import org.junit.jupiter.api.Test;

/** {@code mode=append}: old rows and result. */
class AppendModeIT extends BaseWriteModeIT {

  AppendModeIT() {
    super(WriteMode.APPEND);
  }

  @Override
  String after(String old, String result) {
    return "(" + old + ") UNION ALL (" + result + ")";
  }

  @Override
  void assertDefinition(TableCatalog before, TableCatalog after) {
    assertThat(after, equalTo(before));
  }

  @Test
  void columnsThatTheResultLacksTakeTheirDefault() {
    TestTable table =
        TestTable.create(
            database,
            "Log",
            "n serial, id bigint, name text, score float8, note text DEFAULT 'unset' NOT NULL,"
                + " twice bigint GENERATED ALWAYS AS (id * 2) STORED");
    Runners.DIRECT.publish(SampleRows.many(3), table.sink(WriteMode.APPEND));
    assertThat(
        table.rows("n, note"),
        contains(List.of("1", "unset"), List.of("2", "unset"), List.of("3", "unset")));
    assertThat(table.rows("twice").size(), equalTo(3));
  }

  @Test
  void waitsForNoWriterAndNoReaderOfTheTable() throws SQLException {
    TestTable table = existing();
    try (Connection busy = database.superuser();
        Statement statement = busy.createStatement()) {
      busy.setAutoCommit(false);
      statement.execute("UPDATE " + table.quoted() + " SET note = 'held' WHERE id = -1");
      Runners.DIRECT.publish(SampleRows.many(FEW), table.sink(WriteMode.APPEND));
      busy.rollback();
    }
    assertThat(table.count(), equalTo(1000L + FEW));
  }

  @Test
  void needsNoMoreThanInsertOnTheTable() {
    TestTable table = existing();
    database.execute(
        "ALTER TABLE " + table.quoted() + " OWNER TO postgres",
        "GRANT INSERT ON " + table.quoted() + " TO sink");
    Runners.DIRECT.publish(SampleRows.many(FEW), table.sink(WriteMode.APPEND));
    assertThat(table.difference(COLUMNS, after(oldRows(), SampleRows.sql(FEW))), is(empty()));
  }

  @Test
  void rowsReachThePartitionsOfAPartitionedTable() {
    TestTable table = TestTable.missing(database, "Parts");
    database.executeAs(
        "sink",
        "CREATE TABLE "
            + table.quoted()
            + " (id bigint, name text, score float8) PARTITION BY RANGE (id)",
        "CREATE TABLE results.low PARTITION OF "
            + table.quoted()
            + " FOR VALUES FROM (MINVALUE) TO (10)",
        "CREATE TABLE results.high PARTITION OF "
            + table.quoted()
            + " FOR VALUES FROM (10) TO (MAXVALUE)");
    Runners.DIRECT.publish(SampleRows.many(FEW), table.sink(WriteMode.APPEND));
    assertThat(database.value("SELECT count(*) FROM results.low"), equalTo("10"));
    assertThat(database.value("SELECT count(*) FROM results.high"), equalTo("10"));
  }

  @Test
  void aColumnIsFoundByTheOneNameThatDiffersInCaseOnly() {
    TestTable table =
        TestTable.create(database, "Case", "\"ID\" bigint, \"Name\" text, score float8");
    Runners.DIRECT.publish(SampleRows.many(FEW), table.sink(WriteMode.APPEND));
    assertThat(table.difference("\"ID\", \"Name\", score", SampleRows.sql(FEW)), is(empty()));
  }

  @Test
  void theExactNameGoesBeforeOneThatDiffersInCase() {
    TestTable table = TestTable.create(database, "Case", "\"ID\" text, id bigint");
    Schema schema = Schema.builder().addInt64Field("id").build();
    Runners.DIRECT.publish(SampleRows.of(schema, List.of(7L)), table.sink(WriteMode.APPEND));
    assertThat(database.value("SELECT id FROM " + table.quoted()), equalTo("7"));
    assertThat(table.rows("\"ID\" IS NULL"), contains(List.of("t")));
  }

  @Test
  void timeoutsOfTheRoleDoNotCutThePublishShort() {
    TestTable table = existing();
    database.execute(
        "CREATE FUNCTION results.slow() RETURNS trigger LANGUAGE plpgsql AS"
            + " 'BEGIN PERFORM pg_sleep(2); RETURN NEW; END'",
        "CREATE TRIGGER slow BEFORE INSERT ON "
            + table.quoted()
            + " FOR EACH STATEMENT EXECUTE FUNCTION results.slow()",
        "ALTER ROLE sink IN DATABASE " + database.name() + " SET statement_timeout = '1500ms'");
    Runners.DIRECT.publish(SampleRows.many(FEW), table.sink(WriteMode.APPEND));
    assertThat(table.count(), equalTo(1000L + FEW));
  }

  @Test
  void itsSessionsNameThemselves() {
    TestTable table = existing();
    database.execute(
        "CREATE FUNCTION results.who() RETURNS trigger LANGUAGE plpgsql AS"
            + " 'BEGIN NEW.note := current_setting(''application_name''); RETURN NEW; END'",
        "CREATE TRIGGER who BEFORE INSERT ON "
            + table.quoted()
            + " FOR EACH ROW EXECUTE FUNCTION results.who()");
    Runners.DIRECT.publish(SampleRows.many(FEW), table.sink(WriteMode.APPEND));
    assertThat(
        database.column(
            "SELECT DISTINCT note LIKE 'result\\_sink%' FROM " + table.quoted() + " WHERE id >= 0"),
        contains("t"));
  }
}
