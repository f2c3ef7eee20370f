package io.resultsink.postgres.mode;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.instanceOf;

import io.resultsink.postgres.PostgresResultSink;
import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.failure.IncompatibleTableException;
import io.resultsink.postgres.failure.ResultSinkException;
import io.resultsink.postgres.internal.session.FaultPoint;
import io.resultsink.postgres.internal.session.Faults;
import io.resultsink.postgres.testing.Ranking;
import io.resultsink.postgres.testing.Refusals;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestTable;
import io.resultsink.postgres.testing.TestingPostgres;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Policies that would hide rows from our own statements. */
@Tag("attack")
class RowSecurityIT {

  @RegisterExtension final TestDatabase database = new TestDatabase();

  private Ranking guarded(WriteMode mode, String how) {
    Ranking ranking = Ranking.create(database, mode);
    String name = ranking.table().quoted();
    database.execute(
        "CREATE POLICY even ON " + name + " USING (id % 2 = 0) WITH CHECK (true)",
        "ALTER TABLE " + name + " " + how + " ROW LEVEL SECURITY");
    return ranking;
  }

  @Tag("torture")
  @ParameterizedTest
  @EnumSource(WriteMode.class)
  void theOwnersWritesAreWhole(WriteMode mode) {
    guarded(mode, "ENABLE").publish();
  }

  @ParameterizedTest
  @EnumSource(value = WriteMode.class, names = "REPLACE", mode = EnumSource.Mode.EXCLUDE)
  void forcedUponTheOwnerItIsRefused(WriteMode mode) {
    Ranking ranking = guarded(mode, "ENABLE");
    database.execute("ALTER TABLE " + ranking.table().quoted() + " FORCE ROW LEVEL SECURITY");
    assertRefused(Refusals.refused(database, ranking.table().sink(mode)), TestingPostgres.SINK);
  }

  @Tag("torture")
  @ParameterizedTest
  @EnumSource(value = WriteMode.class, names = "REPLACE", mode = EnumSource.Mode.EXCLUDE)
  void aRoleThatItAppliesToIsRefused(WriteMode mode) {
    Ranking ranking = guarded(mode, "ENABLE");
    database.execute(
        "GRANT USAGE, CREATE ON SCHEMA results TO stranger",
        "GRANT ALL ON " + ranking.table().quoted() + " TO stranger");
    PostgresResultSink sink =
        PostgresResultSink.to(
            database.urlAs(
                TestingPostgres.STRANGER,
                "results." + ranking.table().encoded() + "?" + TestTable.options(mode)));
    assertRefused(Refusals.refused(database, sink), TestingPostgres.STRANGER);
  }

  @ParameterizedTest
  @EnumSource(value = WriteMode.class, names = "REPLACE", mode = EnumSource.Mode.EXCLUDE)
  void turnedOnWhileRowsAreStagedItIsRefused(WriteMode mode) {
    Ranking ranking = guarded(mode, "DISABLE");
    String name = ranking.table().quoted();
    try (Faults faults =
        Faults.at(
            FaultPoint.PUBLISHING,
            () ->
                database.execute(
                    "ALTER TABLE " + name + " ENABLE ROW LEVEL SECURITY",
                    "ALTER TABLE " + name + " FORCE ROW LEVEL SECURITY"))) {
      assertRefused(ranking.fail("staging_ttl=7d"), TestingPostgres.SINK);
      assertThat(faults.visits(FaultPoint.PUBLISHING), greaterThan(0));
    }
  }

  private static void assertRefused(ResultSinkException failure, String role) {
    assertThat(failure, instanceOf(IncompatibleTableException.class));
    assertThat(failure.getMessage(), containsString("row security"));
    assertThat(failure.getMessage(), containsString("role " + role));
    assertThat(failure.remedy(), equalTo(ResultSinkException.Remedy.FIX_TABLE));
  }
}
