package io.resultsink.postgres.internal.staging;

import io.resultsink.postgres.destination.TableName;
import io.resultsink.postgres.failure.ResultSinkException.Remedy;
import io.resultsink.postgres.failure.SqlState;
import io.resultsink.postgres.failure.StagingFailedException;
import io.resultsink.postgres.internal.copy.CopyBuffer;
import io.resultsink.postgres.internal.session.Session;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.postgresql.copy.CopyIn;
import org.postgresql.util.ServerErrorMessage;

/**
 * The rows of a chunk that the server refuses although the encoders took them, found one by one in
 * a transaction that is rolled back.
 *
 * <p>The server stops at the first of them, and says its line in words that are translated. The
 * line is a hint: only a row that is refused when it is sent alone is one. When the hint is wrong,
 * the rows are halved until one is left.
 */
final class ServerRefusals {

  /** More of them in a chunk fail the run: each costs the server and us a few milliseconds. */
  static final int MOST = 1_000;

  /** The number of rows that are sent again after each of them. */
  private static final int AT_A_TIME = 2_000;

  /** As many rows may all be wrong by chance. */
  private static final int HANDFUL = 5;

  /**
   * Classes of SQLSTATEs that no value causes: of sessions, conflicts, resources, foreign servers
   * and the server itself. Any other may be a row's, since functions that a check calls choose
   * theirs.
   */
  private static final Set<String> NEVER_OF_ROWS =
      Set.of("08", "0B", "25", "28", "2D", "40", "53", "55", "57", "58", "72", "F0", "HV", "XX");

  private static final String OF_DEFINITION = "42";

  private static final String NO_PRIVILEGE = "42501";

  private static final Pattern NUMBER = Pattern.compile("\\d+");

  /**
   * One of them.
   *
   * @param column the column that it does not fit; empty when it is not one alone
   * @param reason a sentence without a value
   * @param certain whether a check of the table or the field alone refuses it; otherwise a function
   *     fails, perhaps for want of something else
   */
  record Refused(int row, String column, String reason, String sqlState, boolean certain) {}

  private final Session session;
  private final StagingTable staging;
  private final CopyRows rows;
  private final RefusalReasons reasons;

  /** Looks for them in the session's transaction. */
  ServerRefusals(Session session, StagingTable staging, CopyRows rows) {
    this.session = session;
    this.staging = staging;
    this.rows = rows;
    this.reasons = new RefusalReasons(session, staging, rows);
  }

  /** Returns whether a COPY may have failed because of one of its rows. */
  static boolean isOfRow(SQLException failure) {
    String state = SqlState.of(failure);
    return state != null
        && (!NEVER_OF_ROWS.contains(state.substring(0, 2)) || state.equals(SqlState.INTERNAL_ERROR))
        && !state.equals(NO_PRIVILEGE);
  }

  /**
   * All of them; empty when it is not for certain rows that the server refuses the chunk: each is
   * taken alone, or even none at all is refused, or a function fails for all of them.
   *
   * @throws StagingFailedException when there are more than {@link #MOST}
   */
  List<Refused> find() throws SQLException {
    session.useRoleSearchPath(); // functions of the user's checks find what they find by hand
    if (trial(rows.part(0, 0)) != null) {
      return List.of();
    }
    List<Refused> found = new ArrayList<>();
    int at = 0;
    while (at < rows.count()) {
      int end = Math.min(at + AT_A_TIME, rows.count());
      SQLException refusal = trial(rows.part(at, end));
      if (refusal == null) {
        at = end;
        continue;
      }
      int row = at + line(refusal) - 1;
      SQLException alone = isFirst(at, row, end) ? trial(rows.part(row, row + 1)) : null;
      if (alone == null) {
        row = byHalves(at, end);
        alone = trial(rows.part(row, row + 1));
      }
      if (alone == null) {
        return List.of();
      }
      Refused refused = reasons.of(row, alone);
      if (!isOfRow(refused)) {
        throw alone;
      }
      found.add(refused);
      if (found.size() > MOST) {
        throw tooMany(found.get(MOST));
      }
      at = row + 1;
    }
    return isOfAllRows(found) ? List.of() : found;
  }

  /** Returns whether those before a row are taken, so that none is skipped. */
  private boolean isFirst(int at, int row, int end) throws SQLException {
    return row == at || (row > at && row < end && trial(rows.part(at, row)) == null);
  }

