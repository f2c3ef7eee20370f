package io.resultsink.postgres.internal.staging;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.beam.sdk.annotations.Internal;

/**
 * A count of the blocks of a source that are not yet staged, for a runner that keeps all it is
 * given in this process's memory.
 */
@Internal
public final class BlocksInFlight {

  private static final Map<String, AtomicInteger> COUNTS = new ConcurrentHashMap<>();

  private BlocksInFlight() {}

  /** Counts one that was made; to be called by a source that looks at the count. */
  public static void made(String source) {
    COUNTS.computeIfAbsent(source, name -> new AtomicInteger()).incrementAndGet();
  }

  /** Those that are made and not staged. */
  public static int of(String source) {
    AtomicInteger count = COUNTS.get(source);
    return count == null ? 0 : count.get();
  }

  /** Forgets a source that makes no more. */
  public static void forget(String source) {
    COUNTS.remove(source);
  }

  public static void staged(String source) {
    AtomicInteger count = source.isEmpty() ? null : COUNTS.get(source);
    if (count != null) {
      count.decrementAndGet();
    }
  }
}
