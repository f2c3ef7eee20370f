package io.resultsink.postgres.preflight;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.both;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.is;

import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.inspect.TargetInspector;
import io.resultsink.postgres.testing.SampleRows;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestTable;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A table that TRUNCATE or a frozen COPY would not do right by is refused by name. */
@Tag("attack")
class EmptyingRefusalsIT {

  @RegisterExtension final TestDatabase database = new TestDatabase();

  /** A statement about the table %s, what the refusal names, and the way out. */
  private static final String[][] REFUSED = {
    {
      "CREATE TABLE results.child (parent bigint CONSTRAINT to_it REFERENCES %s)",
      "foreign key to_it of table results.child references it",
      "use mode=update"
    },
    {
      "CREATE TABLE results.child (parent bigint CONSTRAINT to_it REFERENCES %s DEFERRABLE)",
      "foreign key to_it of table results.child references it",
      "use reset=delete"
    },
    {
      "CREATE TRIGGER inserted BEFORE INSERT ON %s FOR EACH ROW EXECUTE FUNCTION results.acts()",
      "trigger inserted fires on INSERT or DELETE",
      "use reset=delete"
    },
    {
      "CREATE TRIGGER deleted AFTER DELETE ON %s EXECUTE FUNCTION results.acts()",
      "trigger deleted fires on INSERT or DELETE",
      "use reset=delete"
    },
    {
      "CREATE RULE dropped AS ON DELETE TO %s DO ALSO SELECT 1",
      "rule dropped acts on INSERT or DELETE",
      "use reset=delete"
    },
    {
      "CREATE PUBLICATION sent FOR TABLE %s WITH (publish = 'insert, update, delete')",
      "publication sent sends its rows and not its TRUNCATE",
      "use reset=delete"
    },
    {"CREATE TABLE results.heir () INHERITS (%s)", "results.heir inherits from", "use mode=update"},
    {"REVOKE TRUNCATE ON %s FROM sink", "TRUNCATE", "GRANT TRUNCATE"},
  };

  @Test
  void whatWouldMissRowsIsRefusedByName() {
    database.execute(
        "CREATE FUNCTION results.acts() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW;"
            + " END'");
    for (String[] refused : REFUSED) {
      TestTable table = table();
      database.execute(refused[0].formatted(table.quoted()));
      assertThat(
          refused[0],
          problems(table),
          hasItem(both(containsString(refused[1])).and(containsString(refused[2]))));
      database.execute(
          "DROP TABLE " + table.quoted() + " CASCADE", "DROP TABLE IF EXISTS results.child");
    }
  }

  @Test
  void partitionedTablesAndPartitionsThatArePublishedAsTheirRootAreRefused() {
    TestTable root = TestTable.missing(database, "Root");
    TestTable leaf = TestTable.missing(database, "Leaf");
    database.executeAs(
        "sink",
        "CREATE TABLE "
            + root.quoted()
            + " (id bigint PRIMARY KEY, name text, score float8) PARTITION BY RANGE (id)",
        "CREATE TABLE " + leaf.quoted() + " PARTITION OF " + root.quoted() + " DEFAULT");
    assertThat(
        problems(root), hasItem(containsString("is partitioned, and COPY ... FREEZE fills")));
    assertThat(problems(leaf), is(empty()));
    database.execute(
        "CREATE PUBLICATION rooted FOR TABLE "
            + root.quoted()
            + " WITH (publish_via_partition_root = true)");
    assertThat(
        problems(leaf),
        hasItem(containsString("publication rooted sends its rows and not its TRUNCATE")));
  }

  @Test
  void whatPassesBothIsNoHindrance() {
    TestTable table = table();
    database.execute(
        "CREATE FUNCTION results.acts() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL;"
            + " END'",
        "CREATE TRIGGER emptied AFTER TRUNCATE OR UPDATE ON "
            + table.quoted()
            + " EXECUTE FUNCTION results.acts()",
        "CREATE TRIGGER off AFTER INSERT ON " + table.quoted() + " EXECUTE FUNCTION results.acts()",
        "ALTER TABLE " + table.quoted() + " DISABLE TRIGGER off",
        "CREATE PUBLICATION sent FOR TABLE " + table.quoted(),
        "CREATE MATERIALIZED VIEW results.held AS SELECT id FROM " + table.quoted());
    assertThat(problems(table), is(empty()));
  }

  private TestTable table() {
    return TestTable.create(database, "Refused", "id bigint PRIMARY KEY, name text, score float8");
  }

  private static List<String> problems(TestTable table) {
    PostgresTarget target = PostgresTarget.parse(table.url("mode=truncate&reset=truncate"));
    try (TargetInspector inspector = TargetInspector.of(target)) {
      return inspector.check(SampleRows.SCHEMA).problems();
    }
  }
}
