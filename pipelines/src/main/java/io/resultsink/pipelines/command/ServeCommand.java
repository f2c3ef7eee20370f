package io.resultsink.pipelines.command;

import io.resultsink.pipelines.duckdb.EngineShare;
import io.resultsink.pipelines.launch.CommandContext;
import io.resultsink.pipelines.launch.ExitCode;
import io.resultsink.pipelines.launch.Signals;
import io.resultsink.pipelines.launch.UsageException;
import io.resultsink.pipelines.print.Figures;
import io.resultsink.pipelines.schedule.ScheduleDatabase;
import io.resultsink.pipelines.schedule.ScheduleWorker;
import io.resultsink.pipelines.schedule.Schedules;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.beam.sdk.annotations.Internal;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The command {@code pgresult serve}. */
@Internal
@Command(
    name = "serve",
    sortOptions = false,
    header = "Execute schedules until stopped.",
    customSynopsis = {
      "pgresult serve [--schedules-database URL] [-j JOBS] [--folders PATH...]",
      "       [--grace SECONDS] [--heartbeat SECONDS]"
    },
    description = {
      "",
      "Several serving processes share one schedules database. Each tick runs in one of them.",
      "If one dies, another takes over its runs after four heartbeats. Folders, named results",
      "and passwords are looked up where it runs. After Ctrl-C it starts no more runs, and waits",
      "for current ones; a second one, or the end of the grace, cancels them and hands them back.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  pgresult serve",
      "  pgresult serve --schedules-database postgresql://app@db.example.com/pgresult -j 4"
    })
public final class ServeCommand implements Callable<Integer> {

  private static final Duration GLANCE = Duration.ofMillis(200);

  private final CommandContext context;

  @Mixin private ScheduleDatabaseOptions home = new ScheduleDatabaseOptions();

  @Option(
      names = {"-j", "--jobs"},
      paramLabel = "JOBS",
      description = "how many runs at a time (${DEFAULT-VALUE})")
  private int jobs = 2;

  @Option(
      names = "--folders",
      paramLabel = "PATH",
      arity = "1..*",
      description = "the only folders of this machine that schedules may read; else all")
  private List<Path> folders = List.of();

  @Option(
      names = "--grace",
      paramLabel = "SECONDS",
      description = "how long current runs may go on after Ctrl-C (${DEFAULT-VALUE})")
  private int grace = 60;

  @Option(
      names = "--heartbeat",
      paramLabel = "SECONDS",
      description = "the time between its heartbeats (${DEFAULT-VALUE})")
  private int heartbeat = 15;

  /** Creates the command in {@code context}. */
  public ServeCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() throws InterruptedException {
    if (jobs < 1 || heartbeat < 1 || grace < 0) {
      throw new UsageException("JOBS and the heartbeat are at least 1, the grace at least 0");
    }
    for (Path folder : folders) {
      if (!Files.exists(folder)) {
        throw new UsageException("--folders " + folder + " does not exist");
      }
    }
    EngineShare.among(jobs);
    Semaphore signals = new Semaphore(0);
    try (ScheduleDatabase database = home.open(context)) {
      Signals.handle(signals::release);
      int schedules = new Schedules(database).all().size();
      context.note(
          "serving %s of %s, %s at a time; Ctrl-C stops it"
              .formatted(
                  Figures.counted(schedules, "schedule"), database, Figures.counted(jobs, "run")));
      RunLines lines = new RunLines(context.out());
      ScheduleWorker.Settings settings =
          new ScheduleWorker.Settings(jobs, Duration.ofSeconds(heartbeat), Clock.systemUTC());
      try (ScheduleWorker server =
          ScheduleWorker.start(
              database, settings, new ScheduledWork(context.home(), folders), lines)) {
        signals.acquire();
        server.retire();
        finish(server, signals);
      }
    }
    context.note("stopped");
    return ExitCode.DONE;
  }

  private void finish(ScheduleWorker server, Semaphore signals) throws InterruptedException {
    if (server.underWay() == 0) {
      return;
    }
    context.note(
        "waiting %d s at most for %s; Ctrl-C cancels and hands back"
            .formatted(grace, Figures.counted(server.underWay(), "run")));
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(grace);
    while (server.underWay() > 0
        && System.nanoTime() < end
        && !signals.tryAcquire(GLANCE.toMillis(), TimeUnit.MILLISECONDS)) {
      // the threads may have ended since
    }
  }
}
