package io.resultsink.pipelines.command;

import io.resultsink.pipelines.example.DashboardPipeline;
import io.resultsink.pipelines.example.RankingPipeline;
import io.resultsink.pipelines.launch.BeamOptions;
import io.resultsink.pipelines.launch.CommandContext;
import io.resultsink.pipelines.launch.PublishRun;
import io.resultsink.pipelines.launch.RunException;
import io.resultsink.pipelines.launch.UsageException;
import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.inspect.TargetInspector;
import io.resultsink.postgres.internal.session.Session;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.apache.beam.sdk.annotations.Internal;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command {@code pgresult example}. */
@Internal
@Command(
    name = "example",
    sortOptions = false,
    header = "Run one of the example pipelines, on sample data that it makes.",
    customSynopsis = {
      "pgresult example ranking|dashboard [-r RESULT] [-n RECORDS] [OPTIONS]",
      "       [-- BEAM OPTIONS]"
    },
    description = {
      "",
      "ranking    the most rated movies of each genre; replaces the table",
      "dashboard  requests, failures and bytes by hour of an access log; replaces the rows of a",
      "           table that keeps its key and indexes, and is created before the first run",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  pgresult example ranking",
      "  pgresult show embedded:top_movies",
      "  pgresult example dashboard -n 1000000 -- --runner=FlinkRunner",
      "  pgresult example ranking -r 'postgresql://app@db/shop/top_movies?mode=replace' -p"
    })
public final class ExampleCommand implements Callable<Integer> {

  private static final Duration LOCK_TIMEOUT = Duration.ofMinutes(1);

  /** The pipelines, by their names on the command line. */
  enum Example {
    ranking("embedded:top_movies?mode=replace"),
    dashboard("embedded:requests_by_hour?mode=truncate");

    private final String result;

    Example(String result) {
      this.result = result;
    }
  }

  private final CommandContext context;

  @Parameters(paramLabel = "PIPELINE", description = "${COMPLETION-CANDIDATES}")
  private Example example = Example.ranking;

  @Option(
      names = {"-r", "--result"},
      paramLabel = "RESULT",
      description =
          "the table: embedded:table or its URL, with ?mode="
              + " (embedded:top_movies?mode=replace, embedded:requests_by_hour?mode=truncate)")
  private @Nullable String result;

  @Option(
      names = {"-n", "--records"},
      paramLabel = "RECORDS",
      description = "how many sample records (${DEFAULT-VALUE})")
  private long records = 100_000;

  @Option(
      names = {"-w", "--wait"},
      description = "wait for a runner on a cluster; without it the job's id is printed")
  private boolean wait;

  @Mixin private ResultOptions resultOptions = new ResultOptions();

  /** Creates the command in {@code context}. */
  public ExampleCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    if (records < 0) {
      throw new UsageException("-n " + records + " is negative");
    }
    BeamOptions beam = BeamOptions.of(context.beamOptions());
    PostgresTarget target =
        resultOptions.target(result == null ? example.result : result, context, beam);
    PublishRun run = new PublishRun(context, beam);
    return switch (example) {
      case ranking ->
          run.run(target, wait, (pipeline, to) -> RankingPipeline.build(pipeline, records, to));
      case dashboard -> {
        makeTable(target);
        yield run.run(
            target, wait, (pipeline, to) -> DashboardPipeline.build(pipeline, records, to));
      }
    };
  }

  private static void makeTable(PostgresTarget target) {
    try (TargetInspector inspector = TargetInspector.of(target);
        Session session = inspector.open()) {
      String definition = DashboardPipeline.tableDefinition(inspector.resolve().table());
      session.begin(LOCK_TIMEOUT, "create " + target.table());
      session.execute(definition);
      session.commit();
    } catch (SQLException e) {
      throw new RunException(
          "table %s cannot be made, SQLSTATE %s: %s"
              .formatted(target.table(), e.getSQLState(), e.getMessage()));
    }
  }
}
