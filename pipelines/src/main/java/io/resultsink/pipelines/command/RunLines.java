package io.resultsink.pipelines.command;

import io.resultsink.pipelines.print.Figures;
import io.resultsink.pipelines.print.Printable;
import io.resultsink.pipelines.schedule.Published;
import io.resultsink.pipelines.schedule.Run;
import io.resultsink.pipelines.schedule.RunListener;
import io.resultsink.pipelines.schedule.Schedule;
import java.io.PrintStream;
import java.time.Duration;
import java.time.LocalTime;
import java.time.format.DateTimeFormatter;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The printer of runs' outcomes, one line each. */
final class RunLines implements RunListener {

  private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern("HH:mm:ss");

  private final PrintStream to;
  private final AtomicInteger failures = new AtomicInteger();

  RunLines(PrintStream to) {
    this.to = to;
  }

  /** Returns how many runs failed for good. */
  int failures() {
    return failures.get();
  }

  @Override
  public void started(Schedule schedule, Run run) {
    say(schedule, run, "started");
  }

  @Override
  public void waiting(Schedule schedule, Run run) {
    say(schedule, run, "waits for an earlier run");
  }

  @Override
  public void succeeded(Schedule schedule, Run run, @Nullable Published rows, Duration took) {
    String published =
        rows == null ? "published" : "published " + Figures.counted(rows.rows(), "row");
    say(schedule, run, published + rejected(rows) + ", " + Figures.took(took));
  }

  private static String rejected(@Nullable Published rows) {
    return rows == null || rows.rejected() == 0
        ? ""
        : ", %s did not fit and %s in %s"
            .formatted(
                Figures.counted(rows.rejected(), "row"),
                rows.rejected() == 1 ? "is" : "are",
                rows.rejects());
  }

  @Override
  public void failed(Schedule schedule, Run run, String error, @Nullable Duration pause) {
    if (pause == null) {
      failures.incrementAndGet();
    }
    say(
        schedule,
        run,
        "failed: " + error + (pause == null ? "" : "; tried again in " + Figures.age(pause)));
  }

  @Override
  public void handedBack(Schedule schedule, Run run) {
    say(schedule, run, "handed back; another process runs it, or this one after a restart");
  }

  @Override
  public void reachable(boolean reachable, String why) {
    line(reachable ? "the schedules database can be reached again" : why + "; trying again");
  }

  @Override
  public void planning(@Nullable String why) {
    line(why == null ? "this machine's clock is right again; serving" : why);
  }

  @Override
  public void unplanned(String schedule, String why) {
    line("schedule " + schedule + " cannot be planned " + why);
  }

  private void say(Schedule schedule, Run run, String what) {
    String tick = ScheduleText.time(run.tick(), schedule.cron().zone());
    line("%s %s  %s".formatted(schedule.name(), tick, what));
  }

  private synchronized void line(String text) {
    to.println(CLOCK.format(LocalTime.now()) + "  " + Printable.text(text));
    to.flush();
  }
}
