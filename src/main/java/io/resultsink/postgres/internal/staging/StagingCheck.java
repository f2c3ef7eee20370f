package io.resultsink.postgres.internal.staging;

import io.resultsink.postgres.destination.TableName;
import io.resultsink.postgres.failure.SqlState;
import io.resultsink.postgres.internal.catalog.TableCheck;
import io.resultsink.postgres.internal.column.Column;
import io.resultsink.postgres.internal.column.Columns;
import io.resultsink.postgres.internal.own.FoundTable;
import io.resultsink.postgres.internal.own.StagingComment;
import io.resultsink.postgres.internal.session.ServerReason;
import io.resultsink.postgres.internal.session.Session;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A CHECK on the staging table that refuses what the target would refuse only in the publish. It
 * tells which row, while the row can still leave.
 *
 * @param name of the constraint on the staging table
 * @param expression what it checks
 * @param columns the columns that it names
 * @param original the target's constraint; empty for the conversion of a column to its type
 */
record StagingCheck(String name, String expression, List<String> columns, String original) {

  private static final Logger LOG = LoggerFactory.getLogger(StagingCheck.class);

  private static final int DIGITS = 16;

  /** Its name is the same in each worker, also when the target's checks change meanwhile. */
  private StagingCheck(String expression, List<String> columns, String original) {
    this(
        FoundTable.CHECK_PREFIX
            + StagingComment.digest(original + '\0' + expression).substring(0, DIGITS),
        expression,
        columns,
        original);
  }

  /** Those that convert the columns of the result to their types. */
  static List<StagingCheck> ofTypes(Columns columns) {
    List<StagingCheck> checks = new ArrayList<>();
    for (Column column : columns.columns()) {
      String conversion = column.conversion();
      if (conversion != null) {
        checks.add(new StagingCheck(conversion, List.of(column.name()), ""));
      }
    }
    return checks;
  }

  /**
   * Those of a table that has the columns of the result.
   *
   * @param inserted whether rows are inserted, so that triggers may change them before they are
   *     checked
   */
  static List<StagingCheck> ofTable(
      Session session, TableName table, Columns columns, boolean inserted) throws SQLException {
    if (inserted && TableCheck.followTriggers(session, table)) {
      return List.of();
    }
    Map<String, Column> staged =
        columns.columns().stream()
            .filter(Column::isStagedAsValue)
            .collect(Collectors.toMap(Column::name, Function.identity()));
    List<StagingCheck> checks = new ArrayList<>();
    for (TableCheck check : TableCheck.of(session, table)) {
      if (staged.keySet().containsAll(check.columns())) {
        String expression = check.expression();
        for (String column : check.columns()) {
          expression = Objects.requireNonNull(staged.get(column)).unlessNullIsTaken(expression);
        }
        checks.add(new StagingCheck(expression, check.columns(), check.name()));
      }
    }
    return checks;
  }

  /** The names of those that a table has, also of workers that saw other checks of the target. */
  static List<String> namesOn(Session session, TableName table) throws SQLException {
    String sql =
        """
        SELECT conname FROM pg_constraint
         WHERE conrelid = ?::regclass AND contype = 'c' AND starts_with(conname::text, ?)
        """;
    return session.list(sql, row -> row.getString(1), table.quoted(), FoundTable.CHECK_PREFIX);
  }

  /**
   * Adds them to a staging table that is empty: nothing is evaluated yet, so that functions need
   * not find what only the role's path has. One that cannot be added, for a privilege on a function
   * perhaps, is left to the publish.
   */
  static void add(Session session, TableName table, List<StagingCheck> checks) throws SQLException {
    for (StagingCheck check : checks) {
      session.execute("SAVEPOINT adding");
      try {
        session.defineExpressions(
            "ALTER TABLE %s ADD CONSTRAINT %s CHECK (%s) NOT VALID"
                .formatted(table.quoted(), check.name, check.expression));
        session.execute("RELEASE SAVEPOINT adding");
      } catch (SQLException e) {
        if (!SqlState.isOfDefinition(e)) {
          throw e;
        }
        session.execute("ROLLBACK TO SAVEPOINT adding; RELEASE SAVEPOINT adding");
        LOG.info("Rows are checked by the publish alone: {}", ServerReason.of(e));
      }
    }
  }
}
