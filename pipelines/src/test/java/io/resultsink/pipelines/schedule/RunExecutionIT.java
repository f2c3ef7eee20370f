package io.resultsink.pipelines.schedule;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.nullValue;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Runs are executed, one at a time and in their order. */
class RunExecutionIT {

  /** So long that nobody is believed dead while a test lasts, and so short that all are. */
  private static final Duration LIVING = Duration.ofHours(1);

  private static final Duration DEAD = Duration.ZERO;

  @RegisterExtension private final TestSchedules home = new TestSchedules();

  private final List<String> told = new ArrayList<>();
  private Function<String, Long> work = runId -> 7L;

  private RunExecution server(Duration heartbeat) {
    LivingProcess process = new LivingProcess(home.home(), true, heartbeat);
    process.beat();
    return new RunExecution(home.home(), process, new ToldWork(), new SilentListener(), true);
  }

  private Instant tickAfter(Duration time) {
    home.sleep(time);
    home.plan();
    return home.now();
  }

  private Run at(Instant tick) {
    return home.run("minutely", tick);
  }

  @Test
  void aRunPublishesAndIsRecorded() {
    Schedule schedule = home.minutely();
    Instant tick = tickAfter(Duration.ofMinutes(1));
    work =
        runId -> {
          assertThat(at(tick).state(), is(RunState.RUNNING));
          home.sleep(Duration.ofSeconds(5));
          return 42L;
        };
    server(LIVING).execute(at(tick).id());
    Run run = at(tick);
    assertThat(run.state(), is(RunState.SUCCESS));
    assertThat(run.rows(), is(42L));
    assertThat(run.startedAt(), is(tick));
    assertThat(run.endedAt(), is(tick.plusSeconds(5)));
    assertThat(told, contains("SELECT 1 for " + schedule.key() + " 2026-11-22T10:01:00Z"));
  }

  @Test
  void aFailureIsTriedAgainAfter1And5And25Minutes() {
    home.minutely();
    Instant tick = tickAfter(Duration.ofMinutes(1));
    RunExecution server = server(LIVING);
    work =
        runId -> {
          throw new IllegalStateException("no\n  luck");
        };
    for (long pause : new long[] {1, 5, 25}) {
      server.execute(at(tick).id());
      int attempts = told.size();
      assertThat(at(tick).state(), is(RunState.QUEUED));
      assertThat(at(tick).error(), is("no; luck"));
      home.sleep(Duration.ofMinutes(pause).minusSeconds(1));
      server.execute(at(tick).id());
      assertThat("not too early", told.size(), is(attempts));
      home.sleep(Duration.ofSeconds(1));
    }
    server.execute(at(tick).id());
    assertThat(at(tick).state(), is(RunState.ERROR));
    assertThat(at(tick).failures(), is(3));
    assertThat(told.size(), is(4));
    assertThat("the same run each time", told.stream().distinct().count(), is(1L));
  }

  @Test
  void aRunThatWaitsForItsNextAttemptKeepsItsPlace() {
    home.minutely();
    Instant first = tickAfter(Duration.ofMinutes(1));
    Instant second = tickAfter(Duration.ofMinutes(1));
    RunExecution server = server(LIVING);
    server.execute(at(second).id());
    assertThat("not its turn", told.size(), is(0));
    work =
        runId -> {
          throw new IllegalStateException();
        };
    server.execute(at(first).id());
    work = runId -> 1L;
    server.execute(at(second).id());
    assertThat(at(second).state(), is(RunState.QUEUED));
    home.sleep(Duration.ofMinutes(1));
    server.execute(at(first).id());
    server.execute(at(second).id());
    assertThat(at(first).state(), is(RunState.SUCCESS));
    assertThat(at(second).state(), is(RunState.SUCCESS));
  }

  @Test
  void aLivingServersRunIsLeftToIt() {
    home.minutely();
    Instant tick = tickAfter(Duration.ofMinutes(1));
    RunExecution other = server(LIVING);
    work =
        runId -> {
          other.execute(at(tick).id());
          assertThat("is nobody else's turn", other.claimNext(), is(Optional.empty()));
          return 1L;
        };
    server(LIVING).execute(at(tick).id());
    assertThat(told.size(), is(1));
  }

  @Test
  void aDeadServersRunIsTakenOverAndItsOwnOutcomeCountsNoMore() {
    home.minutely();
    Instant tick = tickAfter(Duration.ofMinutes(1));
    RunExecution other = server(LIVING);
    work =
        runId -> {
          work = again -> 2L;
          other.execute(at(tick).id());
          return 1L;
        };
    server(DEAD).execute(at(tick).id());
    assertThat(told.size(), is(2));
    assertThat(told.get(1), is(told.get(0)));
    assertThat(at(tick).rows(), is(2L));
  }

