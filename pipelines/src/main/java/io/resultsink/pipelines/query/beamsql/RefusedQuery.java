package io.resultsink.pipelines.query.beamsql;

import org.apache.beam.sdk.annotations.Internal;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.parser.SqlParserPos;

/** A query that is SQL, and that Beam SQL would answer wrongly or not at all. */
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

  /** The line of what is refused; 0 where only its meaning is known. */
  public int line() {
    return line;
  }

  /** Its column, as the line. */
  public int column() {
    return column;
  }
}
