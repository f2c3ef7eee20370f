package io.resultsink.postgres.internal.publish;

import io.resultsink.postgres.failure.Printable;
import io.resultsink.postgres.failure.PublishFailedException;
import io.resultsink.postgres.failure.ResultSinkException;
import io.resultsink.postgres.failure.ResultSinkException.Remedy;
import io.resultsink.postgres.failure.SqlState;
import io.resultsink.postgres.failure.UnencodableValueException;
import io.resultsink.postgres.internal.catalog.KeyColumns;
import io.resultsink.postgres.internal.column.Column;
import io.resultsink.postgres.internal.part.PartFailedException;
import io.resultsink.postgres.internal.run.RunPlan;
import io.resultsink.postgres.internal.session.PostgresConnections;
import io.resultsink.postgres.internal.session.ServerReason;
import io.resultsink.postgres.internal.session.Session;
import io.resultsink.postgres.internal.staging.StagingTable;
import io.resultsink.postgres.internal.url.Identifier;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** The search for the rows or the column that made a publish fail, after it was rolled back. */
final class PublishDiagnosis {

  private final PostgresConnections connections;
  private final RunPlan plan;
  private final StagingTable staging;
  private final ReportedRows rows;

  PublishDiagnosis(
      PostgresConnections connections, RunPlan plan, StagingTable staging, ReportedRows rows) {
    this.connections = connections;
    this.plan = plan;
    this.staging = staging;
    this.rows = rows;
  }

  /** Returns the failure in words, for a table that it left untouched. */
  ResultSinkException explain(SQLException failure) {
    String state = String.valueOf(SqlState.of(failure));
    if (failure instanceof PartFailedException part) {
      return ofPart(part);
    }
    List<String> key = KeyColumns.names(plan.target().unique(), staging.columns().columns());
    try {
      if (!key.isEmpty() && isAboutKeys(state)) {
        Optional<String> wrong = wrongKeys(key);
        if (wrong.isPresent()) {
          return failed(wrong.get(), Remedy.FIX_DATA, failure);
        }
      }
      if (!SqlState.isTemporary(failure)) {
        Optional<Column> column = unconvertible(state);
        if (column.isPresent()) {
          return new UnencodableValueException(
              column.get().name(),
              column.get().type(),
              "PostgreSQL does not accept it as this type (SQLSTATE " + state + ")");
        }
      }
    } catch (SQLException | RuntimeException e) {
      failure.addSuppressed(e);
    }
    String constraint = constraint(failure);
    if (plan.target().keepsDefinition() && state.startsWith("23") && !constraint.isEmpty()) {
      return violated(constraint, failure);
    }
    boolean data = state.startsWith("22") || state.startsWith("23");
    return failed(
        (state.equals(SqlState.LOCK_NOT_AVAILABLE)
                ? "a lock was not available within lock_wait (SQLSTATE "
                : "PostgreSQL refused the rows (SQLSTATE ")
            + state
            + "): "
            + ServerReason.of(failure)
            + (constraint.isEmpty() ? "" : " [" + constraint + "]"),
        data ? Remedy.FIX_DATA : SqlState.isTemporary(failure) ? Remedy.RETRY : Remedy.FIX_TABLE,
        failure);
  }

  private ResultSinkException violated(String what, SQLException failure) {
    return failed(
        "the result violates " + what + " (SQLSTATE " + SqlState.of(failure) + ")",
        Remedy.FIX_DATA,
        failure);
  }

  /** The server names an object that does not have the user's name yet. */
  private ResultSinkException ofPart(PartFailedException failure) {
    return failure.isOfRows()
        ? violated(Printable.of(failure.what()), failure)
        : failed(
            Printable.of(failure.what())
                + " cannot be made for the new table (SQLSTATE "
                + failure.getSQLState()
                + "): "
                + ServerReason.of(failure)
                + PartFailedException.ADVICE,
            Remedy.FIX_TABLE,
            failure);
  }

  /**
   * Returns whether the violated unique index is one of the catalog, as when two sessions create
   * one table.
   */
  static boolean isOfCatalog(SQLException failure) {
    ServerErrorMessage said =
        failure instanceof PSQLException postgres ? postgres.getServerErrorMessage() : null;
    return said != null && "pg_catalog".equals(said.getSchema());
  }

  private static boolean isAboutKeys(String state) {
    return state.equals(SqlState.CARDINALITY_VIOLATION)
        || state.equals(SqlState.UNIQUE_VIOLATION)
        || state.equals(SqlState.NULL_NOT_ALLOWED);
  }

  private PublishFailedException failed(String what, Remedy remedy, SQLException failure) {
    return new PublishFailedException(
        what + "; " + staging.target() + " is untouched",
        remedy,
        SqlState.of(failure),
        ServerReason.scrubbed(failure));
  }

  private Optional<String> wrongKeys(List<String> key) throws SQLException {
    try (Session session = connections.borrow()) {
      session.begin(Duration.ofMinutes(1), "count keys of " + staging.target().table());
      return new ResultKeys(rows, staging.columns(), key).unusable(session);
    }
  }

  /**
   * Returns the first column, staged as text, that PostgreSQL cannot convert for the same reason.
   * All SQLSTATEs count: types such as regclass, jsonpath and tsquery fail with other classes than
   * data exceptions, and quote the value in these too.
   */
  private Optional<Column> unconvertible(String state) throws SQLException {
    for (Column column : staging.columns().columns()) {
      if (column.stagedAsIs()) {
        continue;
      }
      boolean domain =
          column
              .publishExpression()
              .equals(column.quoted()); // a domain is checked when the value is assigned
      String converted =
          domain
              ? "CAST(" + column.quoted() + " AS " + column.type() + ")"
              : column.publishExpression();
      try (Session session = connections.borrow()) {
        session.begin(Duration.ofMinutes(1), "convert " + staging.target().table());
        session.execute(
            "SELECT count("
                + converted
                + ") FROM "
                + rows.from()
                + " AND "
                + Identifier.quote(column.name())
                + " IS NOT NULL");
      } catch (SQLException e) {
        if (SqlState.isSessionLost(e)) {
          throw e;
        }
        if (state.equals(SqlState.of(e))) {
          return Optional.of(column);
        }
      }
    }
    return Optional.empty();
  }

  private static String constraint(SQLException failure) {
    ServerErrorMessage said =
        failure instanceof PSQLException postgres ? postgres.getServerErrorMessage() : null;
    if (said == null) {
      return "";
    }
    if (said.getConstraint() != null) {
      return "constraint " + Printable.of(said.getConstraint());
    }
    return said.getColumn() != null ? "column " + Printable.of(said.getColumn()) : "";
  }
}
