package io.resultsink.postgres.fault;

import static io.resultsink.postgres.testing.SampleRows.COLUMNS;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.is;

import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.destination.StagingDurability;
import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.failure.DatabaseUnavailableException;
import io.resultsink.postgres.failure.ResultSinkException;
import io.resultsink.postgres.inspect.TargetInspector;
import io.resultsink.postgres.internal.run.StagedChunk;
import io.resultsink.postgres.internal.session.FaultPoint;
import io.resultsink.postgres.internal.session.Faults;
import io.resultsink.postgres.internal.staging.AbandonedStaging;
import io.resultsink.postgres.report.ResultSummary;
import io.resultsink.postgres.testing.Failures;
import io.resultsink.postgres.testing.Fingerprint;
import io.resultsink.postgres.testing.Furnished;
import io.resultsink.postgres.testing.SampleRows;
import io.resultsink.postgres.testing.Steps;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestTable;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * A run with a given id into a table of five old rows, or a missing one, and what must hold after
 * it whatever went wrong: the table is old or new and whole, what was reported is what happened,
 * and the same run again makes its rows stand once.
 */
public final class FaultyRun {

  private static final long ROWS = 1_000;
  private static final String RUN_ID = "the run";
  private static final String OLD =
      "SELECT -i AS id, 'old' AS name, 0::float8 AS score FROM generate_series(1, 5) AS i";

  /** What a launch came to: a summary, or what the pipeline failed with. */
  public record Outcome(@Nullable ResultSummary summary, @Nullable Throwable failure) {
    /** Of something that may fail. */
    static Outcome of(Callable<?> work) {
      try {
        return new Outcome(work.call() instanceof ResultSummary summary ? summary : null, null);
      } catch (Exception | Error e) {
        return new Outcome(null, e);
      }
    }

    /** The sink's own failure. */
    public ResultSinkException sinkFailure() {
      if (failure == null) {
        throw new AssertionError("it published: " + summary);
      }
      return Failures.rootSinkFailure(failure);
    }
  }

  private final TestDatabase database;
  private final WriteMode mode;
  private final TestTable table;
  private final boolean existed;
  private final List<String> before;

  private FaultyRun(TestDatabase database, WriteMode mode, TestTable table, boolean existed) {
    this.database = database;
    this.mode = mode;
    this.table = table;
    this.existed = existed;
    this.before = Fingerprint.withoutStaging(database);
  }

  /** Into a table that has old rows. */
  public static FaultyRun intoExisting(TestDatabase database, WriteMode mode) {
    TestTable table =
        TestTable.create(
            database,
            "Faulty",
            "id bigint"
                + (mode == WriteMode.UPDATE ? " PRIMARY KEY" : "")
                + ", name text, score double precision");
    database.execute("INSERT INTO " + table.quoted() + " " + OLD);
    return new FaultyRun(database, mode, table, true);
  }

  /** A replace that keeps the definition of a table that has old rows. */
  static FaultyRun keeping(TestDatabase database) {
    TestTable table = Furnished.plain(database);
    database.execute("INSERT INTO " + table.quoted() + " " + OLD);
    return new FaultyRun(database, WriteMode.REPLACE, table, true);
  }

  /** Into a table that is not there. */
  static FaultyRun intoMissing(TestDatabase database, WriteMode mode) {
    return new FaultyRun(database, mode, TestTable.missing(database, "Faulty"), false);
  }

  /** One that comes to a point, into an existing table where it can. */
  static FaultyRun comingTo(FaultPoint point, TestDatabase database, WriteMode mode) {
    return point == FaultPoint.COPYING_FROZEN && mode != WriteMode.REPLACE
        ? intoMissing(database, mode)
        : intoExisting(database, mode);
  }

  /** Whether one does: a replace that stages logged rows seals them, and copies none. */
  static boolean comesTo(FaultPoint point, WriteMode mode, StagingDurability staging) {
    boolean inPlace = mode == WriteMode.REPLACE && staging == StagingDurability.LOGGED;
    return switch (point) {
      case SEALING, SEALED, FROZEN -> inPlace;
      case COPYING_FROZEN -> !inPlace;
      case INDEXED -> false; // see keeping
      default -> true;
    };
  }

  public TestTable table() {
    return table;
  }

  /** Runs it once, with more options of the target. */
  public Outcome launch(String options) {
    try (Steps steps = new Steps(target(options))) {
      return Outcome.of(() -> steps.run(ROWS));
    }
  }

