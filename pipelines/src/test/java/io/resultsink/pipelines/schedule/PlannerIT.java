package io.resultsink.pipelines.schedule;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Ticks become runs. */
class PlannerIT {

  @RegisterExtension private final TestSchedules home = new TestSchedules();

  private Schedule create(String cron, Duration delay, MissedTicks missed, Overlap overlap) {
    Schedule schedule = home.schedule("hits", cron, delay).with(missed, overlap, 3);
    home.schedules().create(schedule);
    return schedule;
  }

  private void planAfter(Duration time) {
    home.sleep(time);
    home.plan();
  }

  @Test
  void eachTickIsQueuedWhenItComes() {
    create("*/2 * * * *", Duration.ZERO, MissedTicks.LAST, Overlap.WAIT);
    planAfter(Duration.ofSeconds(119));
    assertThat(home.runs("hits"), is(empty()));
    planAfter(Duration.ofSeconds(1));
    home.plan();
    assertThat(home.runs("hits"), contains("10:02 queued"));
    planAfter(Duration.ofMinutes(2));
    assertThat(home.runs("hits"), contains("10:02 queued", "10:04 queued"));
  }

  @Test
  void aDelayLongerThanThePeriodDelaysAndLosesNothing() {
    create("*/2 * * * *", Duration.ofMinutes(5), MissedTicks.LAST, Overlap.WAIT);
    for (int minute = 1; minute < 7; minute++) {
      planAfter(Duration.ofMinutes(1));
      assertThat(home.runs("hits"), is(empty()));
    }
    planAfter(Duration.ofMinutes(1));
    assertThat(home.runs("hits"), contains("10:02 queued"));
    planAfter(Duration.ofMinutes(2));
    assertThat(home.runs("hits"), contains("10:02 queued", "10:04 queued"));
  }

  @Test
  void ofMissedTicksTheLastRuns() {
    create("* * * * *", Duration.ZERO, MissedTicks.LAST, Overlap.WAIT);
    planAfter(Duration.ofMinutes(3).plusSeconds(59));
    assertThat(home.runs("hits"), contains("10:01 skipped", "10:02 skipped", "10:03 queued"));
    planAfter(Duration.ofHours(1));
    assertThat(home.runs("hits").size(), is(63));
    assertThat(home.runs("hits").get(62), is("11:03 queued"));
  }

  @Test
  void allMissedTicksRunWhenThatIsAsked() {
    create("* * * * *", Duration.ZERO, MissedTicks.ALL, Overlap.WAIT);
    planAfter(Duration.ofHours(1));
    assertThat(
        home.runs("hits"),
        equalTo(
            IntStream.rangeClosed(1, 60)
                .mapToObj(m -> m == 60 ? "11:00 queued" : "10:%02d queued".formatted(m))
                .toList()));
  }

  @Test
  void noMissedTickRunsWhenThatIsAsked() {
    create("*/10 * * * *", Duration.ZERO, MissedTicks.SKIP, Overlap.WAIT);
    planAfter(Duration.ofMinutes(25));
    assertThat(home.runs("hits"), contains("10:10 skipped", "10:20 skipped"));
    planAfter(Duration.ofMinutes(5).plusSeconds(30));
    assertThat(home.runs("hits").get(2), is("10:30 queued"));
  }

  @Test
  void aServerThatWasAwayForLongRecordsTheNewestMissedTicksOnly() {
    create("* * * * *", Duration.ZERO, MissedTicks.LAST, Overlap.WAIT);
    planAfter(Duration.ofDays(4));
    List<String> runs = home.runs("hits");
    assertThat(runs.size(), is(Planner.MOST_RECORDED + 1));
    assertThat(runs.get(Planner.MOST_RECORDED), is("10:00 queued"));
  }

  @Test
  void aTickThatFindsARunUnfinishedIsSkippedWhenThatIsAsked() {
    create("* * * * *", Duration.ZERO, MissedTicks.LAST, Overlap.SKIP);
    planAfter(Duration.ofMinutes(1));
    planAfter(Duration.ofMinutes(1));
    assertThat(home.runs("hits"), contains("10:01 queued", "10:02 skipped"));
    assertThat(
        home.run("hits", home.now()).error(), is("the run of 2026-11-22T10:01:00Z had not ended"));
  }

  @Test
  void aPausedOneTicksAgainFromTheMomentItIsResumed() {
    create("* * * * *", Duration.ZERO, MissedTicks.ALL, Overlap.WAIT);
    planAfter(Duration.ofMinutes(1));
    home.schedules().change("hits", (schedule, now) -> schedule.paused(true, now));
    planAfter(Duration.ofHours(1));
    home.schedules().change("hits", (schedule, now) -> schedule.paused(false, now));
    planAfter(Duration.ofMinutes(1));
    assertThat(home.runs("hits"), contains("10:01 queued", "11:02 queued"));
  }

  @Test
  void anotherCronTicksFromTheMomentOfTheChangeAndAnotherNameGoesOn() {
    create("* * * * *", Duration.ZERO, MissedTicks.ALL, Overlap.WAIT);
    planAfter(Duration.ofMinutes(1));
    home.sleep(Duration.ofSeconds(90));
    home.schedules().change("hits", (schedule, now) -> schedule.named("views"));
    Cron every5 = Cron.parse("*/5 * * * *", ZoneId.of("UTC"));
    home.plan();
    home.schedules().change("views", (s, now) -> s.at(every5, Duration.ZERO).ticking(s, now));
    planAfter(Duration.ofMinutes(6));
    assertThat(home.runs("views"), contains("10:01 queued", "10:02 queued", "10:05 queued"));
  }

