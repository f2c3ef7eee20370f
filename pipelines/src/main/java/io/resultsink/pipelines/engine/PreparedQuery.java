package io.resultsink.pipelines.engine;

import java.io.Serializable;
import java.util.List;
import org.apache.beam.sdk.annotations.Internal;
import org.apache.beam.sdk.schemas.Schema;

/**
 * A query whose columns are known and of which nothing has been read. Travels to the worker that
 * opens it.
 */
@Internal
public interface PreparedQuery extends Serializable {

  /** The columns, named and typed as the result is published. */
  Schema schema();

  /** Returns what the user should know before the query is run again and again; none as a rule. */
  default List<String> notes() {
    return List.of();
  }

  /**
   * A new execution of the query. Returns at once: connecting and executing are the first call's of
   * {@link RowCursor#next}, so that {@link RowCursor#cancel} reaches them too.
   */
  RowCursor open();
}
