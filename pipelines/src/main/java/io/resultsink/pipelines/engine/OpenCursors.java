package io.resultsink.pipelines.engine;

import io.resultsink.postgres.internal.staging.BlocksInFlight;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.beam.sdk.annotations.Internal;
import org.jspecify.annotations.Nullable;

/**
 * The cursors that are open in this process, of all runs. One is read by one thread at a time, and
 * waits here for the next.
 */
@Internal
public final class OpenCursors {

  private static final Map<String, Open> OPEN = new ConcurrentHashMap<>();

  private OpenCursors() {}

  /** A cursor, and how far it was read. */
  static final class Open {
    private final String name;
    private final String source;
    private final RowCursor cursor;
    private long blocks;
    private boolean busy = true;
    private boolean ended;

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

    /** Puts it back for the one who goes on behind these blocks. */
    synchronized void release(long blocksRead, boolean afterTheLast) {
      blocks = blocksRead;
      ended = afterTheLast;
      busy = false;
    }

    private synchronized boolean take(long blocksRead) {
      boolean free = !busy && blocks == blocksRead;
      busy |= free;
      return free;
    }

    /** Ends the session; nobody finds it any more. */
    void close() {
      OPEN.remove(name, this);
      BlocksInFlight.forget(source);
      cursor.close();
    }

    private synchronized void cancel() {
      cursor.cancel();
      if (!busy) {
        close();
      }
    }
  }

  /** Enters a new cursor of a source, for the caller alone. */
  static Open add(String source, RowCursor cursor) {
    Open open = new Open(UUID.randomUUID().toString(), source, cursor);
    OPEN.put(open.name, open);
    return open;
  }

  /** A cursor of which exactly so many blocks were read, for the caller alone; null without one. */
  static @Nullable Open take(String name, long blocksRead) {
    Open open = OPEN.get(name);
    return open != null && open.take(blocksRead) ? open : null;
  }

  /** Ends at once what a source executes in this process. */
  public static void cancel(String source) {
    OPEN.values().stream().filter(open -> open.source.equals(source)).forEach(Open::cancel);
  }

  /** Returns how many there are. */
  static int count() {
    return OPEN.size();
  }
}
