package io.resultsink.postgres.internal.staging;

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

  private static final Set<String> OF_ROWS =
      Set.of(
          SqlState.CHECK_VIOLATION,
          SqlState.NULL_NOT_ALLOWED,
          SqlState.RAISED,
          "42622",
          "42601",
          "42704",
          "42883",
          "3F000");

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

  /** Looks for them in the session's transaction. */
  ServerRefusals(Session session, StagingTable staging, CopyRows rows) {
    this.session = session;
    this.staging = staging;
    this.rows = rows;
  }

  /** Returns whether a COPY may have failed because of one of its rows. */
  static boolean isOfRow(SQLException failure) {
    String state = SqlState.of(failure);
    return state != null && (state.startsWith("22") || OF_ROWS.contains(state));
  }

  /**
   * All of them; empty when each row is taken alone, so that something else is wrong.
   *
   * @throws StagingFailedException when there are more than {@link #MOST}
   */
  List<Refused> find() throws SQLException {
    session.useRoleSearchPath(); // functions of the user's checks find what they find by hand
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
  private @Nullable SQLException trial(CopyBuffer copy) throws SQLException {
    return trial(copy, staging.columns().names());
  }

  private @Nullable SQLException trial(CopyBuffer copy, String columns) throws SQLException {
    session.execute("SAVEPOINT trial");
    SQLException refusal = null;
    try {
      CopyIn in =
          session
              .copy()
              .copyIn(
                  "COPY %s (%s) FROM STDIN (FORMAT binary)"
                      .formatted(staging.name().quoted(), columns));
      try {
        in.writeToCopy(copy.array(), 0, copy.size());
        in.endCopy();
      } finally {
        if (in.isActive()) {
          in.cancelCopy();
        }
      }
    } catch (SQLException e) {
      if (!isOfRow(e)) {
        throw e;
      }
      refusal = e;
    }
    session.execute("ROLLBACK TO SAVEPOINT trial");
    return refusal;
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
      SQLException alone = doubtful ? trial(rows.field(row, field), column.quoted()) : null;
      if (alone != null && SqlState.is(state, alone)) {
        return ofColumn(row, column, words(alone), state);
      }
    }
    return new Refused(row, "", "a row does not fit: " + words(refusal), state);
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
        .filter(check -> said != null && check.name().equals(said.getConstraint()))
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
      case SqlState.RAISED -> "a function that a check calls refuses it";
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
