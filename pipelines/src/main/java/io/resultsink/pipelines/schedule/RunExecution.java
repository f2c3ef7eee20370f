package io.resultsink.pipelines.schedule;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
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
    boolean in(RunStore runs) throws java.sql.SQLException;
  }

  private final HomeDatabase home;
  private final Presence presence;
  private final Work work;
  private final RunListener listener;
  private final InstantSource clock;
  private final boolean retries;
  private final Map<Long, Cancellation> running = new ConcurrentHashMap<>();
  private final CountDownLatch stopping = new CountDownLatch(1);

  /**
   * Executes runs in the name of a process.
   *
   * @param retries whether a run that failed may be queued once more
   */
  RunExecution(
      HomeDatabase home,
      Presence presence,
      Work work,
      RunListener listener,
      InstantSource clock,
      boolean retries) {
    this.home = home;
    this.presence = presence;
    this.work = work;
    this.listener = listener;
    this.clock = clock;
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
                      .start(id, clock.instant(), presence.heartbeat(), mine));
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
    Instant begin = clock.instant();
    if (stopping.getCount() == 0) {
      cancellation.request();
    }
    try {
      Long rows = work.run(schedule.query(), run.tick(), run.runId(schedule), cancellation);
      record(start, runs -> runs.end(start, RunState.SUCCESS, clock.instant(), rows, null));
      listener.succeeded(schedule, run, rows, Duration.between(begin, clock.instant()));
      return Optional.empty();
    } catch (RuntimeException | Error e) {
      if (cancellation.requested() && retries) {
        record(start, runs -> runs.handBack(start));
        listener.handedBack(schedule, run);
        return Optional.of(clock.instant());
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
    Instant next = again ? clock.instant().plus(pause) : null;
    record(
        start,
        runs ->
            again
                ? runs.retry(start, next, error)
                : runs.end(start, RunState.ERROR, clock.instant(), null, error));
    listener.failed(start.schedule(), run, error, pause);
    return Optional.ofNullable(next);
  }

  /** Goes on until the database takes it, or this process ends; another one runs it then. */
  private void record(Start start, Recording recording) {
    while (true) {
      try {
        boolean ours = home.transaction(connection -> recording.in(new RunStore(connection)));
        if (!ours) {
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

  /** What a row says of a run now; null when it is gone. */
  @Nullable Run look(long id) {
    return home.transaction(connection -> new RunStore(connection).find(id).orElse(null));
  }
}
