package io.resultsink.postgres.fault;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;

import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.failure.IncompatibleTableException;
import io.resultsink.postgres.fault.FaultyRun.Outcome;
import io.resultsink.postgres.internal.session.FaultPoint;
import io.resultsink.postgres.internal.session.Faults;
import io.resultsink.postgres.testing.Steps;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestTable;
import io.resultsink.postgres.testing.Torture;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Eight runs at once onto one table, each as from a worker of its own: what stands afterwards is
 * what they leave one after the other, in the ledger's order, and nobody deadlocked.
 */
@Tag("attack")
class ConcurrentRunsIT {

  private static final int RUNS = 8;
  private static final long ROWS = 60;
  private static final int LONGEST_DELAY_MILLIS = 30;

  @RegisterExtension final TestDatabase database = new TestDatabase();

  /** Runs of these modes in turn, onto a table that exists or not. */
  static Stream<Arguments> mixesAndTables() {
    List<List<WriteMode>> mixes =
        new ArrayList<>(Stream.of(WriteMode.values()).map(List::of).toList());
    mixes.add(List.of(WriteMode.values()));
    mixes.add(List.of(WriteMode.UPDATE, WriteMode.TRUNCATE));
    mixes.add(List.of(WriteMode.APPEND, WriteMode.REPLACE, WriteMode.TRUNCATE));
    return mixes.stream()
        .skip(Torture.rounds(mixes.size() - 1, 0))
        .flatMap(mix -> Stream.of(Arguments.of(mix, true), Arguments.of(mix, false)));
  }

  @ParameterizedTest
  @MethodSource("mixesAndTables")
  void publishOneAfterTheOther(List<WriteMode> mix, boolean exists) throws Exception {
    Random random = Torture.random("concurrent runs " + mix + exists);
    int rounds = Torture.rounds(1, 8);
    for (int round = 0; round < rounds; round++) {
      TestTable table =
          exists
              ? TestTable.create(
                  database, "Race", "id bigint PRIMARY KEY, name text, score double precision")
              : TestTable.missing(database, "Race");
      publishAtOnce(mix, table, random.nextLong());
    }
    Torture.tried((long) rounds * RUNS);
    database.assertNoSessions();
    assertThat(
        "deadlocks",
        database.value("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"),
        equalTo("0"));
  }

  private void publishAtOnce(List<WriteMode> mix, TestTable table, long seed) throws Exception {
    ExecutorService workers = Executors.newFixedThreadPool(RUNS);
    CyclicBarrier staged = new CyclicBarrier(RUNS);
    List<CompletableFuture<Outcome>> runs = new ArrayList<>();
    try (Faults faults = Faults.delays(new Random(seed), LONGEST_DELAY_MILLIS)) {
      for (int number = 0; number < RUNS; number++) {
        WriteMode mode = mix.get(number % mix.size());
        Steps steps = new Steps(target(table, mode, number));
        long first = first(mode, number);
        runs.add(
            CompletableFuture.supplyAsync(
                () ->
                    Outcome.of(
                        () -> {
                          try (steps) {
                            var chunks = steps.stage(first, first + ROWS);
                            staged.await(60, TimeUnit.SECONDS);
                            var summary = steps.publish(chunks);
                            steps.tidy(summary);
                            return summary;
                          }
                        }),
                workers));
      }
      for (int number = 0; number < RUNS; number++) {
        Outcome outcome = runs.get(number).join();
        // Other modes leave a table without the key that an update needs: refused, as always.
        boolean mayBeRefused = mix.size() > 1 && mix.get(number % mix.size()) == WriteMode.UPDATE;
        if (outcome.failure() != null
            && !(mayBeRefused && outcome.sinkFailure() instanceof IncompatibleTableException)) {
          throw new AssertionError("run " + number, outcome.failure());
        }
      }
      assertThat(
          "publishes began", faults.visits(FaultPoint.PUBLISHING), greaterThanOrEqualTo(RUNS));
    } finally {
      workers.shutdown();
    }
    assertThat(table.rows("id"), equalTo(oneAfterTheOther(table)));
  }

  /** A source of its own for each, as if it were another worker: a JVM publishes two at a time. */
  private static PostgresTarget target(TestTable table, WriteMode mode, int number) {
    return PostgresTarget.parse(
        table.url(
            TestTable.options(mode) + "&run_id=" + number + "&connectTimeout=" + (30 + number)));
  }

  /** Appends bring rows of their own; all others bring ids that overlap with their neighbours'. */
  private static long first(WriteMode mode, int number) {
    return mode == WriteMode.APPEND ? 1_000L * (number + 1) : ROWS / 2 * number;
  }

  private List<List<String>> oneAfterTheOther(TestTable table) {
    Set<Long> rows = new TreeSet<>();
    for (List<String> published :
        database.rows(
            "SELECT run_id, mode FROM results.result_sink_ledger WHERE target_table = ?"
                + " ORDER BY published_at",
            table.name())) {
      int number = Integer.parseInt(published.get(0));
      WriteMode mode = WriteMode.valueOf(published.get(1).toUpperCase(Locale.ROOT));
      if (mode == WriteMode.REPLACE || mode == WriteMode.TRUNCATE) {
        rows.clear();
      }
      long first = first(mode, number);
      for (long id = first; id < first + ROWS; id++) {
        rows.add(id);
      }
    }
    return rows.stream().map(id -> List.of(id.toString())).toList();
  }
}
