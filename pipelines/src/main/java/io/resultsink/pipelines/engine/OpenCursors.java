package io.resultsink.pipelines.engine;

import io.resultsink.postgres.internal.staging.BlocksInFlight;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.beam.sdk.annotations.Internal;
import org.jspecify.annotations.Nullable;

/**
 * The open cursors of this process, of all runs. One thread at a time reads a cursor; between two,
 * it waits here.
 */
@Internal
public final class OpenCursors {

  private static final Map<String, Open> OPEN = new ConcurrentHashMap<>();

  /** The sources that were cancelled, so that a step that begins later does not execute again. */
  private static final Set<String> CANCELLED = ConcurrentHashMap.newKeySet();

  private OpenCursors() {}

  /** A cursor and the number of blocks read from it. */
  static final class Open {
    private final String name;
    private final String source;
    private final RowCursor cursor;
    private long blocks;
    private boolean busy = true;
    private boolean ended;
    private boolean cancelled;

    private Open(String name, String source, RowCursor cursor) {
      this.name = name;
      this.source = source;
      this.cursor = cursor;
    }

    String name() {
      return name;
    }

    RowCursor cursor() {
      return cursor;
    }

    boolean ended() {
      return ended;
    }

    /** Returns the cursor for the thread that continues after these blocks. */
    synchronized void release(long blocksRead, boolean afterTheLast) {
      blocks = blocksRead;
      ended = afterTheLast;
      busy = false;
      if (cancelled) {
        close();
      }
    }

    /** Takes the cursor if no thread has it, and exactly so many blocks were read. */
    synchronized boolean take(long blocksRead) {
      boolean free = !busy && !cancelled && blocks == blocksRead;
      busy |= free;
      return free;
    }

    /** Ends the session and removes the cursor. */
    void close() {
      OPEN.remove(name, this);
      BlocksInFlight.forget(source);
      cursor.close();
    }

    /** Ends the execution. A thread that reads now closes it when it releases it. */
    private synchronized void cancel() {
      cancelled = true;
      cursor.cancel();
      if (!busy) {
        close();
      }
    }
  }

  /**
   * Adds a new cursor of a source, which only the caller uses.
   *
   * @throws QueryFailedException if the source was cancelled; the cursor is closed then
   */
  static Open add(String source, RowCursor cursor) {
    Open open = new Open(UUID.randomUUID().toString(), source, cursor);
    OPEN.put(open.name, open);
    if (CANCELLED.contains(source)) {
      open.close();
      throw new QueryFailedException("the query was cancelled; nothing was published");
    }
    return open;
  }

  /** Adds a cursor of a source whose query is executed from now on, before anybody reads it. */
  static void begin(String source, BegunCursor cursor) {
    add(source, cursor).release(0, false);
  }

  /** Takes the cursor that {@link #begin} added for a source; null if there is none. */
  static @Nullable Open takeBegun(String source) {
    return OPEN.values().stream()
        .filter(open -> open.source.equals(source) && open.cursor instanceof BegunCursor)
        .filter(open -> open.take(0))
        .findFirst()
        .orElse(null);
  }

  /**
   * Takes the cursor of which exactly so many blocks were read; null if there is none. Only the
   * caller uses it then.
   */
  static @Nullable Open take(String name, long blocksRead) {
    Open open = OPEN.get(name);
    return open != null && open.take(blocksRead) ? open : null;
  }

  /** Ends the executions of a source in this process at once, and lets no other one begin. */
  public static void cancel(String source) {
    CANCELLED.add(source);
    end(source);
  }

  /** Ends what is left of a source in this process, when its run is over. */
  public static void end(String source) {
    OPEN.values().stream().filter(open -> open.source.equals(source)).forEach(Open::cancel);
  }

  /** Returns the number of cursors. */
  static int count() {
    return OPEN.size();
  }
}
