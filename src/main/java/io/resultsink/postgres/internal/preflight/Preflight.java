package io.resultsink.postgres.internal.preflight;

import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.failure.IncompatibleTableException;
import io.resultsink.postgres.internal.catalog.CatalogTypes;
import io.resultsink.postgres.internal.catalog.ExistingTable;
import io.resultsink.postgres.internal.catalog.KeyColumns;
import io.resultsink.postgres.internal.catalog.DropLocks;
import io.resultsink.postgres.internal.catalog.Privileges;
import io.resultsink.postgres.internal.catalog.ResolvedTarget;
import io.resultsink.postgres.internal.column.Column;
import io.resultsink.postgres.internal.column.ColumnMatch;
import io.resultsink.postgres.internal.column.Columns;
import io.resultsink.postgres.internal.ledger.Ledger;
import io.resultsink.postgres.internal.session.Session;
import io.resultsink.postgres.report.ResultSummary;
import io.resultsink.postgres.report.DryRun;
import io.resultsink.postgres.report.DryRun.ColumnReport;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.annotations.Internal;
import org.apache.beam.sdk.schemas.Schema;
import org.jspecify.annotations.Nullable;

/**
 * The check that rows of a schema can be published into a target: all that speaks against it, at
 * once.
 *
 * <p>Only reads. It runs beside the rows' path to stop a hopeless run early, again in whoever makes
 * the staging table, and again under the publish's lock on the target, since all may have changed.
 */
@Internal
public final class Preflight {

  /**
   * The findings.
   *
   * @param table the target as it is, null when it does not exist
   * @param columns the columns that the result writes
   * @param problems why the write is refused; empty when it is not
   */
  public record Findings(
      ResolvedTarget target,
      @Nullable ExistingTable table,
      Columns columns,
      List<String> keeps,
      List<String> loses,
      List<String> locks,
      List<String> problems) {

    /**
     * These findings, when nothing speaks against the write.
     *
     * @throws IncompatibleTableException with every problem
     */
    public Findings orRefuse() {
      if (!problems.isEmpty()) {
        throw new IncompatibleTableException(
            (problems.size() == 1 ? "1 reason" : problems.size() + " reasons")
                + " not to write "
                + target
                + "; the table is untouched",
            problems);
      }
      return this;
    }

    /** The findings as users read them. */
    public DryRun report(PostgresTarget asked, @Nullable ResultSummary published) {
      List<ColumnReport> described = new ArrayList<>();
      for (Column column : columns.columns()) {
        described.add(new ColumnReport(column.name(), column.type(), note(asked, column)));
      }
      return new DryRun(
          target.database(),
          target.table(),
          table != null,
          table == null ? -1 : table.rows(),
          table == null ? null : table.owner(),
          asked.mode(),
          described,
          keeps,
          loses,
          locks,
          problems,
          published);
    }

    private String note(PostgresTarget asked, Column column) {
      if (KeyColumns.names(asked.unique(), columns.columns()).contains(column.name())) {
        return "key";
      }
      if (table == null || asked.mode() != WriteMode.REPLACE) {
        return "";
      }
      return table.columns().stream()
          .filter(old -> old.name().equals(column.name()))
          .findFirst()
          .map(old -> old.type().sql().equals(column.type()) ? "" : "was " + old.type().sql())
          .orElse("new");
    }
  }

  /** The detail in which findings tell what a replace does beside its rows. */
  public enum Detail {
    /** Nothing is told. */
    NONE,
    /** The losses, which are said where it hurts. */
    LOSSES,
    /** Everything that it keeps, loses and locks, for people. */
    ALL
  }

  private Preflight() {}

  /**
   * Looks at the target, in the session's transaction.
   *
   * @param resolved where the target is
   * @param look what a look at the ledger found
   */
  public static Findings run(
      Session session,
      ResolvedTarget resolved,
      PostgresTarget target,
      Schema schema,
      Ledger.Look look,
      Detail detail)
      throws SQLException {
    List<String> problems = new ArrayList<>();
    Privileges privileges = new Privileges(session);
    ExistingTable table = ExistingTable.find(session, resolved.table()).orElse(null);

    Columns columns;
    if (table == null || (target.mode() == WriteMode.REPLACE && !target.keepsDefinition())) {
      columns = Columns.ofResult(schema);
      CatalogTypes.requireTypesOfResult(session, columns, problems);
    } else {
      ColumnMatch match = Columns.match(schema, table.columns());
      columns =
          target.keepsDefinition() ? match.columns().inOrderOf(table.columns()) : match.columns();
      problems.addAll(match.problems());
    }
    for (String key : target.unique()) {
      if (KeyColumns.find(key, columns.columns()).isEmpty()) {
        problems.add("key column " + key + " is not in the result");
      }
    }

    problems.addAll(bytesForCharacters(session, columns));
    problems.addAll(resolved.systemSchemas());

    Ledger ledger = Ledger.in(resolved.stagingSchema());
    if (ledger.name().equals(resolved.table())) {
      problems.add(ledger.name() + " is the ledger of what was published; name another table");
    }
    requireStaging(privileges, resolved, ledger, look, problems);
    new PublicationRules(session, problems).check(resolved, ledger, look, table != null, target);

    List<String> keeps = List.of();
    List<String> loses = List.of();
    List<String> locks = List.of();
    if (table == null) {
      privileges.requireCreateIn(resolved.schema(), "the new table", problems);
      problems.addAll(new LateRefusals(session, resolved.table(), target).ofMissing());
    } else if (privileges.usage(resolved.schema())) {
      TableRules rules =
          new TableRules(session, privileges, target, table, columns.columns(), problems);
      if (rules.isWritableKind()) {
        rules.check();
        if (detail != Detail.NONE && target.mode() == WriteMode.REPLACE) {
          loses = rules.lost();
        }
        if (detail == Detail.ALL && target.mode() == WriteMode.REPLACE) {
          keeps = rules.kept();
          locks = DropLocks.labels(session, table);
        }
      }
    } else {
      privileges.requireUsage(resolved.schema(), problems);
    }
    return new Findings(
        resolved, table, columns, keeps, loses, locks, problems.stream().distinct().toList());
  }

  /** Without an encoding the server counts bytes, and drops blanks that it finds too many. */
  private static List<String> bytesForCharacters(Session session, Columns columns)
      throws SQLException {
    List<Column> counting = columns.columns().stream().filter(Column::countsCharacters).toList();
    if (counting.isEmpty()) {
      return List.of();
    }
    String sql = "SELECT current_setting('server_encoding') = 'SQL_ASCII'";
    return !session.one(sql, row -> row.getBoolean(1))
        ? List.of()
        : counting.stream()
            .map(
                column ->
                    column.name()
                        + "  table has "
                        + column.type()
                        + ", and a database with encoding SQL_ASCII counts bytes for characters;"
                        + " use text, or a database with encoding UTF8")
            .toList();
  }

  private static void requireStaging(
      Privileges privileges,
      ResolvedTarget resolved,
      Ledger ledger,
      Ledger.Look look,
      List<String> problems)
      throws SQLException {
    privileges.requireCreateIn(resolved.stagingSchema(), "the staging table", problems);
    if (look.there() && privileges.usage(resolved.stagingSchema())) {
      problems.addAll(look.problems());
      if (look.table()) {
        privileges.requireOnTable(
            ledger.name(), List.of("SELECT", "INSERT", "UPDATE", "DELETE"), problems);
      }
    }
  }
}
