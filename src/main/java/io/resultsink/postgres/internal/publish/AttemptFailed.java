package io.resultsink.postgres.internal.publish;

import io.resultsink.postgres.failure.SqlState;
import io.resultsink.postgres.internal.session.ServerProcess;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** The failure of one attempt: its cause, and how far the attempt had come. */
final class AttemptFailed extends Exception {

  private static final long serialVersionUID = 1L;

  private final Exception cause;
  private final Progress progress;
  private final transient @Nullable ServerProcess process;

  /**
   * Creates one.
   *
   * @param cause an SQLException or a RuntimeException
   * @param process the server process that may still be at work, null when there is none
   */
  AttemptFailed(Exception cause, Progress progress, @Nullable ServerProcess process) {
    super(cause);
    this.cause = cause;
    this.progress = progress;
    this.process = process;
  }

  /** Returns what {@link #getCause} does, which is never null here. */
  Exception cause() {
    return cause;
  }

  Progress progress() {
    return progress;
  }

  @Nullable ServerProcess process() {
    return process;
  }

  /** Returns whether the session was lost, so that the server's answer is unknown. */
  boolean isSessionLost() {
    return cause instanceof SQLException && SqlState.isSessionLost(cause);
  }
}
