package io.resultsink.postgres.internal.part;

import io.resultsink.postgres.failure.SqlState;
import java.sql.SQLException;
import org.apache.beam.sdk.annotations.Internal;

/**
 * The failure to give the new table a part: the rows violate it, or the server refuses its
 * definition.
 */
@Internal
public final class PartFailedException extends SQLException {

  private static final long serialVersionUID = 1L;

  /** The advice for a refused definition, which follows the server's reason. */
  public static final String ADVICE =
      "; definitions run under an empty search_path: give the functions that they call a SET"
          + " search_path, or use mode=truncate";

  private static final String INTEGRITY = "23";

  private final String what;

  PartFailedException(String what, SQLException cause) {
    super(what + ": " + cause.getMessage(), SqlState.of(cause), cause);
    this.what = what;
  }

  /** Returns the part as messages name it, such as {@code constraint code_key}. */
  public String what() {
    return what;
  }

  /** Returns whether the rows violate the part. */
  public boolean isOfRows() {
    return getSQLState() != null && getSQLState().startsWith(INTEGRITY);
  }
}
