package io.resultsink.pipelines.duckdb;

import java.io.Serializable;

/** The reading of a table's files, decided once. */
interface TableRows extends Serializable {

  /** Returns the query for the rows in a session. */
  String select(DuckSession session);
}
