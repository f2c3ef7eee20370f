package io.resultsink.pipelines.command;

import io.resultsink.pipelines.launch.CommandContext;
import io.resultsink.pipelines.launch.ExitCode;
import io.resultsink.pipelines.launch.UsageException;
import io.resultsink.pipelines.print.TextTable;
import io.resultsink.pipelines.schedule.Run;
import io.resultsink.pipelines.schedule.RunState;
import io.resultsink.pipelines.schedule.Schedule;
import io.resultsink.pipelines.schedule.ScheduleDatabase;
import io.resultsink.pipelines.schedule.Schedules;
import io.resultsink.pipelines.schedule.StoredSchedule;
import java.io.IOException;
import java.time.ZoneId;
import java.util.List;
import org.apache.beam.sdk.annotations.Internal;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command {@code pgresult sched}. */
@Internal
@Command(
    name = "sched",
    header = "Run queries repeatedly; pgresult serve executes them.",
    synopsisSubcommandLabel = "COMMAND",
    description = {
      "",
      "CRON is minute hour day month weekday, or @hourly, @daily, @monthly; '' never ticks by",
      "itself. In the SQL, SCHEDULED_TIME(), or TD_SCHEDULED_TIME(), is the time of the tick,",
      "a TIMESTAMP, no matter when and how often it runs.",
      "A tick publishes once: if it is retried, taken over by another process, or requested",
      "again by a user, the rows are not appended twice.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  pgresult sched create hits '@hourly' -d logs -r 'mydb:hits?mode=append' \\",
      "    \"SELECT code, COUNT(*) AS hits FROM orders WHERE",
      "     paid_at >= SCHEDULED_TIME() - INTERVAL '1' HOUR AND paid_at < SCHEDULED_TIME()",
      "     GROUP BY code\"",
      "  pgresult serve",
      "  pgresult sched history hits",
      "  pgresult sched run hits '2026-11-21 00:00' -n 24"
    })
public final class SchedCommand {

  private static final int LISTED = 20;

  private final CommandContext context;

  /** Creates the command in {@code context}. */
  public SchedCommand(CommandContext context) {
    this.context = context;
  }

  @Command(
      name = "create",
      sortOptions = false,
      header = "Create a query that runs at the ticks of a cron.",
      customSynopsis = {
        "pgresult sched create NAME CRON -d DATABASE -r RESULT [OPTIONS] SQL",
        "                             [-- BEAM OPTIONS]"
      },
      footer = {
        "",
        "After -- are options of the runner, as with pgresult query; with --runner=FlinkRunner",
        "--flinkMaster=HOST:PORT the query runs there, and pgresult serve waits for it."
      })
  int create(
      @Parameters(paramLabel = "NAME", description = "3 to 255 of a-z, 0-9 and _") String name,
      @Parameters(paramLabel = "CRON", description = "'*/15 * * * *', '@daily', '' for never")
          String cron,
      @Parameters(
              paramLabel = "SQL",
              arity = "0..1",
              description = "one SELECT in the SQL of its engine; - reads it from standard input")
          @Nullable String sql,
      @Mixin ScheduleOptions options,
      @Mixin ScheduleDatabaseOptions home)
      throws IOException {
    Schedule given = options.create(name, cron, sql, context);
    Schedule kept;
    try (ScheduleDatabase database = home.open(context)) {
      kept = new Schedules(database).create(given);
    }
    context.say("Schedule '" + name + "' is created" + start(kept));
    EngineQuery.notes(kept.query()).forEach(note -> context.note("note: " + note));
    return ExitCode.DONE;
  }

  private static String start(Schedule schedule) {
    ZoneId zone = schedule.cron().zone();
    return schedule
        .nextStart()
        .map(at -> ". It starts at " + ScheduleText.timeAndZone(at, zone) + ".")
        .orElse(schedule.paused() ? ". It is paused." : ", which never runs.");
  }

  @Command(name = "list", aliases = "ls", header = "List all.")
  int list(@Mixin ScheduleDatabaseOptions home) throws IOException {
    List<StoredSchedule> all;
    try (ScheduleDatabase database = home.open(context)) {
      all = new Schedules(database).all();
    }
    if (all.isEmpty()) {
      context.note("none yet; create one with pgresult sched create, see its --help");
      return ExitCode.DONE;
    }
    new TextTable(ScheduleText.LIST, List.of(false, false, false, false, true, false, false, false))
        .print(row -> all.forEach(each -> row.accept(ScheduleText.row(each))), context.out());
    all.stream()
        .filter(each -> each.problem() != null)
        .forEach(each -> context.note("schedule " + each.name() + ": " + each.problem()));
    return ExitCode.DONE;
  }

  @Command(
      name = "show",
      header = "Show one.",
      customSynopsis = "pgresult sched show NAME [--schedules-database URL]")
  int show(@Parameters(paramLabel = "NAME") String name, @Mixin ScheduleDatabaseOptions home) {
    Schedule schedule;
    try (ScheduleDatabase database = home.open(context)) {
      schedule = new Schedules(database).require(name);
    }
    ScheduleText.lines(schedule).forEach(context::say);
    return ExitCode.DONE;
  }