  @Test
  void aQueryWithoutCronIsNeverPlanned() {
    create("", Duration.ZERO, MissedTicks.ALL, Overlap.WAIT);
    planAfter(Duration.ofDays(366));
    assertThat(home.runs("hits"), is(empty()));
  }

  @Test
  void serversThatPlanAtTheSameTimePlanOnce() throws Exception {
    for (int i = 0; i < 20; i++) {
      home.schedules()
          .create(
              home.schedule("many_" + i, "* * * * *", Duration.ZERO)
                  .with(MissedTicks.ALL, Overlap.WAIT, 3));
    }
    home.sleep(Duration.ofMinutes(10));
    CyclicBarrier together = new CyclicBarrier(4);
    ExecutorService servers = Executors.newFixedThreadPool(4);
    List<Future<?>> plans =
        IntStream.range(0, 4)
            .<Future<?>>mapToObj(
                i ->
                    servers.submit(
                        () -> {
                          together.await();
                          home.plan();
                          return null;
                        }))
            .toList();
    for (Future<?> plan : plans) {
      plan.get();
    }
    servers.shutdown();
    for (int i = 0; i < 20; i++) {
      assertThat(home.runs("many_" + i).size(), is(10));
    }
  }

  @Test
  void aTickThatWasRunByHandBeforeItsTimeIsNotQueuedTwice() {
    create("* * * * *", Duration.ofMinutes(5), MissedTicks.LAST, Overlap.WAIT);
    home.sleep(Duration.ofMinutes(1));
    Instant tick = home.now();
    home.schedules().queue("hits", new Backfill(tick, 1, false));
    planAfter(Duration.ofMinutes(5));
    assertThat(home.runs("hits"), contains("10:01 queued"));
  }

  @Test
  void aProcessWhoseClockIsWrongPlansNothing() {
    create("* * * * *", Duration.ZERO, MissedTicks.ALL, Overlap.WAIT);
    home.sleep(Duration.ofMinutes(1));
    Planner planner = new Planner(home.home());
    for (Duration off : List.of(Duration.ofDays(365), Duration.ofDays(-365), seconds(61))) {
      String refused =
          assertThrows(ClockException.class, () -> planner.plan(home.now().plus(off))).getMessage();
      assertThat(refused, startsWith("this machine's clock is " + off.abs().toSeconds() + " s "));
    }
    assertThat(home.runs("hits"), is(empty()));
    planner.plan(home.now().plusSeconds(59));
    assertThat("by the database's clock", home.runs("hits"), contains("10:01 queued"));
    planner.plan(home.now().minusSeconds(59));
    assertThat(home.runs("hits"), contains("10:01 queued"));
  }

  private static Duration seconds(int seconds) {
    return Duration.ofSeconds(seconds);
  }

  @Test
  void aTickThatAWrongClockHasPlannedForAYearLaterIsPulledBack() {
    Schedule schedule = create("0 * * * *", Duration.ofMinutes(5), MissedTicks.ALL, Overlap.WAIT);
    home.database().execute("UPDATE pgresult.schedule SET next_tick = '2027-11-25 13:00Z'");
    home.plan();
    assertThat(home.schedules().require("hits").nextTick(), is(home.now().plusSeconds(3600)));
    planAfter(Duration.ofMinutes(65));
    assertThat(home.runs("hits"), contains("11:00 queued"));
    assertThat(schedule.key(), is(home.schedules().require("hits").key()));
  }

  @Test
  void whatIsCreatedByAProcessWithAWrongClockTicksByTheDatabases() {
    Schedule given = home.schedule("hits", "0 * * * *", Duration.ZERO);
    Instant wrong = home.now().plus(Duration.ofDays(365));
    home.schedules().create(given.paused(false, wrong));
    assertThat(home.schedules().require("hits").nextTick(), is(home.now().plusSeconds(3600)));
  }

  @Test
  void oneThatCannotBeReadStopsNoOther() {
    create("* * * * *", Duration.ZERO, MissedTicks.LAST, Overlap.WAIT);
    for (String poison : List.of("first", "second")) {
      home.schedules().create(home.schedule(poison, "* * * * *", Duration.ZERO));
    }
    home.database()
        .execute(
            "UPDATE pgresult.schedule SET zone = 'America/Atlantis' WHERE name <> 'hits'",
            "UPDATE pgresult.schedule SET next_tick = next_tick - interval '1 s'"
                + " WHERE name = 'first'");
    home.sleep(Duration.ofMinutes(1));
    for (int look = 0; look < 2; look++) {
      Map<String, String> problems = new Planner(home.home()).plan(home.now());
      assertThat(problems.keySet(), containsInAnyOrder("first", "second"));
      assertThat(
          problems.get("first"), containsString("time zone 'America/Atlantis' is not known"));
      assertThat(home.runs("hits"), contains("10:01 queued"));
    }
    assertThat(
        "seen by those who list it with a Java that knows the zone",
        home.database().value("SELECT problem FROM pgresult.schedule WHERE name = 'second'"),
        containsString("time zone 'America/Atlantis' is not known"));
    home.database().execute("UPDATE pgresult.schedule SET zone = 'UTC'");
    assertThat(new Planner(home.home()).plan(home.now()).isEmpty(), is(true));
    assertThat(home.runs("second"), contains("10:01 queued"));
    assertThat(home.database().value("SELECT count(problem) FROM pgresult.schedule"), is("0"));
  }
}
