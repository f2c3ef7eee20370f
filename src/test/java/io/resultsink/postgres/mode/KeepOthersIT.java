package io.resultsink.postgres.mode;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.is;

import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.testing.Definition;
import io.resultsink.postgres.testing.SampleRows;
import io.resultsink.postgres.testing.Steps;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestTable;
import io.resultsink.postgres.testing.TestingPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Policies and rules of other tables that name a table whose definition is kept. */
@Tag("attack")
class KeepOthersIT {

  @RegisterExtension final TestDatabase database = new TestDatabase();

  @ParameterizedTest
  @ValueSource(strings = {"logged", "unlogged"})
  void policiesAndRulesOfOtherTablesNameTheNewTable(String staging) throws SQLException {
    TestTable table =
        TestTable.create(
            database, "Named \"%s\"", "id bigint PRIMARY KEY, name text, score float8");
    TestTable other = new TestTable(database, "other's \"%s\"");
    String name = table.quoted();
    database.executeAs(
        TestingPostgres.SINK,
        "INSERT INTO " + name + " VALUES (3, 'old', 0)",
        "CREATE TABLE " + other.quoted() + " (id bigint, what text)",
        "INSERT INTO " + other.quoted() + " VALUES (3, 'there'), (7, 'new'), (99, 'never')",
        "ALTER TABLE " + other.quoted() + " ENABLE ROW LEVEL SECURITY",
        "CREATE POLICY \"seen %s\" ON "
            + other.quoted()
            + " FOR SELECT TO reader, stranger USING (EXISTS (SELECT FROM "
            + name
            + " AS t WHERE t.id = \"other's \"\"%s\"\"\".id))",
        "CREATE POLICY written ON "
            + other.quoted()
            + " AS RESTRICTIVE FOR INSERT WITH CHECK (id IN (SELECT id FROM "
            + name
            + " GROUP BY id HAVING count(name) > 0))",
        "COMMENT ON POLICY written ON " + other.quoted() + " IS 'by the id''s'",
        "CREATE RULE \"noted %s\" AS ON UPDATE TO "
            + other.quoted()
            + " WHERE NEW.what = 'note it' DO ALSO UPDATE "
            + name
            + " SET name = 'noted %s' WHERE id = NEW.id",
        "COMMENT ON RULE \"noted %s\" ON " + other.quoted() + " IS 'noted'",
        "ALTER TABLE " + other.quoted() + " ENABLE ALWAYS RULE \"noted %s\"",
        "CREATE VIEW results.window AS SELECT id, name FROM " + name,
        "CREATE RULE through AS ON DELETE TO results.window DO INSTEAD DELETE FROM "
            + name
            + " WHERE id = OLD.id",
        "CREATE VIEW results.unrelated AS SELECT 1 AS one",
        "CREATE RULE through AS ON UPDATE TO results.unrelated DO INSTEAD DELETE FROM " + name,
        "GRANT SELECT ON " + other.quoted() + ", " + name + " TO reader");
    List<String> before = Definition.of(table);
    List<String> ofOther = Definition.of(other);
    String old = table.oid();
    for (int round = 1; round <= 2; round++) {
      try (Steps run =
          new Steps(PostgresTarget.parse(table.url("mode=replace&keep=all&staging=" + staging)))) {
        run.tidy(run.publish(run.stage(0, 20)));
      }
      assertThat(Definition.of(table), equalTo(before));
      assertThat(Definition.of(other), equalTo(ofOther));
    }
    assertThat(table.difference(SampleRows.COLUMNS, SampleRows.sql(20)), is(empty()));
    assertThat(
        "nothing names the old one",
        database.value("SELECT count(*) FROM pg_depend WHERE refobjid = ?", Long.valueOf(old)),
        equalTo("0"));

    try (Connection reader = database.connect(TestingPostgres.READER)) {
      assertThat(
          TestDatabase.rows(reader, "SELECT id FROM " + other.quoted() + " ORDER BY id"),
          equalTo(List.of(List.of("3"), List.of("7"))));
    }
    database.execute("DELETE FROM results.window WHERE id = 7");
    assertThat("through the view", table.count(), equalTo(19L));
    database.execute("UPDATE " + other.quoted() + " SET what = 'note it' WHERE id = 3");
    assertThat(database.value("SELECT name FROM " + name + " WHERE id = 3"), equalTo("noted %s"));
  }
}
