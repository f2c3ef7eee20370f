package io.resultsink.pipelines.query.beamsql;

import org.apache.beam.sdk.annotations.Internal;

/**
 * A value for which an expression has no result: it is out of range, or not of the type of a cast.
 */
@Internal
public final class ValueException extends RuntimeException {

  ValueException(String reason) {
    super("the query met " + reason);
  }
}
