package io.resultsink.pipelines.schedule;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.SchedulerName;
import com.github.kagkarlsson.scheduler.task.CompletionHandler;
import com.github.kagkarlsson.scheduler.task.FailureHandler;
import com.github.kagkarlsson.scheduler.task.TaskInstance;
import com.github.kagkarlsson.scheduler.task.helper.CustomTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.beam.sdk.annotations.Internal;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Plans ticks and executes runs, together with all other servers of the same home database, until
 * it is stopped.
 */
@Internal
public final class Server implements AutoCloseable {

  /**
   * How it serves.
   *
   * @param jobs how many runs it executes at a time
   * @param heartbeat how often it says that it lives; others take over after four of them
   * @param clock of this machine; nothing is planned while it differs from the home database's
   */
  public record Settings(int jobs, Duration heartbeat, InstantSource clock) {}

  private static final Logger log = LoggerFactory.getLogger(Server.class);

  private static final Duration LOOK = Duration.ofSeconds(1);

  /** A cancelled pipeline is given this long to be cleaned up. */
  private static final Duration CLEANING = Duration.ofMinutes(1);

  private final Settings settings;
  private final RunListener listener;
  private final Presence presence;
  private final Planner planner;
  private final RunExecution execution;
  private final Scheduler scheduler;
  private final Heads heads;
  private final ScheduledExecutorService looking = Executors.newSingleThreadScheduledExecutor();
  private final ScheduledExecutorService beating = Executors.newSingleThreadScheduledExecutor();
  private final Map<String, String> unplanned = new HashMap<>();
  private boolean reachable = true;
  private boolean planning = true;
  private boolean taking;

  private Server(HomeDatabase home, Settings settings, Work work, RunListener listener) {
    this.settings = settings;
    this.listener = listener;
    this.presence = new Presence(home, true, settings.heartbeat());
    this.planner = new Planner(home);
    this.execution = new RunExecution(home, presence, work, listener, true);
    CustomTask<Void> task =
        Tasks.custom(Heads.TASK, Void.class)
            .onDeadExecutionRevive()
            .onFailure(new FailureHandler.OnFailureRetryLater<>(settings.heartbeat()))
            .execute((instance, context) -> execute(instance));
    this.scheduler =
        Scheduler.create(home.dataSource(), task)
            .tableName(HomeDatabase.SCHEMA + ".task")
            .schedulerName(new SchedulerName.Fixed(presence.id().toString()))
            .threads(settings.jobs())
            // No more than there are threads for, so that another server takes the others.
            .pollUsingLockAndFetch(0.5, 1.0)
            .pollingInterval(LOOK)
            .heartbeatInterval(settings.heartbeat())
            .missedHeartbeatsLimit(Presence.BEATS)
            .shutdownMaxWait(CLEANING)
            .build();
    this.heads = new Heads(home, scheduler);
  }

  /** Begins to serve. */
  public static Server start(
      HomeDatabase home, Settings settings, Work work, RunListener listener) {
    Server server = new Server(home, settings, work, listener);
    server.presence.beat();
    server.scheduler.pause(); // until the first look has found the clock right
    server.scheduler.start();
    repeat(server.beating, () -> server.attempt(server.presence::beat), settings.heartbeat());
    repeat(server.looking, () -> server.attempt(server::look), LOOK);
    return server;
  }

  /** How many runs are being executed here. */
  public int underWay() {
    return execution.underWay();
  }

  /** Takes no more runs; those under way go on. */
  public synchronized void retire() {
    looking.shutdownNow();
    scheduler.pause();
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
    scheduler.stop();
    beating.shutdownNow();
    presence.end();
  }

  private CompletionHandler<Void> execute(TaskInstance<Void> instance) {
    Instant next = execution.execute(Long.parseLong(instance.getId())).orElse(null);
    if (next != null) {
      return (complete, operations) -> operations.reschedule(complete, next);
    }
    return (complete, operations) -> {
      operations.stop();
      scheduleHeads();
    };
  }

  private void look() {
    plan();
    scheduleHeads();
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
   * Takes runs while the clock is right. With another one db-scheduler would take the runs of
   * living servers for dead, and put its own retries where no other server looks for them.
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
    if (right && !taking && !looking.isShutdown()) {
      scheduler.resume();
    } else if (!right && taking) {
      scheduler.pause();
    }
    taking = right;
  }

  private void scheduleHeads() {
    heads.schedule();
    scheduler.triggerCheckForDueExecutions();
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
        log.warn("the home database cannot be asked", e);
        told(false, String.valueOf(e.getMessage()));
      }
    }
  }

  private synchronized void told(boolean now, String why) {
    if (reachable != now) {
      reachable = now;
      listener.home(now, why);
    }
  }
}
