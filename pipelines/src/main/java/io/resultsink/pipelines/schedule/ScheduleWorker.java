package io.resultsink.pipelines.schedule;

import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.beam.sdk.annotations.Internal;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The worker of a serving process, which plans ticks and executes runs until it is stopped. Several
 * serving processes share one schedules database.
 */
@Internal
public final class ScheduleWorker implements AutoCloseable {

  /**
   * The settings of a worker.
   *
   * @param jobs how many runs it executes at a time
   * @param heartbeat the time between heartbeats; others take over after four of them
   * @param clock the clock of this machine; nothing is planned while it differs from the schedules
   *     database's
   */
  public record Settings(int jobs, Duration heartbeat, InstantSource clock) {}

  private static final Logger log = LoggerFactory.getLogger(ScheduleWorker.class);

  private static final Duration LOOK = Duration.ofSeconds(1);

  /** The time for a cancelled pipeline to be cleaned up. */
  private static final Duration CLEANING = Duration.ofMinutes(1);

  private final Settings settings;
  private final RunListener listener;
  private final LivingProcess process;
  private final Planner planner;
  private final RunExecution execution;
  private final ExecutorService runs;
  private final ScheduledExecutorService looking = Executors.newSingleThreadScheduledExecutor();
  private final ScheduledExecutorService beating = Executors.newSingleThreadScheduledExecutor();
  private final Map<String, String> unplanned = new HashMap<>();
  private boolean reachable = true;
  private boolean planning = true;

  private ScheduleWorker(
      ScheduleDatabase database, Settings settings, QueryRunner work, RunListener listener) {
    this.settings = settings;
    this.listener = listener;
    this.process = new LivingProcess(database, true, settings.heartbeat());
    this.planner = new Planner(database);
    this.execution = new RunExecution(database, process, work, listener, true);
    this.runs = Executors.newFixedThreadPool(settings.jobs());
  }

  /** Starts the worker. */
  public static ScheduleWorker start(
      ScheduleDatabase database, Settings settings, QueryRunner work, RunListener listener) {
    ScheduleWorker server = new ScheduleWorker(database, settings, work, listener);
    server.process.beat();
    repeat(server.beating, () -> server.attempt(server.process::beat), settings.heartbeat());
    repeat(server.looking, () -> server.attempt(server::look), LOOK);
    return server;
  }

  /** Returns how many runs this worker executes now. */
  public int underWay() {
    return execution.underWay();
  }

  /** Claims no more runs; current ones go on. */
  public synchronized void retire() {
    looking.shutdownNow();
  }

  /** Ends the current runs, which other serving processes then start again. */
  public void cancelRuns() {
    execution.cancelAll();
  }

  /** Ends the current runs, and deletes the worker's row. */
  @Override
  public void close() {
    retire();
    cancelRuns();
    runs.shutdown();
    awaitRuns();
    beating.shutdownNow();
    process.end();
  }

  private void awaitRuns() {
    try {
      if (!runs.awaitTermination(CLEANING.toSeconds(), TimeUnit.SECONDS)) {
        log.warn("{} runs go on after they were cancelled", execution.underWay());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    runs.shutdownNow();
  }

  private void look() {
    plan();
    take();
  }

  /** Starts runs whose turn it is, up to the number of threads, while the clock is right. */
  private synchronized void take() {
    while (planning && !looking.isShutdown() && execution.underWay() < settings.jobs()) {
      Optional<Runnable> next = execution.claimNext();
      if (next.isEmpty()) {
        return;
      }
      runs.execute(() -> execute(next.get()));
    }
  }

  private void execute(Runnable run) {
    try {
      run.run();
    } catch (RuntimeException | Error e) {
      log.warn("a run could not be executed here; it will be claimed again", e);
    }
    takeSoon();
  }

  /**
   * Looks again when a run has ended, because the next one of its schedule can start, and a thread
   * is free.
   */
  private synchronized void takeSoon() {
    if (!looking.isShutdown()) {
      looking.execute(() -> attempt(this::take));
    }
  }

  private void plan() {
    String why = null;
    try {
      Map<String, String> problems = planner.plan(settings.clock().instant());
      problems.forEach(
          (name, problem) -> {
            if (!problem.equals(unplanned.put(name, problem))) {
              log.warn("schedule {} cannot be planned {}", name, problem);
              listener.unplanned(name, problem);
            }
          });
      unplanned.keySet().retainAll(problems.keySet());
    } catch (ClockException e) {
      why = e.getMessage();
    }
    serve(why);
  }

  /**
   * Claims runs while the clock is right.
   *
   * @param wrong the problem with the clock; null for none
   */
  private synchronized void serve(@Nullable String wrong) {
    boolean right = wrong == null;
    if (right != planning) {
      planning = right;
      log.warn("serving: {}", right ? "again" : wrong);
      listener.planning(wrong);
    }
  }

  private static void repeat(ScheduledExecutorService by, Runnable action, Duration pause) {
    by.scheduleWithFixedDelay(action, 0, pause.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void attempt(Runnable action) {
    try {
      action.run();
      told(true, "");
    } catch (RuntimeException e) {
      if (!looking.isShutdown()) {
        log.warn("the schedules database cannot be reached", e);
        told(false, String.valueOf(e.getMessage()));
      }
    }
  }

  private synchronized void told(boolean now, String why) {
    if (reachable != now) {
      reachable = now;
      listener.reachable(now, why);
    }
  }
}
