package io.resultsink.pipelines.schedule;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The execution of runs, one for each call, and the record of their outcomes. */
final class RunExecution {

  private static final Logger log = LoggerFactory.getLogger(RunExecution.class);

  private static final Duration PAUSE = Duration.ofSeconds(1);

  /** A record of an outcome, which counts only if the run was not started again since. */
  private interface Recording {
    boolean in(RunStore runs, Instant now) throws SQLException;
  }

  private final ScheduleDatabase database;
  private final LivingProcess process;
  private final QueryRunner work;
  private final RunListener listener;
  private final boolean retries;
  private final Map<Long, Cancellation> running = new ConcurrentHashMap<>();
  private final CountDownLatch stopping = new CountDownLatch(1);

  /**
   * Creates the execution of runs by a process.
   *
   * @param retries whether a run that failed may be queued again
   */
  RunExecution(
      ScheduleDatabase database,
      LivingProcess process,
      QueryRunner work,
      RunListener listener,
      boolean retries) {
    this.database = database;
    this.process = process;
    this.work = work;
    this.listener = listener;
    this.retries = retries;
  }

  /**
   * Claims a run whose turn it is.
   *
   * @return the action that executes it; absent if there is no such run now
   */
  Optional<Runnable> claimNext() {
    return database
        .transaction(c -> claims(c).next(database.now(c), underWayHere()))
        .map(this::execution);
  }

  /** Executes a run if it is its turn. */
  void execute(long id) {
    database
        .transaction(c -> claims(c).start(id, database.now(c), underWayHere()))
        .map(this::execution)
        .ifPresent(Runnable::run);
  }

  private Claims claims(Connection connection) {
    return new Claims(connection, process.id());
  }

  private Set<Long> underWayHere() {
    return new HashSet<>(running.keySet());
  }

  private Runnable execution(Start start) {
    Cancellation cancellation = new Cancellation();
    running.put(start.run().id(), cancellation);
    return () -> {
      try {
        execute(start, cancellation);
      } finally {
        running.remove(start.run().id());
      }
    };
  }

  /** Ends the current executions early; their runs then wait for another serving process. */
  void cancelAll() {
    stopping.countDown();
    running.values().forEach(Cancellation::request);
  }

  int underWay() {
    return running.size();
  }

  private void execute(Start start, Cancellation cancellation) {
    Schedule schedule = start.schedule();
    Run run = start.run();
    listener.started(schedule, run);
    long begin = System.nanoTime();
    if (stopping.getCount() == 0) {
      cancellation.request();
    }
    try {
      Published rows = work.run(schedule.query(), run.tick(), run.runId(schedule), cancellation);
      record(start, (runs, now) -> runs.end(start, RunState.SUCCESS, now, rows, null));
      listener.succeeded(schedule, run, rows, Duration.ofNanos(System.nanoTime() - begin));
    } catch (RuntimeException | Error e) {
      if (cancellation.requested() && retries) {
        record(start, (runs, now) -> runs.handBack(start));
        listener.handedBack(schedule, run);
      } else {
        failed(start, e);
      }
    }
  }

  private void failed(Start start, Throwable failure) {
    log.warn("{} failed", start.run().runId(start.schedule()), failure);
    String error =
        work.explain(failure).lines().map(String::strip).reduce((a, b) -> a + "; " + b).orElse("");
    Run run = start.run();
    int failures = run.failures() + 1;
    boolean again = retries && failures <= start.schedule().retries();
    Duration pause = again ? Schedule.pauseAfter(failures) : null;
    record(
        start,
        (runs, now) ->
            again
                ? runs.retry(start, now.plus(pause), error)
                : runs.end(start, RunState.ERROR, now, null, error));
    listener.failed(start.schedule(), run, error, pause);
  }

  /**
   * Tries until the database accepts the record, or this process ends; then another one executes
   * the run.
   */
  private void record(Start start, Recording recording) {
    while (true) {
      try {
        if (!database.transaction(c -> recording.in(new RunStore(c), database.now(c)))) {
          log.warn("{} was taken over by another process", start.run().runId(start.schedule()));
        }
        return;
      } catch (RuntimeException e) {
        log.warn("the outcome of {} cannot be recorded yet", start.run().id(), e);
        if (stoppedWithin(PAUSE)) {
          throw e;
        }
      }
    }
  }

  private boolean stoppedWithin(Duration time) {
    try {
      return stopping.await(time.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }

  /** Returns the current row of a run; absent if it is deleted. */
  Optional<Run> look(long id) {
    return database.transaction(connection -> new RunStore(connection).find(id));
  }
}
