package io.resultsink.postgres.internal.staging;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.beam.sdk.annotations.Internal;

/**
 * The number of blocks of a source that are not staged yet. It limits a source whose runner keeps
 * all elements in the memory of this process.
 */
@Internal
public final class BlocksInFlight {

  private static final Map<String, AtomicInteger> COUNTS = new ConcurrentHashMap<>();

  private BlocksInFlight() {}

  /** Counts a block that a source has made. Only a source that heeds the count calls this. */
  public static void made(String source) {
    COUNTS.computeIfAbsent(source, name -> new AtomicInteger()).incrementAndGet();
  }

  /** Returns how many blocks are made and not staged. */
  public static int of(String source) {
    AtomicInteger count = COUNTS.get(source);
    return count == null ? 0 : count.get();
  }

  /** Forgets a source that makes no more blocks. */
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