  /** The first row of a part that is refused, such that those before it are taken. */
  private int byHalves(int from, int to) throws SQLException {
    int low = from;
    int high = to;
    while (high - low > 1) {
      int middle = (low + high) >>> 1;
      if (trial(rows.part(low, middle)) != null) {
        high = middle;
      } else {
        low = middle;
      }
    }
    return low;
  }

  /** The line that the server says it was at, from 1; 0 when it says none. */
  private int line(SQLException refusal) {
    ServerErrorMessage said = RefusalReasons.said(refusal);
    String where = said == null || said.getWhere() == null ? "" : said.getWhere();
    String table = staging.name().table();
    for (String context : where.split("\n", -1)) {
      Matcher number = NUMBER.matcher(context.replace(table, ""));
      if (context.contains(table) && number.find() && number.group().length() < 10) {
        return Integer.parseInt(number.group());
      }
    }
    return 0;
  }

  /** Sends rows and takes them back; null when they are taken. */
  private @Nullable SQLException trial(CopyBuffer rows) throws SQLException {
    return trial(session, () -> copy(session, staging.name(), staging.columns().names(), rows));
  }

  /** Statements that may be refused because of a row. */
  @FunctionalInterface
  interface Trial {
    void run() throws SQLException;
  }

  /** Runs statements and takes them back; null when they succeed. */
  static @Nullable SQLException trial(Session session, Trial trial) throws SQLException {
    session.execute("SAVEPOINT trial");
    SQLException refusal = null;
    try {
      trial.run();
    } catch (SQLException e) {
      if (!isOfRow(e)) {
        throw e;
      }
      refusal = e;
    }
    // Without RELEASE, each of thousands would be nested in the one before.
    session.execute("ROLLBACK TO SAVEPOINT trial; RELEASE SAVEPOINT trial");
    return refusal;
  }

  static void copy(Session session, TableName table, String columns, CopyBuffer rows)
      throws SQLException {
    CopyIn in =
        session
            .copy()
            .copyIn("COPY %s (%s) FROM STDIN (FORMAT binary)".formatted(table.quoted(), columns));
    try {
      in.writeToCopy(rows.array(), 0, rows.size());
      in.endCopy();
    } finally {
      if (in.isActive()) {
        in.cancelCopy();
      }
    }
  }

  /**
   * Returns whether a refusal is for the row's sake. An extension's input function fails with the
   * state of the server's own errors for a value that is wrong.
   */
  private static boolean isOfRow(Refused refused) {
    return refused.certain() || !refused.sqlState().equals(SqlState.INTERNAL_ERROR);
  }

  /**
   * Returns whether rows are refused that may all be right: none is taken, and functions fail that
   * may lack a table or a privilege for the moment.
   */
  private boolean isOfAllRows(List<Refused> found) {
    long doubtful =
        found.stream()
            .filter(one -> !one.certain() && one.sqlState().startsWith(OF_DEFINITION))
            .count();
    return found.size() == rows.count() && doubtful > HANDFUL;
  }

  private StagingFailedException tooMany(Refused last) {
    return new StagingFailedException(
        "the server refuses more than "
            + MOST
            + " of the "
            + rows.count()
            + " rows of a chunk, which are found one by one; the last: "
            + last.reason()
            + " (SQLSTATE "
            + last.sqlState()
            + "); the target is untouched; leave such rows out before the sink, or write them into a"
            + " table without that type or check",
        Remedy.FIX_DATA,
        last.sqlState(),
        null);
  }

  /**
   * The failure of a chunk that is refused, of which no rows are found. The server's message is
   * left out, because functions may quote a value.
   */
  static StagingFailedException unexplained(SQLException failure, StagingTable staging, long rows) {
    return new StagingFailedException(
        "the server refuses a chunk of "
            + rows
            + " rows for "
            + staging.target()
            + " (SQLSTATE "
            + SqlState.of(failure)
            + "), and it cannot be told which of them do not fit; the target is untouched; a"
            + " function that a check or a type of the table calls may fail for another reason:"
            + " INSERT such a row by hand to see the server's message",
        Remedy.FIX_TABLE,
        SqlState.of(failure),
        null);
  }
}
