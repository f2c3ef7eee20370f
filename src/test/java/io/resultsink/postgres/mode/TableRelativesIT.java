package io.resultsink.postgres.mode;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.is;

import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.failure.ResultSinkException;
import io.resultsink.postgres.testing.Ranking;
import io.resultsink.postgres.testing.Runners;
import io.resultsink.postgres.testing.SampleRows;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestTable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Parents, children, partitions and foreign keys: the table that was named changes, no other. */
@Tag("attack")
class TableRelativesIT {

  @RegisterExtension final TestDatabase database = new TestDatabase();

  @Tag("torture")
  @ParameterizedTest
  @EnumSource(
      value = WriteMode.class,
      names = {"APPEND", "UPDATE"})
  void aParentGetsTheRowsAndItsHeirsKeepTheirs(WriteMode mode) {
    Ranking ranking = Ranking.create(database, mode);
    database.executeAs(
        "sink",
        "CREATE TABLE results.heir () INHERITS (" + ranking.table().quoted() + ")",
        "INSERT INTO results.heir VALUES (5, 'heir', 0), (-7, 'heir', 0)");
    String old = ranking.newRows();
    database.execute("CREATE TABLE results.before AS SELECT * FROM results.heir");
    publish(ranking);
    assertThat(
        ranking
            .table()
            .difference(SampleRows.COLUMNS, "(" + old + ") UNION ALL SELECT * FROM results.before"),
        is(empty()));
    assertThat(
        database.rows("SELECT * FROM results.heir EXCEPT ALL SELECT * FROM results.before"),
        is(empty()));
  }

  @Tag("torture")
  @ParameterizedTest
  @EnumSource(value = WriteMode.class, names = "REPLACE", mode = EnumSource.Mode.EXCLUDE)
  void anHeirChangesAndItsParentKeepsItsRows(WriteMode mode) {
    database.executeAs(
        "sink",
        "CREATE TABLE results.parent (" + Ranking.DEFINITION + ")",
        "INSERT INTO results.parent VALUES (5, 'parent', 0), (-7, 'parent', 0)");
    TestTable heir = TestTable.missing(database, "Heir");
    database.executeAs(
        "sink", "CREATE TABLE " + heir.quoted() + " (PRIMARY KEY (id)) INHERITS (results.parent)");
    Ranking.fill(heir, mode).publish();
    assertThat(
        database.column("SELECT id FROM ONLY results.parent ORDER BY id"), contains("-7", "5"));
  }

  @Tag("torture")
  @ParameterizedTest
  @EnumSource(value = WriteMode.class, names = "REPLACE", mode = EnumSource.Mode.EXCLUDE)
  void partitionsOfPartitionsAreWrittenThroughTheirRoot(WriteMode mode) {
    TestTable root = TestTable.missing(database, "Root");
    database.executeAs(
        "sink",
        "CREATE TABLE " + root.quoted() + " (" + Ranking.DEFINITION + ") PARTITION BY RANGE (id)",
        "CREATE TABLE results.low PARTITION OF "
            + root.quoted()
            + " FOR VALUES FROM (MINVALUE) TO (300) PARTITION BY RANGE (id)",
        "CREATE TABLE results.lowest PARTITION OF results.low"
            + " FOR VALUES FROM (MINVALUE) TO (0)",
        "CREATE TABLE results.lower PARTITION OF results.low DEFAULT",
        "CREATE TABLE results.rest PARTITION OF " + root.quoted() + " DEFAULT");
    Ranking.fill(root, mode).publish();
  }

  @Tag("torture")
  @ParameterizedTest
  @EnumSource(value = WriteMode.class, names = "REPLACE", mode = EnumSource.Mode.EXCLUDE)
  void rowsThatNoPartitionTakesFailTheRunUntouched(WriteMode mode) {
    TestTable root = TestTable.missing(database, "Root");
    database.executeAs(
        "sink",
        "CREATE TABLE " + root.quoted() + " (" + Ranking.DEFINITION + ") PARTITION BY RANGE (id)",
        "CREATE TABLE results.low PARTITION OF "
            + root.quoted()
            + " FOR VALUES FROM (MINVALUE) TO (300)");
    ResultSinkException failure = Ranking.fill(root, mode).fail("staging_ttl=7d");
    assertThat(failure.sqlState(), equalTo("23514"));
  }

  @Tag("torture")
  @ParameterizedTest
  @EnumSource(WriteMode.class)
  void aTableThatReferencesItselfIsPublishedInto(WriteMode mode) {
    TestTable table =
        TestTable.create(
            database, "Tree", Ranking.DEFINITION + ", parent bigint DEFAULT 1 NOT NULL");
    database.execute(
        "ALTER TABLE "
            + table.quoted()
            + " ADD FOREIGN KEY (parent) REFERENCES "
            + table.quoted()
            + " ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED");
    if (mode == WriteMode.APPEND) {
      database.execute("ALTER TABLE " + table.quoted() + " ALTER parent SET DEFAULT -1");
    }
    Ranking.fill(table, mode).publish();
  }

  /** Its key has others beside it that go with it, one for each partition. */
  @Test
  void aTableThatReferencesAPartitionedOneIsReplaced() {
    Ranking ranking = Ranking.create(database, WriteMode.REPLACE);
    database.execute(
        "CREATE TABLE results.whole (id bigint PRIMARY KEY) PARTITION BY RANGE (id)",
        "CREATE TABLE results.low PARTITION OF results.whole FOR VALUES FROM (MINVALUE) TO (0)",
        "CREATE TABLE results.high PARTITION OF results.whole DEFAULT",
        "ALTER TABLE "
            + ranking.table().quoted()
            + " ADD FOREIGN KEY (id) REFERENCES results.whole NOT VALID");
    ranking.publish();
  }

  /** Its key is called as another table's, which cannot be put off. */
  @Test
  void aDeferrableKeyIsPutOffWhateverOthersAreCalled() {
    Ranking ranking = Ranking.create(database, WriteMode.TRUNCATE);
    database.execute(
        "CREATE TABLE results.child (id bigint, CONSTRAINT parent FOREIGN KEY (id) REFERENCES "
            + ranking.table().quoted()
            + " DEFERRABLE)",
        "INSERT INTO results.child VALUES (5)",
        "CREATE TABLE results.other (id bigint PRIMARY KEY)",
        "CREATE TABLE results.cousin (id bigint,"
            + " CONSTRAINT parent FOREIGN KEY (id) REFERENCES results.other)");
    ranking.publish();
    assertThat(database.column("SELECT id FROM results.child"), contains("5"));
  }

  @Tag("torture")
  @ParameterizedTest
  @ValueSource(strings = {"CASCADE", "SET NULL", "SET DEFAULT", "RESTRICT", "NO ACTION"})
  void anUpdateLeavesTheRowsOfReferencingTablesAlone(String action) {
    Ranking ranking = Ranking.create(database, WriteMode.UPDATE);
    database.execute(
        "CREATE TABLE results.child (id bigint REFERENCES "
            + ranking.table().quoted()
            + " ON DELETE %1$s ON UPDATE %1$s)".formatted(action),
        "INSERT INTO results.child VALUES (-5), (5)");
    ranking.publish();
    assertThat(database.column("SELECT id FROM results.child ORDER BY 1"), contains("-5", "5"));
  }

  private static void publish(Ranking ranking) {
    Runners.DIRECT.publish(SampleRows.many(Ranking.ROWS), ranking.table().sink(ranking.mode()));
  }
}
