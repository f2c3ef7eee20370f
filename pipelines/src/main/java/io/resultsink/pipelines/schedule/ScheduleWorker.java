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
 * Plans ticks and executes runs, together with all other servers of the same schedules database,
 * until it is stopped.
 */
@Internal
public final class ScheduleWorker implements AutoCloseable {

  /**
   * The settings of a worker.
   *
   * @param jobs how many runs it executes at a time
   * @param heartbeat how often it says that it lives; others take over after four of them
   * @param clock of this machine; nothing is planned while it differs from the schedules database's
   */
  public record Settings(int jobs, Duration heartbeat, InstantSource clock) {}

  private static final Logger log = LoggerFactory.getLogger(ScheduleWorker.class);

  private static final Duration LOOK = Duration.ofSeconds(1);

  /** A cancelled pipeline is given this long to be cleaned up. */
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

  /** Begins to serve. */
  public static ScheduleWorker start(
      ScheduleDatabase database, Settings settings, QueryRunner work, RunListener listener) {
    ScheduleWorker server = new ScheduleWorker(database, settings, work, listener);
    server.process.beat();
    repeat(server.beating, () -> server.attempt(server.process::beat), settings.heartbeat());
    repeat(server.looking, () -> server.attempt(server::look), LOOK);
    return server;
  }

  /** Returns how many runs are being executed here. */
  public int underWay() {
    return execution.underWay();
  }

  /** Takes no more runs; those under way go on. */
  public synchronized void retire() {
    looking.shutdownNow();
  }

  /** Ends the runs under way, which other servers begin anew. */
  public void cancelRuns() {
    execution.cancelAll();
  }

  /** Ends what is still under way, and is gone. */
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

  /** Starts runs whose turn it is, as many as there are threads for, while the clock is right. */
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
      log.warn("a run is left as it is; it is claimed again", e);
    }
    takeSoon();
  }

  /** A run that ended makes way for the next one of its schedule, and frees its thread. */
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
   * Takes runs while the clock is right.
   *
   * @param wrong what is wrong with the clock; null for nothing
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
        log.warn("the schedules database cannot be asked", e);
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
