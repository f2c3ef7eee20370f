package io.resultsink.postgres.internal.staging;

import io.resultsink.postgres.failure.SqlState;
import io.resultsink.postgres.failure.UnencodableValueException;
import io.resultsink.postgres.internal.column.Column;
import io.resultsink.postgres.internal.own.FoundTable;
import io.resultsink.postgres.internal.session.Session;
import io.resultsink.postgres.internal.staging.ServerRefusals.Refused;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** The columns and reasons of rows that the server refuses, in words that hold no value. */
final class RefusalReasons {

  private final StagingTable staging;
  private final CopyRows rows;
  private final FieldTrial fields;

  /** Tries fields in the session's transaction. */
  RefusalReasons(Session session, StagingTable staging, CopyRows rows) {
    this.staging = staging;
    this.rows = rows;
    this.fields = new FieldTrial(session, staging);
  }

  /** Returns a row that was refused when it was sent alone. */
  Refused of(int row, SQLException refusal) throws SQLException {
    String state = String.valueOf(SqlState.of(refusal));
    String constraint = constraint(refusal);
    if (constraint != null) {
      return ofCheck(row, constraint, state);
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
    return new Refused(row, "", reason, state, false);
  }

  private Refused ofCheck(int row, String constraint, String state) {
    Optional<StagingCheck> known =
        staging.checks().stream().filter(check -> check.name().equals(constraint)).findFirst();
    if (known.isEmpty()) {
      String reason =
          "a row does not fit: a check that the table had when the run began refuses it";
      return new Refused(row, "", reason, state, true);
    }
    StagingCheck check = known.get();
    String refuses = "check constraint " + check.original() + " refuses it";
    return check.columns().size() == 1
        ? ofColumn(row, column(check.columns().get(0)), refuses, state)
        : new Refused(
            row,
            "",
            "a row does not fit columns " + String.join(", ", check.columns()) + ": " + refuses,
            state,
            true);
  }

  private static Refused ofColumn(int row, Column column, String reason, String state) {
    String sentence = UnencodableValueException.sentence(column.name(), column.type(), reason);
    return new Refused(row, column.name(), sentence, state, true);
  }

  private Column column(String name) {
    return staging.columns().columns().stream()
        .filter(column -> column.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  /** The constraint of the staging table that a refusal is about; null when it is another's. */
  private @Nullable String constraint(SQLException refusal) {
    ServerErrorMessage said = said(refusal);
    if (said == null || !SqlState.is(SqlState.CHECK_VIOLATION, refusal)) {
      return null;
    }
    String name = said.getConstraint();
    return name != null
            && name.startsWith(FoundTable.CHECK_PREFIX)
            && staging.name().table().equals(said.getTable())
        ? name
        : null;
  }

  /** Returns what the server said; null when the driver itself failed. */
  static @Nullable ServerErrorMessage said(SQLException failure) {
    return failure instanceof PSQLException postgres ? postgres.getServerErrorMessage() : null;
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
}