  /** Runs it once, and does something when all rows are staged. */
  public Outcome launchAfterStaging(Between work) {
    try (Steps steps = new Steps(target(""))) {
      return Outcome.of(
          () -> {
            List<StagedChunk> chunks = steps.stage(0, ROWS);
            work.run();
            ResultSummary summary = steps.publish(chunks);
            steps.tidy(summary);
            return summary;
          });
    }
  }

  /** What happens between two steps. */
  @FunctionalInterface
  public interface Between {
    void run() throws Exception;
  }

  /** The target, with more options. */
  PostgresTarget target(String options) {
    String runId = "&run_id=" + RUN_ID.replace(" ", "%20");
    return PostgresTarget.parse(table.url(TestTable.options(mode) + runId + options));
  }

  boolean isPublished() {
    return database.ledgerRows() == 1;
  }

  /** That the table is as the ledger says, whole, and the outcome no lie. */
  public void assertHonest(Outcome outcome) {
    if (isPublished()) {
      assertThat("rows", table.difference(COLUMNS, expected()), is(empty()));
    } else {
      assertThat("the database", Fingerprint.withoutStaging(database), equalTo(before));
    }
    ResultSummary summary = outcome.summary();
    if (summary != null) {
      assertThat("published, as the summary says", isPublished(), is(true));
      assertThat(summary.rows(), equalTo(ROWS));
      assertThat(summary.created(), is(!existed));
    } else if (!died(outcome.failure())) {
      ResultSinkException failure = outcome.sinkFailure();
      assertThat("unpublished, as was said: " + failure, isPublished(), is(false));
      if (!(failure instanceof DatabaseUnavailableException)) {
        assertThat(failure.getMessage(), containsString("untouched"));
      }
    }
  }

  /** That it ended with a summary of its own publish. */
  public void assertPublished(Outcome outcome) {
    if (outcome.failure() != null) {
      throw new AssertionError("it should have published", outcome.failure());
    }
    assertThat("its own publish", outcome.summary().alreadyPublished(), is(false));
  }

  private static boolean died(@Nullable Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof Faults.WorkerDied) {
        return true;
      }
    }
    return false;
  }

  /**
   * That the same run, launched again, makes the rows stand exactly once; and that what is left of
   * the first launch is found by those who clean, or removed by this one once it is old enough.
   */
  public void assertStandsOnceWhenRunAgain() {
    boolean published = isPublished();
    awaitNoLockOnStaging();
    assertThat("what is found", found(), equalTo(database.stagingTables()));
    Outcome again = launch("&staging_ttl=1ms");
    if (again.failure() != null) {
      throw new AssertionError("the same run again", again.failure());
    }
    assertThat(again.summary().alreadyPublished(), is(published));
    assertThat(again.summary().rows(), equalTo(ROWS));
    assertThat("rows", table.difference(COLUMNS, expected()), is(empty()));
    assertThat(database.ledgerRows(), equalTo(1L));
    database.assertNothingStaged();
  }

  /** Removes by hand what a launch left. */
  public void cleanUp() {
    awaitNoLockOnStaging();
    try (TargetInspector inspector = inspector()) {
      for (AbandonedStaging.Found staging : inspector.staging()) {
        assertThat(staging.name().toString(), inspector.drop(staging), is(true));
      }
    }
    database.assertNothingStaged();
  }

  private List<String> found() {
    if (!existed && !isPublished() && database.stagingTables().isEmpty()) {
      return List.of();
    }
    try (TargetInspector inspector = inspector()) {
      return inspector.staging().stream().map(found -> found.name().toString()).sorted().toList();
    }
  }

  private TargetInspector inspector() {
    return TargetInspector.of(PostgresTarget.parse(table.url("mode=append")));
  }

  /** Sessions that a fault has ended hold their locks until the server has noticed. */
  private void awaitNoLockOnStaging() {
    await()
        .alias("locks on staging tables end")
        .atMost(Duration.ofSeconds(30))
        .until(
            () ->
                database
                    .value(
                        """
                        SELECT count(*) FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
                        WHERE c.relname LIKE 'result\\_sink\\_%'
                        """)
                    .equals("0"));
  }

  /** What the table gives once the run is published, as a query. */
  private String expected() {
    boolean kept = existed && (mode == WriteMode.APPEND || mode == WriteMode.UPDATE);
    return (kept ? OLD + " UNION ALL " : "") + SampleRows.sql(ROWS);
  }

  /** A query that tells old from new and from everything between. */
  public String reading() {
    return "SELECT count(*), sum(id) FROM " + table.quoted();
  }

  /** What {@link #reading()} may give at any moment. */
  List<List<List<String>>> oldAndNew() {
    String count = "SELECT count(*), sum(id) FROM (%s) AS rows";
    return List.of(database.rows(count.formatted(OLD)), database.rows(count.formatted(expected())));
  }
}
