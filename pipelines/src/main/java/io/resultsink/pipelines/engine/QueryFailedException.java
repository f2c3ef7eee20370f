package io.resultsink.pipelines.engine;

import org.apache.beam.sdk.annotations.Internal;
import org.jspecify.annotations.Nullable;

/** The failure of a query during its execution, in words for the user. Nothing was published. */
@Internal
public final class QueryFailedException extends RuntimeException {

  /** Creates a failure without a cause. */
  public QueryFailedException(String message) {
    super(message);
  }

  /** Creates a failure with a cause, which has no value of a row. */
  public QueryFailedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
