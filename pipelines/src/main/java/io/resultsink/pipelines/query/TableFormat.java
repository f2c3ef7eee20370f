package io.resultsink.pipelines.query;

import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import org.apache.beam.sdk.schemas.Schema;

/** The format of a table's files. */
interface TableFormat extends Serializable {

  /**
   * Returns the columns of a table, from its first {@code sample} records if the files do not
   * declare them.
   */
  Schema schemaOf(List<String> files, int sample) throws IOException;

  /** Opens one part of one of its files. */
  RowSource open(FilePart part, Schema schema) throws IOException;

  /** Returns whether a file that is not compressed can be read from the middle. */
  default boolean splittable() {
    return false;
  }
}
