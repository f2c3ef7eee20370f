package io.resultsink.pipelines.schedule;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.beam.sdk.annotations.Internal;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The execution of requested runs in this process, one after the other and without retries. Servers
 * execute none of them, unless this process dies.
 */
@Internal
public final class LocalRuns implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(LocalRuns.class);

  private static final Duration HEARTBEAT = Duration.ofSeconds(5);
  private static final Duration PAUSE = Duration.ofMillis(500);

  private final ScheduleDatabase database;
  private final RunListener listener;
  private final LivingProcess process;
  private final RunExecution execution;
  private final ScheduledExecutorService beating = Executors.newSingleThreadScheduledExecutor();
  private final CountDownLatch over = new CountDownLatch(1);
  private volatile boolean cancelled;

  LocalRuns(ScheduleDatabase database, QueryRunner work, RunListener listener) {
    this(database, work, listener, HEARTBEAT);
  }

  LocalRuns(ScheduleDatabase database, QueryRunner work, RunListener listener, Duration heartbeat) {
    this.database = database;
    this.listener = listener;
    this.process = new LivingProcess(database, false, heartbeat);
    this.execution = new RunExecution(database, process, work, listener, false);
  }

  /**
   * Executes the runs of a backfill.
   *
   * @return the outcomes of all its ticks
   */
  public Backfill.Outcome run(String name, Backfill backfill) {
    process.beat();
    beating.scheduleWithFixedDelay(
        this::beat,
        process.heartbeat().toMillis(),
        process.heartbeat().toMillis(),
        TimeUnit.MILLISECONDS);
    List<Run> runs = new ArrayList<>();
    Backfill.Outcome outcome =
        database.transaction(
            connection -> {
              Schedule schedule = new ScheduleStore(connection).lock(name);
              Backfill.Outcome queued =
                  backfill.queue(connection, schedule, database.now(connection), process.id());
              for (Instant tick : queued.queued()) {
                List<Run> ofTick = new RunStore(connection).ofTick(schedule.key(), tick);
                runs.add(ofTick.get(ofTick.size() - 1));
              }
              return queued;
            });
    Schedule schedule = database.transaction(c -> new ScheduleStore(c).require(name));
    for (Run run : runs) {
      complete(schedule, run);
    }
    return outcome;
  }

  /**
   * Caught, because an exception would end all later heartbeats, and a serving process would take
   * over the run.
   */
  private void beat() {
    try {
      process.beat();
    } catch (RuntimeException e) {
      log.warn("the schedules database gets no heartbeat of this process", e);
    }
  }

  private void complete(Schedule schedule, Run run) {
    boolean told = false;
    while (!cancelled) {
      execution.execute(run.id());
      if (execution.look(run.id()).map(Run::state).map(RunState::ended).orElse(true)) {
        return;
      }
      if (!told) {
        listener.waiting(schedule, run);
        told = true;
      }
      pause();
    }
  }

  private void pause() {
    try {
      Thread.sleep(PAUSE.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      cancelled = true;
    }
  }

  /** Ends the current run early, and returns when it has ended. */
  public void cancelAndWait() {
    cancelled = true;
    execution.cancelAll();
    try {
      over.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Records runs that were not executed as interrupted. */
  @Override
  public void close() {
    beating.shutdownNow();
    database.transaction(
        connection -> {
          new RunStore(connection).abandon(process.id(), database.now(connection), "interrupted");
          return process;
        });
    process.end();
    over.countDown();
  }
}
