package io.resultsink.pipelines.schedule;

import static org.awaitility.Awaitility.await;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Processes that serve, and one that runs what the user asked for. */
class ScheduleWorkerIT {

  @RegisterExtension private final TestSchedules home = new TestSchedules();

  private final List<String> told = new CopyOnWriteArrayList<>();
  private final CountDownLatch working = new CountDownLatch(1);
  private final CountDownLatch ending = new CountDownLatch(1);
  private volatile Duration off = Duration.ofDays(365);

  @Test
  void aClockThatIsWrongIsToldOnceAndThatItIsRightAgain() {
    Schedule queued = home.schedule("queued", "", Duration.ZERO);
    home.schedules().create(queued);
    home.schedules().queue("queued", new Backfill(home.now(), 1, false));
    home.minutely();
    home.sleep(Duration.ofMinutes(1));
    ScheduleWorker.Settings settings =
        new ScheduleWorker.Settings(1, Duration.ofSeconds(1), () -> home.now().plus(off));
    int looks = looks();
    try (ScheduleWorker server =
        ScheduleWorker.start(home.home(), settings, new Waiting(), new Told())) {
      await().until(() -> looks() > looks + 2);
      assertThat(told.size(), is(1));
      assertThat(
          told.get(0), containsString("this machine's clock is 31536000 s ahead of that of the"));
      assertThat(home.runs("minutely"), is(empty()));
      assertThat(server.underWay(), is(0));
      assertThat("waits for a right clock", home.runs("queued"), contains("10:00 queued"));
      off = Duration.ZERO;
      await().until(() -> told.size() > 1);
      assertThat(told.get(1), is("planning"));
      await().until(() -> home.runs("minutely").contains("10:01 success"));
      await().until(() -> home.runs("queued").contains("10:00 success"));
    }
  }

  /** How often the server has said that it lives, which it does as often as it looks. */
  private int looks() {
    return Integer.parseInt(
        home.database()
            .value(
                "SELECT coalesce(max(extract(epoch FROM alive_until)), 0)::int FROM pgresult.server"));
  }

  @Test
  void aProcessThatCouldNotSayThatItLivesSaysItAgain() throws Exception {
    home.minutely();
    home.sleep(Duration.ofMinutes(1));
    Duration heartbeat = Duration.ofMillis(100);
    LocalRuns runs = new LocalRuns(home.home(), new Waiting(), new SilentListener(), heartbeat);
    Thread running = new Thread(() -> runs.run("minutely", new Backfill(null, 1, false)));
    running.start();
    working.await();
    home.database().execute("ALTER TABLE pgresult.server RENAME TO away");
    String alive = "SELECT alive_until > clock_timestamp() FROM pgresult.";
    await().until(() -> home.database().value(alive + "away").equals("f"));
    home.database().execute("ALTER TABLE pgresult.away RENAME TO server");
    await().until(() -> home.database().value(alive + "server").equals("t"));
    ending.countDown();
    running.join();
    runs.close();
    assertThat(home.runs("minutely"), contains("10:01 success"));
  }

  private final class Waiting implements QueryRunner {

    @Override
    public @Nullable Published run(
        ScheduledQuery query, Instant tick, String runId, Cancellation cancellation) {
      working.countDown();
      try {
        ending.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      return Published.all(1);
    }

    @Override
    public String explain(Throwable failure) {
      return String.valueOf(failure.getMessage());
    }
  }

  private final class Told extends SilentListener {

    @Override
    public void planning(@Nullable String why) {
      told.add(why == null ? "planning" : why);
    }

    @Override
    public void started(Schedule schedule, Run run) {
      ending.countDown();
    }
  }
}
