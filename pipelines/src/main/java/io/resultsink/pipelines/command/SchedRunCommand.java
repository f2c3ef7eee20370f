package io.resultsink.pipelines.command;

import io.resultsink.pipelines.launch.CommandContext;
import io.resultsink.pipelines.launch.ExitCode;
import io.resultsink.pipelines.launch.RunException;
import io.resultsink.pipelines.launch.UsageException;
import io.resultsink.pipelines.print.Figures;
import io.resultsink.pipelines.schedule.Backfill;
import io.resultsink.pipelines.schedule.LocalRuns;
import io.resultsink.pipelines.schedule.ScheduleDatabase;
import io.resultsink.pipelines.schedule.Schedules;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.beam.sdk.annotations.Internal;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command {@code pgresult sched run}. */
@Command(
    name = "run",
    sortOptions = false,
    header = "Run past ticks.",
    customSynopsis =
        "pgresult sched run NAME [TIME] [-n N] [--again] [--now] [--schedules-database URL]",
    footer = {
      "",
      "A published tick is run again only with --again. A tick that failed or",
      "was skipped is run. Runs of a schedule never overlap, and start in the order in which",
      "they were queued."
    })
@Internal
public final class SchedRunCommand implements Callable<Integer> {

  private final CommandContext context;

  @Parameters(paramLabel = "NAME", index = "0")
  private String name = "";

  @Parameters(
      paramLabel = "TIME",
      index = "1",
      arity = "0..1",
      description =
          "the first tick, or a time before it: 2026-11-22, '2026-11-22 10:00' by the schedule's"
              + " clock, 2026-11-22T10:00Z, or seconds since 1970; else the last N ticks")
  private @Nullable String time;

  @Option(
      names = {"-n", "--num"},
      paramLabel = "N",
      description = "how many ticks (${DEFAULT-VALUE})")
  private int ticks = 1;

  @Option(names = "--again", description = "publish again ticks that are published already")
  private boolean again;

  @Option(
      names = "--now",
      description = "in this process, without retries, instead of queueing it for pgresult serve")
  private boolean now;

  @Mixin private ScheduleDatabaseOptions home = new ScheduleDatabaseOptions();

  /** Creates the command in {@code context}. */
  public SchedRunCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    if (ticks < 1) {
      throw new UsageException("-n " + ticks + " is too small; at least 1");
    }
    try (ScheduleDatabase database = home.open(context)) {
      Schedules schedules = new Schedules(database);
      ZoneId zone = schedules.require(name).cron().zone();
      Instant from = time == null ? null : GivenTime.parse(time, zone);
      Backfill backfill = new Backfill(from, ticks, again);
      return now ? inPlace(schedules, backfill, zone) : queue(schedules, backfill, zone);
    }
  }

  private int queue(Schedules schedules, Backfill backfill, ZoneId zone) {
    Schedules.Queued queued = schedules.queue(name, backfill);
    tell(queued.outcome(), zone);
    if (!queued.outcome().queued().isEmpty()) {
      context.say(told("queued", queued.outcome().queued(), zone));
      if (!queued.served()) {
        context.note("no pgresult serve is running; start one, or add --now to run it here");
      }
    }
    return ExitCode.DONE;
  }

  private int inPlace(Schedules schedules, Backfill backfill, ZoneId zone) {
    RunLines lines = new RunLines(context.err());
    LocalRuns runs = schedules.inPlace(new ScheduledWork(context.home()), lines);
    Thread interrupted = new Thread(runs::cancelAndWait, "pgresult-interrupted");
    Runtime.getRuntime().addShutdownHook(interrupted);
    try (runs) {
      Backfill.Outcome outcome = runs.run(name, backfill);
      tell(outcome, zone);
    } finally {
      try {
        Runtime.getRuntime().removeShutdownHook(interrupted);
      } catch (IllegalStateException e) {
        // The process is ending already.
      }
    }
    if (lines.failures() > 0) {
      throw new RunException(
          "%s of '%s' failed; see pgresult sched history %s"
              .formatted(Figures.counted(lines.failures(), "run"), name, name));
    }
    return ExitCode.DONE;
  }

  /** Prints the ticks that are not run. */
  private void tell(Backfill.Outcome outcome, ZoneId zone) {
    if (!outcome.done().isEmpty()) {
      context.say(told("already published", outcome.done(), zone) + "; --again repeats");
    }
    if (!outcome.waiting().isEmpty()) {
      context.say(told("already queued", outcome.waiting(), zone));
    }
  }

  private static String told(String what, List<Instant> ticks, ZoneId zone) {
    String first = ScheduleText.timeAndZone(ticks.get(0), zone);
    return "%s: %s, %s"
        .formatted(
            what,
            Figures.counted(ticks.size(), "tick"),
            ticks.size() == 1
                ? first
                : first + " to " + ScheduleText.timeAndZone(ticks.get(ticks.size() - 1), zone));
  }
}