  @Command(
      name = "history",
      aliases = "hist",
      sortOptions = false,
      header = "Show the runs of a schedule, the newest tick first.",
      customSynopsis = "pgresult sched history NAME [MAX] [-s SKIP] [--schedules-database URL]")
  int history(
      @Parameters(paramLabel = "NAME") String name,
      @Parameters(
              paramLabel = "MAX",
              arity = "0..1",
              defaultValue = "" + LISTED,
              description = "how many at most (${DEFAULT-VALUE})")
          int most,
      @Option(
              names = {"-s", "--skip"},
              paramLabel = "SKIP",
              description = "how many of the newest to skip")
          int skip,
      @Mixin ScheduleDatabaseOptions home)
      throws IOException {
    if (most < 1 || skip < 0) {
      throw new UsageException("MAX is at least 1, SKIP at least 0");
    }
    Schedules.History history;
    try (ScheduleDatabase database = home.open(context)) {
      history = new Schedules(database).history(name, most, skip);
    }
    Schedule schedule = history.schedule();
    ScheduleText.head(schedule).forEach(context::say);
    long queued = count(history.unfinished(), RunState.QUEUED);
    long running = count(history.unfinished(), RunState.RUNNING);
    context.say("%-9s %d running, %d queued".formatted("now", running, queued));
    context.say("");
    new TextTable(ScheduleText.HISTORY, List.of(false, false, false, true, true, true, false))
        .print(
            row ->
                history
                    .newest()
                    .forEach(run -> row.accept(ScheduleText.row(run, schedule.cron().zone()))),
            context.out());
    return ExitCode.DONE;
  }

  private static long count(List<Run> runs, RunState state) {
    return runs.stream().filter(run -> run.state() == state).count();
  }

  @Command(
      name = "update",
      sortOptions = false,
      header = "Change a schedule; options that are not given stay.",
      customSynopsis = "pgresult sched update NAME [-s CRON] [OPTIONS] [SQL] [-- BEAM OPTIONS]",
      footer = {
        "",
        "Queued runs are executed with the new options. Another CRON or ZONE ticks from now on."
      })
  int update(
      @Parameters(paramLabel = "NAME") String name,
      @Parameters(paramLabel = "SQL", arity = "0..1", description = "the new query")
          @Nullable String sql,
      @Option(
              names = {"-n", "--newname"},
              paramLabel = "NAME",
              description = "another name; published ticks stay published")
          @Nullable String newName,
      @Option(
              names = {"-s", "--schedule"},
              paramLabel = "CRON",
              description = "the ticks; '' for never")
          @Nullable String cron,
      @Mixin ScheduleOptions options,
      @Mixin ScheduleDatabaseOptions home)
      throws IOException {
    if (options.empty()
        && sql == null
        && newName == null
        && cron == null
        && context.beamOptions().isEmpty()) {
      throw new UsageException("nothing to change is given; see pgresult sched update --help");
    }
    try (ScheduleDatabase database = home.open(context)) {
      Schedules schedules = new Schedules(database);
      // Reads the SQL once, because it may come from standard input.
      Schedule updated = options.update(schedules.require(name), cron, sql, context);
      Schedule renamed = newName == null ? updated : updated.named(newName);
      Schedule stored = schedules.change(name, renamed::ticking);
      context.say("Schedule '" + stored.name() + "' is updated" + start(stored));
      EngineQuery.notes(stored.query()).forEach(note -> context.note("note: " + note));
    }
    return ExitCode.DONE;
  }

  @Command(
      name = "pause",
      header = "Pause a schedule; queued runs are still executed.",
      customSynopsis = "pgresult sched pause NAME [--schedules-database URL]")
  int pause(@Parameters(paramLabel = "NAME") String name, @Mixin ScheduleDatabaseOptions home) {
    try (ScheduleDatabase database = home.open(context)) {
      new Schedules(database).change(name, (schedule, now) -> schedule.paused(true, now));
    }
    context.say("Schedule '" + name + "' is paused.");
    return ExitCode.DONE;
  }

  @Command(
      name = "resume",
      header = "Resume a schedule; it ticks from now on.",
      customSynopsis = "pgresult sched resume NAME [--schedules-database URL]")
  int resume(@Parameters(paramLabel = "NAME") String name, @Mixin ScheduleDatabaseOptions home) {
    Schedule schedule;
    try (ScheduleDatabase database = home.open(context)) {
      schedule =
          new Schedules(database)
              .change(name, (paused, now) -> paused.paused() ? paused.paused(false, now) : paused);
    }
    context.say("Schedule '" + name + "' is resumed" + start(schedule));
    return ExitCode.DONE;
  }

  @Command(
      name = "delete",
      aliases = "rm",
      header = "Delete a schedule, its history and its queued runs.",
      customSynopsis = "pgresult sched delete NAME [--schedules-database URL]")
  int delete(@Parameters(paramLabel = "NAME") String name, @Mixin ScheduleDatabaseOptions home) {
    boolean running;
    try (ScheduleDatabase database = home.open(context)) {
      running = new Schedules(database).delete(name);
    }
    context.say("Schedule '" + name + "' is deleted; its table stays as it is.");
    if (running) {
      context.note("a run of it is being executed, and will still publish");
    }
    return ExitCode.DONE;
  }
}
