package io.resultsink.pipelines.query;

import org.apache.beam.sdk.annotations.Internal;

/** The request itself is wrong: no such folder or table, or SQL that is none. Nothing was run. */
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
