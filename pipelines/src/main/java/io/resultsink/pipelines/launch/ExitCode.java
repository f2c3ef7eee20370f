package io.resultsink.pipelines.launch;

import org.apache.beam.sdk.annotations.Internal;

/** The exit codes of the process. */
@Internal
public final class ExitCode {

  /** Done. */
  public static final int DONE = 0;

  /** The run failed. */
  public static final int FAILED = 1;

  /** The command, the target's URL, the database or the SQL is wrong; nothing was run. */
  public static final int USAGE = 2;

  /** The preflight refused the target; it is untouched. */
  public static final int REFUSED = 3;

  /** Ctrl-C, as in shells: 128 plus the signal's number. */
  public static final int INTERRUPTED = 130;

  private ExitCode() {}
}
