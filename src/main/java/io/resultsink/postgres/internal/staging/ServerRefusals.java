package io.resultsink.postgres.internal.staging;

import io.resultsink.postgres.destination.TableName;
import io.resultsink.postgres.failure.ResultSinkException.Remedy;
import io.resultsink.postgres.failure.SqlState;
import io.resultsink.postgres.failure.StagingFailedException;
import io.resultsink.postgres.failure.UnencodableValueException;
import io.resultsink.postgres.internal.column.Column;
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
import org.postgresql.util.PSQLException;
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

  /**
   * Classes of SQLSTATEs that no value causes: of sessions, conflicts, resources and the server
   * itself. Any other may be a row's, since functions that a check calls choose theirs.
   */
  private static final Set<String> NEVER_OF_ROWS =
      Set.of("08", "0B", "25", "28", "2D", "40", "53", "55", "57", "58", "72", "F0", "XX");

  private static final String NO_PRIVILEGE = "42501";

  private static final Pattern NUMBER = Pattern.compile("\\d+");

  /**
   * One of them.
   *
   * @param column the column that it does not fit; empty when it is not one alone
   * @param reason a sentence without a value
   */
  record Refused(int row, String column, String reason, String sqlState) {}

  private final Session session;
  private final StagingTable staging;
  private final CopyRows rows;
  private final FieldTrial fields;

  /** Looks for them in the session's transaction. */
  ServerRefusals(Session session, StagingTable staging, CopyRows rows) {
    this.session = session;
    this.staging = staging;
    this.rows = rows;
    this.fields = new FieldTrial(session, staging);
  }

  /** Returns whether a COPY may have failed because of one of its rows. */
  static boolean isOfRow(SQLException failure) {
    String state = SqlState.of(failure);
    return state != null
        && !NEVER_OF_ROWS.contains(state.substring(0, 2))
        && !state.equals(NO_PRIVILEGE);
  }

  /**
   * All of them; empty when each row is taken alone, or no row at all is, so that something else is
   * wrong.
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
      SQLException alone = row < at || row >= end ? null : trial(rows.part(row, row + 1));
      if (alone == null) {
        row = byHalves(at, end);
        alone = trial(rows.part(row, row + 1));
      }
      if (alone == null) {
        return List.of();
      }
      found.add(refused(row, alone));
      if (found.size() > MOST) {
        throw tooMany(found.get(MOST));
      }
      at = row + 1;
    }
    return found;
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
    ServerErrorMessage said = said(refusal);
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

  private static @Nullable ServerErrorMessage said(SQLException failure) {
    return failure instanceof PSQLException postgres ? postgres.getServerErrorMessage() : null;
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

  private Refused refused(int row, SQLException refusal) throws SQLException {
    String state = String.valueOf(SqlState.of(refusal));
    StagingCheck check = check(refusal);
    if (check != null) {
      String constraint = "check constraint " + check.original() + " refuses it";
      return check.columns().size() == 1
          ? ofColumn(row, column(check.columns().get(0)), constraint, state)
          : new Refused(
              row,
              "",
              "a row does not fit columns "
                  + String.join(", ", check.columns())
                  + ": "
                  + constraint,
              state);
    }
    List<Column> columns = staging.columns().columns();
    for (int field = 0; field < columns.size(); field++) {
      Column column = columns.get(field);
      boolean doubtful = column.conversion() != null || !staging.unicode();
      SQLException alone = doubtful ? fields.refusal(column, rows.field(row, field)) : null;
      if (alone != null && SqlState.is(state, alone)) {
        return ofColumn(row, column, words(alone), state);
      }
    }
    String reason = "a row does not fit: a function that a check calls refuses it, or fails";
    return new Refused(row, "", reason, state);
  }

  private static Refused ofColumn(int row, Column column, String reason, String state) {
    String sentence = UnencodableValueException.sentence(column.name(), column.type(), reason);
    return new Refused(row, column.name(), sentence, state);
  }

  private Column column(String name) {
    return staging.columns().columns().stream()
        .filter(column -> column.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  /** The target's check that a refusal is about; null when it is about something else. */
  private @Nullable StagingCheck check(SQLException refusal) {
    ServerErrorMessage said = said(refusal);
    return staging.checks().stream()
        .filter(check -> !check.original().isEmpty())
        .filter(
            check ->
                said != null
                    && staging.name().table().equals(said.getTable())
                    && check.name().equals(said.getConstraint()))
        .findFirst()
        .orElse(null);
  }

  /** The reason in words of ours: the server's may quote the value. */
  private static String words(SQLException refusal) {
    ServerErrorMessage said = said(refusal);
    String constraint = said == null ? null : said.getConstraint();
    return switch (String.valueOf(SqlState.of(refusal))) {
      case SqlState.UNTRANSLATABLE_CHARACTER, SqlState.CHARACTER_NOT_IN_REPERTOIRE ->
          "it has a character that the database's encoding lacks";
      case SqlState.CHECK_VIOLATION ->
          constraint == null
              ? "a check of its type refuses it"
              : "check constraint " + constraint + " of its type refuses it";
      case SqlState.NULL_NOT_ALLOWED -> "it is NULL, and its type takes no NULL";
      case SqlState.RAISED -> "a function that a check of its type calls refuses it";
      default -> "it is not valid for the type";
    };
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
}
