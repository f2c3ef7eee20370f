package io.resultsink.pipelines.schedule;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Ticks of the past, as the user asks for them. */
class BackfillIT {

  private static final Instant NINE = Instant.parse("2026-11-22T09:00:00Z");

  @RegisterExtension private final TestSchedules home = new TestSchedules();

  @BeforeEach
  void create() {
    home.schedules().create(home.schedule("hits", "*/10 * * * *", Duration.ZERO));
    home.schedules().create(home.schedule("saved", "", Duration.ZERO));
  }

  private Backfill.Outcome queue(Instant from, int ticks, boolean again) {
    return home.schedules().queue("hits", new Backfill(from, ticks, again)).outcome();
  }

  private void end(RunState state) {
    home.database().execute("UPDATE pgresult.run SET state = '" + EnumText.text(state) + "'");
  }

  @Test
  void ticksFromATimeOnAreQueued() {
    queue(NINE, 2, false);
    queue(NINE.plusSeconds(1201), 1, false);
    assertThat(home.runs("hits"), contains("09:00 queued", "09:10 queued", "09:30 queued"));
  }

  @Test
  void withoutATimeTheLastTicksAreQueued() {
    home.sleep(Duration.ofMinutes(9));
    queue(null, 3, false);
    assertThat(home.runs("hits"), contains("09:40 queued", "09:50 queued", "10:00 queued"));
  }

  @Test
  void whatIsQueuedOrPublishedIsNotQueuedOnceMore() {
    queue(NINE, 2, false);
    assertThat(queue(NINE, 3, false).waiting().size(), is(2));
    end(RunState.SUCCESS);
    Backfill.Outcome outcome = queue(NINE, 3, false);
    assertThat(outcome.queued(), is(empty()));
    assertThat(outcome.done().size(), is(3));
  }

  @Test
  void againIsAnotherRunOfTheSameTick() {
    queue(NINE, 1, false);
    end(RunState.SUCCESS);
    assertThat(queue(NINE, 1, true).queued(), contains(NINE));
    assertThat("it is queued once", queue(NINE, 1, true).waiting(), contains(NINE));
    end(RunState.SUCCESS);
    queue(NINE, 1, true);
    assertThat(home.runs("hits"), contains("09:00 success", "09:00 success", "09:00 queued"));
    assertThat(
        home.schedules()
            .history("hits", 1, 0)
            .newest()
            .get(0)
            .runId(home.schedules().require("hits")),
        is(home.schedules().require("hits").key() + " 2026-11-22T09:00:00Z again 2"));
  }

  @Test
  void whatFailedOrWasSkippedRunsAsTheSameRun() {
    for (RunState state : new RunState[] {RunState.ERROR, RunState.SKIPPED}) {
      queue(NINE, 1, false);
      end(state);
      assertThat(queue(NINE, 1, false).queued(), contains(NINE));
      assertThat(home.runs("hits"), contains("09:00 queued"));
    }
  }

  @Test
  void aTickThatHasNotComeIsRefused() {
    assertThat(
        assertThrows(ScheduleException.class, () -> queue(NINE.plusSeconds(3000), 3, false))
            .getMessage(),
        is(
            "'hits' has ticked 2 times since 2026-11-22T09:50:00Z, not 3; future ticks cannot be"
                + " run"));
    assertThat(home.runs("hits"), is(empty()));
  }

  @Test
  void aQueryWithoutCronRunsForTheTimeThatIsGiven() {
    home.schedules().queue("saved", new Backfill(NINE.plusSeconds(7), 1, false));
    home.schedules().queue("saved", new Backfill(null, 1, false));
    assertThat(home.runs("saved"), contains("09:00 queued", "10:00 queued"));
    assertThat(
        assertThrows(
                ScheduleException.class,
                () -> home.schedules().queue("saved", new Backfill(NINE, 2, false)))
            .getMessage(),
        is("'saved' has no cron, so it has no 2 ticks; give one TIME, or set a cron"));
  }
}
