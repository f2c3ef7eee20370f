package io.resultsink.pipelines.command;

import io.resultsink.pipelines.duckdb.ReadOptions;
import io.resultsink.pipelines.launch.BeamOptions;
import io.resultsink.pipelines.launch.CommandContext;
import io.resultsink.pipelines.launch.Failure;
import io.resultsink.pipelines.launch.Interruption;
import io.resultsink.pipelines.launch.PublishRun;
import io.resultsink.pipelines.query.QueryRequest;
import io.resultsink.pipelines.schedule.Cancellation;
import io.resultsink.pipelines.schedule.Published;
import io.resultsink.pipelines.schedule.QueryRunner;
import io.resultsink.pipelines.schedule.ScheduledQuery;
import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.destination.Secret;
import io.resultsink.postgres.report.ResultSummary;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The execution of a scheduled query in this process, as by {@code pgresult query -w} but without
 * output.
 */
final class ScheduledWork implements QueryRunner {

  private static final Logger log = LoggerFactory.getLogger(ScheduledWork.class);

  private final Path home;
  private final ReadableFolders folders;

  /** Creates the execution with the embedded server of {@code home}. */
  ScheduledWork(Path home) {
    this(home, List.of());
  }

  /**
   * Creates the execution for queries that read only certain folders of this machine.
   *
   * @param folders empty for all
   */
  ScheduledWork(Path home, List<Path> folders) {
    this.home = home;
    this.folders = new ReadableFolders(folders);
  }

  @Override
  public @Nullable Published run(
      ScheduledQuery query, Instant tick, String runId, Cancellation cancellation) {
    folders.check(query.database());
    PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
    CommandContext silent =
        new CommandContext(
            InputStream.nullInputStream(), nowhere, nowhere, false, home, query.runnerOptions());
    BeamOptions beam = BeamOptions.of(query.runnerOptions());
    PostgresTarget target =
        ResultOptions.referring(query.resultPassword())
            .target(query.result(), silent, beam)
            .toBuilder()
            .runId(runId)
            .build();
    String reference = query.databasePassword();
    QueryRequest request =
        new QueryRequest(
            query.database(),
            reference == null ? null : Secret.parse(reference),
            query.sql(),
            QueryRequest.DEFAULT_SAMPLE,
            tick,
            null);
    ResultSummary summary =
        new PublishRun(silent, beam, (context, progress, leftovers) -> new Cancelled(cancellation))
            .complete(
                target,
                EngineQuery.of(
                        request,
                        beam,
                        EngineQuery.engineNamed(query.engine()),
                        new ReadOptions(query.types(), query.nulls()))
                    ::build);
    return summary == null
        ? null
        : new Published(summary.rows(), summary.rejected(), summary.rejects());
  }

  @Override
  public String explain(Throwable failure) {
    return Failure.of(failure).message();
  }

  /** Ends a pipeline on request. The run itself reports the state of the target. */
  private record Cancelled(Cancellation cancellation) implements Interruption {

    @Override
    public void stops(Stoppable started) {
      cancellation.onRequest(() -> cancel(started));
    }

    private static void cancel(Stoppable started) {
      try {
        started.cancel();
      } catch (IOException | RuntimeException e) {
        log.warn("the job could not be cancelled", e);
      }
    }

    @Override
    public void waitIfUnderWay() {}

    @Override
    public void disarm() {
      cancellation.onRequest(() -> {});
    }
  }
}
