package io.resultsink.pipelines.query.beamsql;

import org.apache.beam.sdk.annotations.Internal;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.parser.SqlParserPos;

/** The refusal of a query that Beam SQL would answer wrongly or not at all. */
@Internal
public final class RefusedQuery extends RuntimeException {

  private final int line;
  private final int column;

  RefusedQuery(String reason) {
    this(reason, SqlParserPos.ZERO);
  }

  RefusedQuery(String reason, SqlParserPos at) {
    super(reason);
    this.line = at.getLineNum();
    this.column = at.getColumnNum();
  }

  /** Returns the line of the refused part; 0 if it is not known. */
  public int line() {
    return line;
  }

  /** Returns its column; 0 if it is not known. */
  public int column() {
    return column;
  }
}
