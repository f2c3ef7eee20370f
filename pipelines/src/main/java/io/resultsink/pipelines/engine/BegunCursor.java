package io.resultsink.pipelines.engine;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.beam.sdk.values.Row;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A cursor whose query is executed at once, by a thread of its own that reads the first rows. */
final class BegunCursor implements RowCursor {

  private static final Logger log = LoggerFactory.getLogger(BegunCursor.class);

  private static final Duration BETWEEN_REQUESTS = Duration.ofMillis(100);
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final RowCursor cursor;
  private final CompletableFuture<List<Row>> first;
  private boolean firstTaken;

  private BegunCursor(RowCursor cursor, int rows, long bytes) {
    this.cursor = cursor;
    this.first =
        CompletableFuture.supplyAsync(() -> cursor.next(rows, bytes), BegunCursor::startThread);
  }

  /** Executes the query of a cursor of which nothing was read. */
  static BegunCursor of(RowCursor cursor, int rows, long bytes) {
    return new BegunCursor(cursor, rows, bytes);
  }

  private static void startThread(Runnable reading) {
    Thread thread = new Thread(reading, "pgresult-first-rows");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public List<Row> next(int rows, long bytes) {
    if (firstTaken) {
      return cursor.next(rows, bytes);
    }
    firstTaken = true;
    try {
      return first.join();
    } catch (CompletionException e) {
      @Nullable Throwable cause = e.getCause();
      if (cause instanceof RuntimeException failure) {
        throw failure;
      }
      if (cause instanceof Error error) {
        throw error;
      }
      throw e;
    }
  }

  @Override
  public void cancel() {
    cursor.cancel();
  }

  /** Ends the session, which may be in use until the first rows are read. */
  @Override
  public void close() {
    long begin = System.nanoTime();
    while (!isWaitOver() && System.nanoTime() - begin < PATIENCE.toNanos()) {
      // An execution that was just about to begin has not seen an earlier request.
      cursor.cancel();
    }
    if (first.isDone()) {
      cursor.close();
    } else {
      first.whenComplete((rows, failure) -> closeLate());
    }
  }

  private void closeLate() {
    try {
      cursor.close();
    } catch (RuntimeException e) {
      log.warn("the session of a cancelled query could not be closed", e);
    }
  }

  private boolean isWaitOver() {
    try {
      first.get(BETWEEN_REQUESTS.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (ExecutionException e) {
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }
}
