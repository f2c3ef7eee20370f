package io.resultsink.pipelines.command;

import io.resultsink.pipelines.schedule.HomeDatabase;
import io.resultsink.pipelines.schedule.Run;
import io.resultsink.pipelines.schedule.RunState;
import io.resultsink.pipelines.schedule.Schedule;
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

/** {@code pgresult sched}. */
@Internal
@Command(
    name = "sched",
    header = "Run queries again and again; pgresult serve executes them.",
    synopsisSubcommandLabel = "COMMAND",
    description = {
      "",
      "CRON is minute hour day month weekday, or @hourly, @daily, @monthly; '' never runs by",
      "itself. In the SQL, SCHEDULED_TIME(), or TD_SCHEDULED_TIME(), is the time of the tick,",
      "a TIMESTAMP, whenever and however often it runs.",
      "A tick publishes once: when it is tried again, taken over by another server or run by",
      "hand once more, the rows are not appended twice.",
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

  private final Terminal terminal;

  /** A command that talks to {@code terminal}. */
  public SchedCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Command(
      name = "create",
      sortOptions = false,
      header = "Keep a query that runs at the ticks of a cron.",
      customSynopsis = {
        "pgresult sched create NAME CRON -d DATABASE -r RESULT [OPTIONS] SQL",
        "                             [-- BEAM OPTIONS]"
      },
      footer = {
        "",
        "Behind -- are options of the runner, as with pgresult query; with --runner=FlinkRunner",
        "--flinkMaster=HOST:PORT the work is done there, and pgresult serve waits for it."
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
      @Mixin HomeOptions home)
      throws IOException {
    Schedule given = options.create(name, cron, sql, terminal);
    Schedule kept;
    try (HomeDatabase database = home.open(terminal)) {
      kept = new Schedules(database).create(given);
    }
    terminal.say("Schedule '" + name + "' is created" + start(kept));
    EngineQuery.notes(kept.query()).forEach(note -> terminal.note("note: " + note));
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
  int list(@Mixin HomeOptions home) throws IOException {
    List<StoredSchedule> all;
    try (HomeDatabase database = home.open(terminal)) {
      all = new Schedules(database).all();
    }
    if (all.isEmpty()) {
      terminal.note("none yet; create one with pgresult sched create, see its --help");
      return ExitCode.DONE;
    }
    new TextTable(ScheduleText.LIST, List.of(false, false, false, false, true, false, false, false))
        .print(row -> all.forEach(each -> row.accept(ScheduleText.row(each))), terminal.out());
    all.stream()
        .filter(each -> each.problem() != null)
        .forEach(each -> terminal.note("schedule " + each.name() + ": " + each.problem()));
    return ExitCode.DONE;
  }

  @Command(
      name = "show",
      header = "Show one.",
      customSynopsis = "pgresult sched show NAME [--home HOME]")
  int show(@Parameters(paramLabel = "NAME") String name, @Mixin HomeOptions home) {
    Schedule schedule;
    try (HomeDatabase database = home.open(terminal)) {
      schedule = new Schedules(database).require(name);
    }
    ScheduleText.lines(schedule).forEach(terminal::say);
    return ExitCode.DONE;
  }

  @Command(
      name = "history",
      aliases = "hist",
      sortOptions = false,
      header = "Show the runs of one, the newest tick first.",
      customSynopsis = "pgresult sched history NAME [MAX] [-s SKIP] [--home HOME]")
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
              description = "leave out so many of the newest")
          int skip,
      @Mixin HomeOptions home)
      throws IOException {
    if (most < 1 || skip < 0) {
      throw new UsageException("MAX is at least 1, SKIP at least 0");
    }
    Schedules.History history;
    try (HomeDatabase database = home.open(terminal)) {
      history = new Schedules(database).history(name, most, skip);
    }
    Schedule schedule = history.schedule();
    ScheduleText.head(schedule).forEach(terminal::say);
    long queued = count(history.unfinished(), RunState.QUEUED);
    long running = count(history.unfinished(), RunState.RUNNING);
    terminal.say("%-9s %d running, %d queued".formatted("now", running, queued));
    terminal.say("");
    new TextTable(ScheduleText.HISTORY, List.of(false, false, false, true, true, false))
        .print(
            row ->
                history
                    .newest()
                    .forEach(run -> row.accept(ScheduleText.row(run, schedule.cron().zone()))),
            terminal.out());
    return ExitCode.DONE;
  }

  private static long count(List<Run> runs, RunState state) {
    return runs.stream().filter(run -> run.state() == state).count();
  }

  @Command(
      name = "update",
      sortOptions = false,
      header = "Change one; what is not given stays.",
      customSynopsis = "pgresult sched update NAME [-s CRON] [OPTIONS] [SQL] [-- BEAM OPTIONS]",
      footer = {
        "",
        "Queued runs are executed as it is then. Another CRON or ZONE ticks from now on."
      })
  int update(
      @Parameters(paramLabel = "NAME") String name,
      @Parameters(paramLabel = "SQL", arity = "0..1", description = "the new query")
          @Nullable String sql,
      @Option(
              names = {"-n", "--newname"},
              paramLabel = "NAME",
              description = "another name; ticks that were published stay so")
          @Nullable String newName,
      @Option(
              names = {"-s", "--schedule"},
              paramLabel = "CRON",
              description = "when it ticks; '' for never")
          @Nullable String cron,
      @Mixin ScheduleOptions options,
      @Mixin HomeOptions home)
      throws IOException {
    if (options.empty()
        && sql == null
        && newName == null
        && cron == null
        && terminal.beamOptions().isEmpty()) {
      throw new UsageException("nothing to change is given; see pgresult sched update --help");
    }
    try (HomeDatabase database = home.open(terminal)) {
      Schedules schedules = new Schedules(database);
      // The SQL may come from standard input, which is read once.
      Schedule updated = options.update(schedules.require(name), cron, sql, terminal);
      Schedule renamed = newName == null ? updated : updated.named(newName);
      Schedule stored = schedules.change(name, renamed::ticking);
      terminal.say("Schedule '" + stored.name() + "' is updated" + start(stored));
      EngineQuery.notes(stored.query()).forEach(note -> terminal.note("note: " + note));
    }
    return ExitCode.DONE;
  }

  @Command(
      name = "pause",
      header = "Let one tick no more; what is queued still runs.",
      customSynopsis = "pgresult sched pause NAME [--home HOME]")
  int pause(@Parameters(paramLabel = "NAME") String name, @Mixin HomeOptions home) {
    try (HomeDatabase database = home.open(terminal)) {
      new Schedules(database).change(name, (schedule, now) -> schedule.paused(true, now));
    }
    terminal.say("Schedule '" + name + "' is paused.");
    return ExitCode.DONE;
  }

  @Command(
      name = "resume",
      header = "Let one tick again, from now on.",
      customSynopsis = "pgresult sched resume NAME [--home HOME]")
  int resume(@Parameters(paramLabel = "NAME") String name, @Mixin HomeOptions home) {
    Schedule schedule;
    try (HomeDatabase database = home.open(terminal)) {
      schedule =
          new Schedules(database)
              .change(name, (paused, now) -> paused.paused() ? paused.paused(false, now) : paused);
    }
    terminal.say("Schedule '" + name + "' is resumed" + start(schedule));
    return ExitCode.DONE;
  }

  @Command(
      name = "delete",
      aliases = "rm",
      header = "Remove one, with its history and what is queued.",
      customSynopsis = "pgresult sched delete NAME [--home HOME]")
  int delete(@Parameters(paramLabel = "NAME") String name, @Mixin HomeOptions home) {
    boolean running;
    try (HomeDatabase database = home.open(terminal)) {
      running = new Schedules(database).delete(name);
    }
    terminal.say("Schedule '" + name + "' is deleted; its table stays as it is.");
    if (running) {
      terminal.note("a run of it is under way, and will still publish");
    }
    return ExitCode.DONE;
  }
}
