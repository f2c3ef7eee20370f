package io.resultsink.pipelines.engine;

import org.apache.beam.sdk.annotations.Internal;
import org.jspecify.annotations.Nullable;

/** The failure of a query that was under way, in words for the user. Nothing was published. */
@Internal
public final class QueryFailedException extends RuntimeException {

  /** A failure without another behind it. */
  public QueryFailedException(String message) {
    super(message);
  }

  /** A failure whose cause holds no value of a row. */
  public QueryFailedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
