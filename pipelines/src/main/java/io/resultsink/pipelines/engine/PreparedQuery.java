package io.resultsink.pipelines.engine;

import java.io.Serializable;
import java.util.List;
import org.apache.beam.sdk.annotations.Internal;
import org.apache.beam.sdk.schemas.Schema;

/**
 * A query whose columns are known and of which no row has been read. It is sent to the worker that
 * opens it.
 */
@Internal
public interface PreparedQuery extends Serializable {

  /** Returns the columns, with the names and types of the published result. */
  Schema schema();

  /** Returns warnings for a query that will run repeatedly; none by default. */
  default List<String> notes() {
    return List.of();
  }

  /**
   * Returns a new execution of the query, at once. The first call of {@link RowCursor#next}
   * connects and executes, so that {@link RowCursor#cancel} can end that too.
   */
  RowCursor open();
}
