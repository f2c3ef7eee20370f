package io.resultsink.pipelines.query;

import org.apache.beam.sdk.annotations.Internal;

/** A wrong request: a folder or table does not exist, or the SQL is wrong. Nothing was run. */
@Internal
public final class QueryException extends RuntimeException {

  /** A failure, in words for the user. */
  public QueryException(String message) {
    super(message);
  }

  /** A failure, in words for the user. */
  public QueryException(String message, Throwable cause) {
    super(message, cause);
  }
}
