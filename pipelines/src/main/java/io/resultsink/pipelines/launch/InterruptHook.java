package io.resultsink.pipelines.launch;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import org.apache.beam.sdk.annotations.Internal;
import org.jspecify.annotations.Nullable;

/**
 * The hook for Ctrl-C while a pipeline runs. It stops the pipeline, drops the staging table, and
 * prints the state of the target.
 */
@Internal
public final class InterruptHook implements Interruption {

  private final CommandContext context;
  private final Progress progress;
  private final @Nullable Leftovers leftovers;
  private final Thread hook = new Thread(this::stop, "pgresult-interrupted");
  private volatile @Nullable Stoppable running;
  private volatile boolean underWay;

  private InterruptHook(CommandContext context, Progress progress, @Nullable Leftovers leftovers) {
    this.context = context;
    this.progress = progress;
    this.leftovers = leftovers;
  }

  public static InterruptHook arm(
      CommandContext context, Progress progress, @Nullable Leftovers leftovers) {
    InterruptHook interruption = new InterruptHook(context, progress, leftovers);
    Runtime.getRuntime().addShutdownHook(interruption.hook);
    return interruption;
  }

  @Override
  public void stops(Stoppable started) {
    running = started;
  }

  /** Removes the hook, so that Ctrl-C has its usual effect. */
  @Override
  public void disarm() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      waitIfUnderWay();
    }
  }

  /** The failure of the cancelled pipeline is not shown, because the process is about to end. */
  @Override
  public void waitIfUnderWay() {
    while (underWay) {
      try {
        new CountDownLatch(1).await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  private void stop() {
    underWay = true;
    progress.clear();
    context.note("");
    Stoppable started = running;
    try {
      if (started != null) {
        started.cancel();
      }
    } catch (IOException | RuntimeException e) {
      context.note("the job could not be cancelled: " + Failure.of(e).message());
    }
    context.note(leftovers == null ? "interrupted" : "interrupted; " + leftovers.outcome());
    context.err().flush();
  }
}
