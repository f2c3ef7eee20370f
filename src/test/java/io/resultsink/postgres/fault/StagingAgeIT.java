package io.resultsink.postgres.fault;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;

import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.internal.session.PostgresConnections;
import io.resultsink.postgres.internal.session.Session;
import io.resultsink.postgres.internal.staging.AbandonedStaging;
import io.resultsink.postgres.testing.PostgresProxy;
import io.resultsink.postgres.testing.Steps;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestTable;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A process whose clock differs from the server's does not drop what a living run has staged. */
@Tag("attack")
class StagingAgeIT {

  private static final String SERVER_CLOCK = "SELECT pg_catalog.clock_timestamp()";
  private static final Duration WEEK = Duration.ofDays(7);

  @RegisterExtension final TestDatabase database = new TestDatabase().behindProxy();

  /** Lets the server's clock be so many days away from this process's. */
  private PostgresProxy.Fault serverIsOff(int days) {
    return database
        .network()
        .rewrite(
            "^SELECT pg_catalog\\.clock_timestamp\\(\\)$",
            sql -> SERVER_CLOCK + " + make_interval(days => " + days + ") AS clock_timestamp");
  }

  @ParameterizedTest
  @ValueSource(ints = {-40, 40})
  void theServersClockTellsTheAge(int days) throws Exception {
    PostgresProxy.Fault clock = serverIsOff(days);
    TestTable table = TestTable.missing(database, "Living");
    try (Steps run = new Steps(table.target(WriteMode.APPEND));
        PostgresConnections connections = PostgresConnections.lease(run.plan().source());
        Session session = connections.borrow()) {
      run.stage(0, 10);
      AbandonedStaging staging = new AbandonedStaging(session, TestDatabase.SCHEMA);
      List<AbandonedStaging.Found> found = staging.find();
      assertThat(found, hasSize(1));
      assertThat(found.get(0).age(), lessThan(Duration.ofMinutes(5)));
      assertThat(found.get(0).age().isNegative(), is(false));
      staging.dropOlderThan(WEEK);
      assertThat(database.stagingTables(), hasSize(1));

      database.network().calm();
      serverIsOff(days + 8);
      assertThat(staging.find().get(0).age(), greaterThan(WEEK));
      staging.dropOlderThan(WEEK);
      assertThat(database.stagingTables(), is(empty()));
    }
    assertThat(clock.met(), greaterThan(0));
  }

  /** A comment that was written by another clock: its table is neither dropped nor in the way. */
  @Test
  void aTableOfTheFutureIsLeftAlone() throws Exception {
    TestTable table = TestTable.missing(database, "Future");
    try (Steps run = new Steps(table.target(WriteMode.APPEND));
        PostgresConnections connections = PostgresConnections.lease(run.plan().source());
        Session session = connections.borrow()) {
      run.stage(0, 10);
      database.execute(
          "DO $$ BEGIN EXECUTE format('COMMENT ON TABLE %1$s IS %%L', regexp_replace("
                  .formatted(database.stagingTables().get(0))
              + "obj_description('%1$s'::regclass, 'pg_class'), '\"created_at\":\"[^\"]*\"',"
                  .formatted(database.stagingTables().get(0))
              + " '\"created_at\":\"2999-01-01T00:00:00Z\"')); END $$");
      AbandonedStaging staging = new AbandonedStaging(session, TestDatabase.SCHEMA);
      assertThat(staging.find().get(0).age().isNegative(), is(true));
      staging.dropOlderThan(WEEK);
      assertThat(database.stagingTables(), hasSize(1));
      run.run(10);
    }
    assertThat(table.count(), is(10L));
  }
}
