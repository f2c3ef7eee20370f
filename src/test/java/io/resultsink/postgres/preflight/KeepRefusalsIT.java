package io.resultsink.postgres.preflight;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.both;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.hasItem;

import io.resultsink.postgres.PostgresResultSink;
import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.failure.ResultSinkException;
import io.resultsink.postgres.inspect.TargetInspector;
import io.resultsink.postgres.testing.Refusals;
import io.resultsink.postgres.testing.SampleRows;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestTable;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What {@code keep=all} cannot keep is refused by name, before anything is written. */
@Tag("attack")
class KeepRefusalsIT {

  @RegisterExtension final TestDatabase database = new TestDatabase();

  /** What hangs on the table %s, and what the refusal names. */
  private static final String[][] CANNOT_BE_KEPT = {
    {
      "CREATE VIEW results.whole AS SELECT whole FROM %s AS whole",
      "view results.whole depends on it"
    },
    {
      "CREATE VIEW results.theirs AS SELECT id FROM %s;"
          + " ALTER VIEW results.theirs OWNER TO stranger",
      "view results.theirs depends on it"
    },
    {
      "CREATE VIEW results.written AS SELECT id FROM %s;"
          + " CREATE RULE deletes AS ON DELETE TO results.written DO INSTEAD DELETE FROM %s",
      "view results.written depends on it"
    },
    {
      "CREATE MATERIALIZED VIEW results.held AS SELECT id FROM %s",
      "materialized view results.held depends on it"
    },
    {"CREATE TABLE results.user_of_type (whole %s)", "column whole of table results.user_of_type"},
    {
      "CREATE FUNCTION results.counted() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(*)"
          + " FROM %s; END",
      "function results.counted()"
    },
    {
      "CREATE TABLE results.child (parent bigint CONSTRAINT to_it REFERENCES %s)",
      "foreign key to_it of table results.child references it"
    },
    {
      "CREATE TABLE results.parent (id bigint PRIMARY KEY);"
          + " ALTER TABLE %s ADD CONSTRAINT from_it FOREIGN KEY (id) REFERENCES results.parent"
          + " NOT VALID",
      "foreign key from_it is NOT VALID"
    },
    {
      "ALTER TABLE %s ADD CONSTRAINT onto_it FOREIGN KEY (id) REFERENCES %s",
      "foreign key onto_it references the table itself"
    },
    {"CREATE TABLE results.heir () INHERITS (%s)", "results.heir"},
    {
      "CREATE TRIGGER inserted AFTER INSERT ON %s FOR EACH ROW EXECUTE FUNCTION results.acts()",
      "trigger inserted fires on INSERT or DELETE"
    },
    {
      "CREATE TRIGGER deleted AFTER DELETE OR UPDATE ON %s EXECUTE FUNCTION results.acts()",
      "trigger deleted fires on INSERT or DELETE"
    },
    {
      "CREATE RULE dropped AS ON DELETE TO %s DO ALSO SELECT 1",
      "rule dropped acts on INSERT or DELETE"
    },
    {"CREATE PUBLICATION sent FOR TABLE %s", "publication sent sends its rows"},
    {
      "CREATE INDEX broken ON %s (name);"
          + " UPDATE pg_index SET indisvalid = false WHERE indexrelid ="
          + " 'results.broken'::regclass",
      "index broken is not valid"
    },
    {
      "CREATE STATISTICS results.others ON id, name FROM %s;"
          + " ALTER STATISTICS results.others OWNER TO stranger",
      "statistics object others belongs to role stranger"
    },
    {
      "CREATE POLICY others ON results.user_of_it USING (EXISTS (SELECT FROM %s))",
      "policy others on table results.user_of_it depends on it"
    },
  };

  @Test
  void whatCannotBeKeptIsRefusedByName() {
    database.execute(
        "CREATE FUNCTION results.acts() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW;"
            + " END'",
        "GRANT CREATE ON SCHEMA results TO stranger",
        "CREATE TABLE results.user_of_it ()");
    for (String[] part : CANNOT_BE_KEPT) {
      TestTable table = table();
      database.execute(part[0].replace("%s", table.quoted()).split("; *+(?!END)"));
      List<String> problems;
      try (TargetInspector inspector = TargetInspector.of(target(table))) {
        problems = inspector.check(SampleRows.SCHEMA).problems();
      }
      assertThat(
          part[0],
          problems,
          hasItem(both(containsString(part[1])).and(containsString("; use mode="))));
      database.execute("DROP TABLE " + table.quoted() + " CASCADE");
    }
  }

  /** Found only by saying it: the definition has the old table's name. */
  @Test
  void whatCannotBeSaidAgainIsRefusedBeforeRowsAreStaged() {
    TestTable table = table();
    database.execute(
        "ALTER TABLE "
            + table.quoted()
            + " ADD CONSTRAINT whole CHECK (\""
            + table.name()
            + "\" IS NOT NULL)");
    ResultSinkException failure = Refusals.refused(database, PostgresResultSink.to(target(table)));
    assertThat(failure.getMessage(), containsString("constraint whole cannot be made"));
    assertThat(failure.getMessage(), containsString("use mode=truncate"));
  }

  @Test
  void columnsThatTheTableLacksAreRefused() {
    TestTable table = TestTable.create(database, "Narrow", "id bigint, name text");
    ResultSinkException failure = Refusals.refused(database, PostgresResultSink.to(target(table)));
    assertThat(failure.getMessage(), containsString("table has no such column"));
  }

  private TestTable table() {
    return TestTable.create(database, "Refused", "id bigint PRIMARY KEY, name text, score float8");
  }

  private static PostgresTarget target(TestTable table) {
    return PostgresTarget.parse(table.url("mode=replace&keep=all"));
  }
}
