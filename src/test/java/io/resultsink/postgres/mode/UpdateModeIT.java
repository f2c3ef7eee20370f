package io.resultsink.postgres.mode;

import static io.resultsink.postgres.testing.SampleRows.COLUMNS;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.resultsink.postgres.PostgresResultSink;
import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.failure.PublishFailedException;
import io.resultsink.postgres.failure.ResultSinkException.Remedy;
import io.resultsink.postgres.internal.run.StagedChunk;
import io.resultsink.postgres.testing.Runners;
import io.resultsink.postgres.testing.SampleRows;
import io.resultsink.postgres.testing.Steps;
import io.resultsink.postgres.testing.TableCatalog;
import io.resultsink.postgres.testing.TestTable;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.schemas.Schema;
import org.junit.jupiter.api.Test;

/** {@code mode=update}: old rows, and the result upserted by its key. */
class UpdateModeIT extends BaseWriteModeIT {

  private static final Schema PAIRS =
      Schema.builder()
          .addInt64Field("a")
          .addStringField("b")
          .addNullableInt64Field("value")
          .build();

  UpdateModeIT() {
    super(WriteMode.UPDATE);
  }

  @Override
  String after(String old, String result) {
    return "(SELECT %1$s FROM (%2$s) o WHERE id NOT IN (SELECT id FROM (%3$s) k)) UNION ALL (%3$s)"
        .formatted(COLUMNS, old, result);
  }

  @Override
  void assertDefinition(TableCatalog before, TableCatalog after) {
    assertThat(after, equalTo(before));
  }

  @Override
  List<String> constraintsOfCreatedTable() {
    return List.of("PRIMARY KEY (id)");
  }

  @Override
  long lastOldId() {
    return 1000;
  }

  @Test
  void columnsThatTheResultLacksKeepTheirValueAndTakeTheirDefaultInNewRows() {
    TestTable table = existing();
    database.execute("DELETE FROM " + table.quoted() + " WHERE id NOT IN (-1, 1)");
    Runners.DIRECT.publish(SampleRows.many(3), table.sink(WriteMode.UPDATE));
    assertThat(
        table.rows("id, note"),
        contains(
            List.of("-1", "old"),
            List.of("0", "unset"),
            List.of("1", "old"),
            List.of("2", "unset")));
  }

  @Test
  void aKeyOfSeveralColumnsCanBeGivenInAnyOrder() {
    TestTable table =
        TestTable.create(database, "Pairs", "a bigint, b text, value bigint, UNIQUE (a, b)");
    database.execute("INSERT INTO " + table.quoted() + " VALUES (1, 'x', 1), (1, 'y', 2)");
    Runners.DIRECT.publish(
        SampleRows.of(PAIRS, List.of(1L, "y", 20L), List.of(2L, "x", 30L)),
        PostgresResultSink.to(table.url("mode=update&unique=[b,a]")));
    assertThat(
        table.rows("a, b, value"),
        contains(List.of("1", "x", "1"), List.of("1", "y", "20"), List.of("2", "x", "30")));
  }

  /** As ON CONFLICT calls the row that it was about to insert. */
  @Test
  void aTableMayBeNamedExcluded() {
    database.execute(
        "CREATE TABLE results.excluded (a bigint, b text, value bigint, UNIQUE (a, b))",
        "ALTER TABLE results.excluded OWNER TO sink",
        "INSERT INTO results.excluded VALUES (1, 'x', 1)");
    Runners.DIRECT.publish(
        SampleRows.of(PAIRS, List.of(1L, "x", 2L)),
        PostgresResultSink.to(database.url("excluded?mode=update&unique=a,b")));
    assertThat(database.column("SELECT value FROM results.excluded"), contains("2"));
  }

  @Test
  void aMissingTableGetsAPrimaryKeyOfSeveralColumns() {
    TestTable table = TestTable.missing(database, "Pairs");
    Runners.DIRECT.publish(
        SampleRows.of(PAIRS, List.of(1L, "y", 20L)),
        PostgresResultSink.to(table.url("mode=update&unique=a,b")));
    assertThat(TableCatalog.of(table).constraints(), contains("PRIMARY KEY (a, b)"));
    assertThat(table.rows("a, b, value"), contains(List.of("1", "y", "20")));
  }

