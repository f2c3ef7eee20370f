package io.resultsink.postgres.internal.session;

import java.sql.SQLException;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** One thing that goes wrong in this JVM, when a run comes to a point for the first time. */
public final class Faults implements AutoCloseable {

  /** What goes wrong: it throws, or does something to the server and lets the run go on. */
  @FunctionalInterface
  public interface Action {
    void run() throws Exception;
  }

  /** What a worker that dies looks like from inside: nothing after it is done. */
  public static final class WorkerDied extends Error {
    private static final long serialVersionUID = 1L;

    private WorkerDied(FaultPoint point) {
      super("the worker dies at " + point + ", on purpose");
    }
  }

  private final Map<FaultPoint, AtomicInteger> visits = new ConcurrentHashMap<>();
  private final AtomicReference<Throwable> broken = new AtomicReference<>();

  private Faults() {}

  /** Counts visits only. */
  public static Faults none() {
    Faults faults = new Faults();
    FaultPoint.arm(faults::visit);
    return faults;
  }

  /** Does something at a point, once. */
  public static Faults at(FaultPoint point, Action action) {
    return at(point, 1, action);
  }

  /** Does something at the n-th visit of a point, counted from 1. */
  public static Faults at(FaultPoint point, int visit, Action action) {
    Faults faults = new Faults();
    FaultPoint.arm(
        reached -> {
          if (faults.visit(reached) == visit && reached == point) {
            faults.perform(action);
          }
        });
    return faults;
  }

  /** Does something at the first visit of each of some points. */
  public static Faults atEach(Set<FaultPoint> points, Action action) {
    Faults faults = new Faults();
    FaultPoint.arm(
        reached -> {
          if (faults.visit(reached) == 1 && points.contains(reached)) {
            faults.perform(action);
          }
        });
    return faults;
  }

  /** Runs are held up for a moment at every point, each time for another. */
  public static Faults delays(Random random, int longestMillis) {
    Faults faults = new Faults();
    FaultPoint.arm(
        reached -> {
          faults.visit(reached);
          faults.perform(() -> Thread.sleep(random.nextInt(longestMillis)));
        });
    return faults;
  }

  /** The worker dies at a point, once. */
  public static Faults workerDiesAt(FaultPoint point) {
    return workerDiesAt(point, 1);
  }

  /** The worker dies at the n-th visit of a point, counted from 1. */
  public static Faults workerDiesAt(FaultPoint point, int visit) {
    return at(
        point,
        visit,
        () -> {
          throw new WorkerDied(point);
        });
  }

  /** How often a run came to a point. */
  public int visits(FaultPoint point) {
    AtomicInteger count = visits.get(point);
    return count == null ? 0 : count.get();
  }

  private int visit(FaultPoint point) {
    return visits.computeIfAbsent(point, absent -> new AtomicInteger()).incrementAndGet();
  }

  private void perform(Action action) throws SQLException {
    try {
      action.run();
    } catch (SQLException | RuntimeException | WorkerDied e) {
      throw e;
    } catch (Exception e) {
      broken.compareAndSet(null, e);
      throw new IllegalStateException("the fault itself failed", e);
    }
  }

  /** Lets all go well again. */
  @Override
  public void close() {
    FaultPoint.arm(null);
    if (broken.get() != null) {
      throw new AssertionError("the fault itself failed", broken.get());
    }
  }
}
