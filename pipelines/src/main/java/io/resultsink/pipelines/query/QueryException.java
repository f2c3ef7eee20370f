package io.resultsink.pipelines.query;

import org.apache.beam.sdk.annotations.Internal;

/** The request itself is wrong: no such folder or table, or SQL that is none. Nothing was run. */
@Internal
public final class QueryException extends RuntimeException {

  QueryException(String message) {
    super(message);
  }

  QueryException(String message, Throwable cause) {
    super(message, cause);
  }
}