  @Test
  void aRunThatBringsItsServerDownEachTimeEnds() {
    home.minutely();
    Instant tick = tickAfter(Duration.ofMinutes(1));
    long id = at(tick).id();
    for (int i = 0; i <= Claims.MOST_TAKEOVERS; i++) {
      start(id);
    }
    assertThat(at(tick).state(), is(RunState.RUNNING));
    server(LIVING).execute(id);
    assertThat(at(tick).state(), is(RunState.ERROR));
    assertThat(at(tick).error(), is("the process that executed it died 6 times"));
    assertThat(told.size(), is(0));
  }

  /** What is left of a server that died. */
  private void start(long id) {
    LivingProcess process = new LivingProcess(home.home(), true, DEAD);
    home.home().transaction(c -> new Claims(c, process.id()).start(id, home.now(), Set.of()));
  }

  @Test
  void aCancelledRunIsHandedBack() {
    home.minutely();
    Instant tick = tickAfter(Duration.ofMinutes(1));
    RunExecution server = server(LIVING);
    work =
        runId -> {
          server.cancelAll();
          throw new IllegalStateException("cancelled");
        };
    server.execute(at(tick).id());
    assertThat(at(tick).state(), is(RunState.QUEUED));
    assertThat(at(tick).failures(), is(0));
    work = runId -> 1L;
    server(LIVING).execute(at(tick).id());
    assertThat(at(tick).state(), is(RunState.SUCCESS));
  }

  @Test
  void aRunInPlaceIsLeftToItsProcessWhileThatLives() {
    home.minutely();
    home.sleep(Duration.ofMinutes(1));
    RunExecution server = server(LIVING);
    work =
        runId -> {
          server.execute(home.run("minutely", home.now()).id());
          return 3L;
        };
    try (LocalRuns here = home.schedules().inPlace(new ToldWork(), new SilentListener())) {
      here.run("minutely", new Backfill(null, 1, false));
    }
    assertThat(told.size(), is(1));
    assertThat(home.runs("minutely"), contains("10:01 success"));
  }

  @Test
  void aRunInPlaceIsNotTriedAgain() {
    home.minutely();
    home.sleep(Duration.ofMinutes(3));
    work =
        runId -> {
          throw new IllegalStateException("no luck");
        };
    try (LocalRuns here = home.schedules().inPlace(new ToldWork(), new SilentListener())) {
      here.run("minutely", new Backfill(null, 2, false));
    }
    assertThat(home.runs("minutely"), contains("10:02 error", "10:03 error"));
    assertThat(at(home.now()).rows(), is(nullValue()));
  }

  @Test
  void schedulesTakeTurnsWhileOneHasALongBackfill() {
    home.minutely();
    home.sleep(Duration.ofMinutes(5));
    home.schedules().queue("minutely", new Backfill(null, 3, false));
    home.schedules().create(home.schedule("other", "", Duration.ZERO));
    home.schedules().queue("other", new Backfill(home.now(), 1, false));
    RunExecution server = server(LIVING);
    for (int i = 0; i < 2; i++) {
      server.claimNext().orElseThrow().run();
    }
    assertThat(home.runs("other"), contains("10:05 success"));
    assertThat(home.runs("minutely"), contains("10:03 success", "10:04 queued", "10:05 queued"));
  }

  @Test
  void aRunOfAScheduleThatCannotBeReadHoldsUpNoOther() {
    home.minutely();
    home.schedules().create(home.schedule("unread", "", Duration.ZERO));
    home.schedules().queue("unread", new Backfill(home.now(), 1, false));
    home.database().execute("UPDATE pgresult.schedule SET zone = 'Mars' WHERE name = 'unread'");
    Instant tick = tickAfter(Duration.ofMinutes(1));
    RunExecution server = server(LIVING);
    server.claimNext().orElseThrow().run();
    assertThat(at(tick).state(), is(RunState.SUCCESS));
    assertThat(server.claimNext(), is(Optional.empty()));
  }

  @Test
  void aDeletedSchedulesRunIsGone() {
    home.minutely();
    Instant tick = tickAfter(Duration.ofMinutes(1));
    long id = at(tick).id();
    work =
        runId -> {
          assertThat(home.schedules().delete("minutely"), is(true));
          return 1L;
        };
    server(LIVING).execute(id);
    server(LIVING).execute(id);
    assertThat(told.size(), is(1));
  }

  private final class ToldWork implements QueryRunner {

    @Override
    public @Nullable Published run(
        ScheduledQuery query, Instant tick, String runId, Cancellation cancellation) {
      told.add(query.sql() + " for " + runId);
      Long rows = work.apply(runId);
      return rows == null ? null : Published.all(rows);
    }

    @Override
    public String explain(Throwable failure) {
      return String.valueOf(failure.getMessage());
    }
  }
}
