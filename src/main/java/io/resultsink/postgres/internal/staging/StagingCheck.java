package io.resultsink.postgres.internal.staging;

import io.resultsink.postgres.destination.TableName;
import io.resultsink.postgres.failure.SqlState;
import io.resultsink.postgres.internal.catalog.TableCheck;
import io.resultsink.postgres.internal.column.Column;
import io.resultsink.postgres.internal.column.Columns;
import io.resultsink.postgres.internal.own.FoundTable;
import io.resultsink.postgres.internal.session.ServerReason;
import io.resultsink.postgres.internal.session.Session;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
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

  /**
   * Those for the rows of a table that has the columns of the result.
   *
   * @param inserted whether rows are inserted, so that triggers may change them before they are
   *     checked
   */
  static List<StagingCheck> of(Session session, TableName table, Columns columns, boolean inserted)
      throws SQLException {
    List<StagingCheck> checks = new ArrayList<>();
    for (Column column : columns.columns()) {
      String conversion = column.conversion();
      if (conversion != null) {
        checks.add(new StagingCheck(name(checks), conversion, List.of(column.name()), ""));
      }
    }
    if (inserted && TableCheck.followTriggers(session, table)) {
      return checks;
    }
    Set<String> staged =
        columns.columns().stream()
            .filter(Column::isStagedAsValue)
            .map(Column::name)
            .collect(Collectors.toSet());
    for (TableCheck check : TableCheck.of(session, table)) {
      if (staged.containsAll(check.columns())) {
        checks.add(
            new StagingCheck(name(checks), check.expression(), check.columns(), check.name()));
      }
    }
    return checks;
  }

  private static String name(List<StagingCheck> before) {
    return FoundTable.CHECK_PREFIX + before.size();
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
