package io.resultsink.pipelines.schedule;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Executes runs, one call each, and records what came of them. */
final class RunExecution {

  private static final Logger log = LoggerFactory.getLogger(RunExecution.class);

  private static final Duration PAUSE = Duration.ofSeconds(1);

  /** Records an outcome under the fence of its start. */
  private interface Recording {
    boolean in(RunStore runs, Instant now) throws SQLException;
  }

  private final HomeDatabase home;
  private final Presence presence;
  private final Work work;
  private final RunListener listener;
  private final boolean retries;
  private final Map<Long, Cancellation> running = new ConcurrentHashMap<>();
  private final CountDownLatch stopping = new CountDownLatch(1);

  /**
   * Executes runs in the name of a process.
   *
   * @param retries whether a run that failed may be queued once more
   */
  RunExecution(
      HomeDatabase home, Presence presence, Work work, RunListener listener, boolean retries) {
    this.home = home;
    this.presence = presence;
    this.work = work;
    this.listener = listener;
    this.retries = retries;
  }

  /**
   * Executes a run when it is its turn.
   *
   * @return when to ask for it again; none when it has ended, is gone or is not to be run
   */
  Optional<Instant> execute(long id) {
    Cancellation cancellation = new Cancellation();
    boolean mine = running.putIfAbsent(id, cancellation) != null;
    try {
      Claims.Claim claim =
          home.transaction(
              connection ->
                  new Claims(connection, presence.id())
                      .start(id, home.now(connection), presence.heartbeat(), mine));
      return claim.start() == null
          ? Optional.ofNullable(claim.later())
          : execute(claim.start(), cancellation);
    } finally {
      if (!mine) {
        running.remove(id);
      }
    }
  }

  /** Ends what is being executed before its time; it waits for another server then. */
  void cancelAll() {
    stopping.countDown();
    running.values().forEach(Cancellation::request);
  }

  int underWay() {
    return running.size();
  }

  private Optional<Instant> execute(Start start, Cancellation cancellation) {
    Schedule schedule = start.schedule();
    Run run = start.run();
    listener.started(schedule, run);
    long begin = System.nanoTime();
    if (stopping.getCount() == 0) {
      cancellation.request();
    }
    try {
      Long rows = work.run(schedule.query(), run.tick(), run.runId(schedule), cancellation);
      record(start, (runs, now) -> runs.end(start, RunState.SUCCESS, now, rows, null));
      listener.succeeded(schedule, run, rows, Duration.ofNanos(System.nanoTime() - begin));
      return Optional.empty();
    } catch (RuntimeException | Error e) {
      if (cancellation.requested() && retries) {
        Instant now = record(start, (runs, time) -> runs.handBack(start));
        listener.handedBack(schedule, run);
        return Optional.of(now);
      }
      return failed(start, e);
    }
  }

  private Optional<Instant> failed(Start start, Throwable failure) {
    log.warn("{} failed", start.run().runId(start.schedule()), failure);
    String error =
        work.explain(failure).lines().map(String::strip).reduce((a, b) -> a + "; " + b).orElse("");
    Run run = start.run();
    int failures = run.failures() + 1;
    boolean again = retries && failures <= start.schedule().retries();
    Duration pause = again ? Schedule.pauseAfter(failures) : null;
    Instant recorded =
        record(
            start,
            (runs, now) ->
                again
                    ? runs.retry(start, now.plus(pause), error)
                    : runs.end(start, RunState.ERROR, now, null, error));
    listener.failed(start.schedule(), run, error, pause);
    return again ? Optional.of(recorded.plus(pause)) : Optional.empty();
  }

  /**
   * Goes on until the database takes it, or this process ends; another one runs it then.
   *
   * @return when it was recorded
   */
  private Instant record(Start start, Recording recording) {
    while (true) {
      try {
        return home.transaction(
            connection -> {
              Instant now = home.now(connection);
              if (!recording.in(new RunStore(connection), now)) {
                log.warn(
                    "{} was taken over by another process", start.run().runId(start.schedule()));
              }
              return now;
            });
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

  /** What a row says of a run now; null when it is gone. */
  @Nullable Run look(long id) {
    return home.transaction(connection -> new RunStore(connection).find(id).orElse(null));
  }
}
