package io.resultsink.pipelines.command;

import io.resultsink.pipelines.duckdb.ReadOptions;
import io.resultsink.pipelines.engine.Engine;
import io.resultsink.pipelines.launch.BeamOptions;
import io.resultsink.pipelines.launch.CommandContext;
import io.resultsink.pipelines.launch.UsageException;
import io.resultsink.pipelines.schedule.Cron;
import io.resultsink.pipelines.schedule.MissedTicks;
import io.resultsink.pipelines.schedule.Overlap;
import io.resultsink.pipelines.schedule.Schedule;
import io.resultsink.pipelines.schedule.ScheduledQuery;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of a schedule in {@code sched create} and {@code sched update}. */
final class ScheduleOptions {

  @Option(
      names = {"-d", "--database"},
      paramLabel = "DATABASE",
      description = "the tables: a folder, a named result, or a postgresql:// URL without password")
  private @Nullable String database;

  @Option(
      names = "--database-password",
      paramLabel = "REF",
      description =
          "the reference to the password of a postgresql:// DATABASE: env:NAME or file:PATH")
  private @Nullable String databasePassword;

  @Option(
      names = {"-r", "--result"},
      paramLabel = "RESULT",
      description =
          "the table that gets the rows: NAME:table, embedded:table or a URL, no password")
  private @Nullable String result;

  @Option(
      names = "--password",
      paramLabel = "REF",
      description =
          "the reference to the password of RESULT: env:NAME or file:PATH, looked up where it runs")
  private @Nullable String resultPassword;

  @Option(
      names = "--engine",
      paramLabel = "ENGINE",
      description = "the engine of the query: ${COMPLETION-CANDIDATES}; else the default one")
  private @Nullable Engine engine;

  @Mixin private FileOptions files = new FileOptions();

  @Option(
      names = {"-t", "--timezone"},
      paramLabel = "ZONE",
      description = "the time zone of CRON, such as Europe/Berlin (UTC)")
  private @Nullable String zone;

  @Option(
      names = {"-D", "--delay"},
      paramLabel = "SECONDS",
      description = "the time from each tick to its start; the scheduled time stays the tick (0)")
  private @Nullable Long delay;

  @Option(
      names = {"-q", "--query"},
      paramLabel = "FILE",
      description = "a file from which the SQL is read now")
  private @Nullable Path queryFile;

  @Option(
      names = {"-R", "--retry"},
      paramLabel = "COUNT",
      description = "how many attempts follow a failed one, after 1, 5, 25 minutes, ... (3)")
  private @Nullable Integer retries;

  @Option(
      names = "--missed",
      paramLabel = "POLICY",
      description =
          "ticks while nothing served: ${COMPLETION-CANDIDATES}; last runs the last one (last)")
  private @Nullable Missed missed;

  @Option(
      names = "--overlap",
      paramLabel = "POLICY",
      description = "a tick while an earlier run has not ended: ${COMPLETION-CANDIDATES} (wait)")
  private @Nullable Overlapping overlap;

  /** The values as the user writes them. */
  private enum Missed {
    skip,
    last,
    all
  }

  private enum Overlapping {
    wait,
    skip
  }

  /** Returns whether no option is given. */
  boolean empty() {
    return database == null
        && databasePassword == null
        && result == null
        && resultPassword == null
        && engine == null
        && files.empty()
        && zone == null
        && delay == null
        && queryFile == null
        && retries == null
        && missed == null
        && overlap == null;
  }

  /** Returns a new schedule. */
  Schedule create(String name, String cron, @Nullable String sqlArgument, CommandContext context)
      throws IOException {
    Schedule.checkName(name);
    if (database == null) {
      throw new UsageException("no tables; name their folder or database with -d");
    }
    if (result == null) {
      throw new UsageException("no table for the result; name it with -r");
    }
    String sql = SqlText.of(sqlArgument, queryFile, context);
    ScheduledQuery query =
        checked(
            new ScheduledQuery(
                ScheduleArguments.database(database),
                ScheduleArguments.reference(databasePassword),
                result,
                ScheduleArguments.reference(resultPassword),
                sql,
                context.beamOptions(),
                engine == null ? null : engine.name(),
                files.read().types(),
                files.read().nulls()));
    ZoneId at = zone == null ? ZoneId.of("UTC") : Cron.zone(zone);
    return policies(Schedule.create(name, Cron.parse(cron, at), delay(Duration.ZERO), query));
  }

  /** Returns a schedule with the given options changed. */
  Schedule update(
      Schedule old, @Nullable String cron, @Nullable String sqlArgument, CommandContext context)
      throws IOException {
    ScheduledQuery before = old.query();
    boolean newSql = sqlArgument != null || queryFile != null;
    List<String> runner =
        context.beamOptions().isEmpty() ? before.runnerOptions() : context.beamOptions();
    ReadOptions read = files(before);
    // A password's reference belongs to the RESULT or DATABASE for which it was given.
    ScheduledQuery query =
        new ScheduledQuery(
            database == null ? before.database() : ScheduleArguments.database(database),
            databasePassword == null && database == null
                ? before.databasePassword()
                : ScheduleArguments.reference(databasePassword),
            result == null ? before.result() : result,
            resultPassword == null && result == null
                ? before.resultPassword()
                : ScheduleArguments.reference(resultPassword),
            newSql ? SqlText.of(sqlArgument, queryFile, context) : before.sql(),
            runner,
            engine == null ? before.engine() : engine.name(),
            read.types(),
            read.nulls());
    Cron oldCron = old.cron();
    Cron newCron =
        Cron.parse(
            cron == null ? oldCron.text() : cron, zone == null ? oldCron.zone() : Cron.zone(zone));
    return policies(old.running(checked(query)).at(newCron, delay(old.delay())));
  }

  /** Returns the options for files. They belong to the DATABASE for which they were given. */
  private ReadOptions files(ScheduledQuery before) {
    ReadOptions given = files.read();
    return database != null
        ? given
        : new ReadOptions(
            given.types().isEmpty() ? before.types() : given.types(),
            given.nulls().isEmpty() ? before.nulls() : given.nulls());
  }

  private Schedule policies(Schedule schedule) {
    if (retries != null && (retries < 0 || retries > Schedule.MOST_RETRIES)) {
      throw new UsageException(
          "-R %d is not from 0 to %d".formatted(retries, Schedule.MOST_RETRIES));
    }
    return schedule.with(
        missed == null ? schedule.missed() : MissedTicks.valueOf(upper(missed)),
        overlap == null ? schedule.overlap() : Overlap.valueOf(upper(overlap)),
        retries == null ? schedule.retries() : retries);
  }

  private static String upper(Enum<?> choice) {
    return choice.name().toUpperCase(java.util.Locale.ROOT);
  }

  private Duration delay(Duration otherwise) {
    if (delay != null && delay < 0) {
      throw new UsageException("-D " + delay + " is negative");
    }
    return delay == null ? otherwise : Duration.ofSeconds(delay);
  }

  private static ScheduledQuery checked(ScheduledQuery query) {
    BeamOptions beam = BeamOptions.of(query.runnerOptions());
    ScheduleArguments.checkResult(query.result(), beam);
    Engine chosen =
        EngineQuery.choose(query.database(), beam, EngineQuery.engineNamed(query.engine()));
    EngineQuery.checkFiles(chosen, new ReadOptions(query.types(), query.nulls()));
    EngineQuery.checkSyntax(chosen, query.sql());
    return query;
  }
}
