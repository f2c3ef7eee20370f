package io.resultsink.pipelines.query.beamsql;

import org.apache.beam.sdk.annotations.Internal;

/** A value of which a query's expression has no result: out of range, or not what it is cast to. */
@Internal
public final class ValueException extends RuntimeException {

  ValueException(String reason) {
    super("the query met " + reason);
  }
}