  @Test
  void aResultOfKeysOnlyAddsTheNewOnes() {
    TestTable table = existing();
    database.execute("DELETE FROM " + table.quoted() + " WHERE id NOT IN (-1, 1)");
    Schema keys = Schema.builder().addInt64Field("id").build();
    Runners.DIRECT.publish(
        SampleRows.of(keys, List.of(1L), List.of(2L)), table.sink(WriteMode.UPDATE));
    assertThat(table.rows("id"), containsInAnyOrder(List.of("-1"), List.of("1"), List.of("2")));
    assertThat(
        database.value("SELECT name FROM " + table.quoted() + " WHERE id = 1"), equalTo("old-1"));
  }

  @Test
  void aNullOverwritesTheOldValue() {
    TestTable table = existing();
    Runners.DIRECT.publish(SampleRows.many(1), table.sink(WriteMode.UPDATE));
    assertThat(
        database.column("SELECT name FROM " + table.quoted() + " WHERE id = 0"),
        contains((String) null));
  }

  @Test
  void aUniqueIndexThatIsNoConstraintIsAKeyToo() {
    TestTable table =
        TestTable.create(database, "Pairs", "id bigint NOT NULL, name text, score float8");
    database.execute(
        "CREATE UNIQUE INDEX ON " + table.quoted() + " (id)",
        "INSERT INTO " + table.quoted() + " VALUES (1, 'old', 0)");
    Runners.DIRECT.publish(SampleRows.many(FEW), table.sink(WriteMode.UPDATE));
    assertThat(table.difference(COLUMNS, SampleRows.sql(FEW)), is(empty()));
  }

  /** A unique index takes any number of NULLs, so each such row would be a new one. */
  @Test
  void keysThatAreNullAreRefusedByTheirNumber() {
    TestTable table = TestTable.create(database, "Nulls", "id bigint, name text, score float8");
    database.execute("CREATE UNIQUE INDEX ON " + table.quoted() + " (name)");
    String url = table.url("mode=update&unique=name");
    try (Steps run = new Steps(PostgresTarget.parse(url))) {
      List<StagedChunk> chunks = run.stage(0, 14);
      PublishFailedException failure =
          assertThrows(PublishFailedException.class, () -> run.publish(chunks));
      assertThat(failure.remedy(), is(Remedy.FIX_DATA));
      assertThat(
          failure.getMessage(),
          containsString(
              "the key (name) of the result must be unique and not NULL: 0 keys occur more than"
                  + " once, 2 rows have NULL in it"));
      assertThat(failure.getMessage(), containsString("is untouched"));
    }
    assertThat(table.count(), is(0L));
  }

  /** The two rows may differ, and no rule says which one is meant. */
  @Test
  void keysThatOccurTwiceAreRefusedByTheirNumber() {
    TestTable table = existing();
    List<String> before = database.column("SELECT t::text FROM " + table.quoted() + " t");
    try (Steps run = new Steps(PostgresTarget.parse(table.url("mode=update&unique=id")))) {
      List<StagedChunk> chunks = new ArrayList<>(run.stage(0, 5));
      chunks.addAll(run.stage(3, 9));
      PublishFailedException failure =
          assertThrows(PublishFailedException.class, () -> run.publish(chunks));
      assertThat(failure.remedy(), is(Remedy.FIX_DATA));
      assertThat(
          failure.getMessage(),
          containsString("2 keys occur more than once, 0 rows have NULL in it"));
      assertThat(failure.getMessage(), containsString("is untouched"));
    }
    assertThat(database.column("SELECT t::text FROM " + table.quoted() + " t"), is(before));
  }

  @Test
  void foreignKeysOfOtherTablesStayAsTheyAre() {
    TestTable table = existing();
    database.execute(
        "CREATE TABLE results.child (id bigint REFERENCES "
            + table.quoted()
            + " ON DELETE CASCADE)",
        "INSERT INTO results.child VALUES (1), (-5)");
    Runners.DIRECT.publish(SampleRows.many(FEW), table.sink(WriteMode.UPDATE));
    assertThat(database.value("SELECT count(*) FROM results.child"), equalTo("2"));
  }

  @Test
  void theKeyOfAMissingTableMustBeInTheResult() {
    TestTable table = TestTable.missing(database, "Pairs");
    String message =
        Runners.DIRECT
            .failure(
                SampleRows.of(PAIRS, List.of(1L, "y", 20L)),
                PostgresResultSink.to(table.url("mode=update&unique=a,nokey")))
            .getMessage();
    assertThat(message, containsString("nokey"));
  }
}
