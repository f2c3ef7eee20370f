package io.resultsink.postgres.internal.preflight;

import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.failure.IncompatibleTableException;
import io.resultsink.postgres.internal.catalog.CatalogTypes;
import io.resultsink.postgres.internal.catalog.DropLocks;
import io.resultsink.postgres.internal.catalog.ExistingTable;
import io.resultsink.postgres.internal.catalog.KeyColumns;
import io.resultsink.postgres.internal.catalog.Privileges;
import io.resultsink.postgres.internal.catalog.ResolvedTarget;
import io.resultsink.postgres.internal.column.Column;
import io.resultsink.postgres.internal.column.ColumnMatch;
import io.resultsink.postgres.internal.column.Columns;
import io.resultsink.postgres.internal.ledger.Ledger;
import io.resultsink.postgres.internal.rejects.RejectsTable;
import io.resultsink.postgres.internal.session.Session;
import io.resultsink.postgres.report.DryRun;
import io.resultsink.postgres.report.DryRun.ColumnReport;
import io.resultsink.postgres.report.ResultSummary;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.beam.sdk.annotations.Internal;
import org.apache.beam.sdk.schemas.Schema;
import org.jspecify.annotations.Nullable;

/**
 * The check that rows of a schema can be published into a target. It finds all problems at once.
 *
 * <p>It only reads. It runs in parallel with the rows, so that a refused run fails early. It runs
 * again in the worker that creates the staging table, and in the publish under the target's lock,
 * because everything may have changed.
 */
@Internal
public final class Preflight {

  /**
   * The findings of the preflight.
   *
   * @param table the target, null if it does not exist
   * @param columns the columns that the result writes
   * @param problems why the write is refused; empty if it is not
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
     * Returns these findings if they have no problems.
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

    /** Returns the findings as a dry run shows them. */
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
          asked.reset(),
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

  /** The detail in which findings describe what a replace keeps and loses. */
  public enum Detail {
    /** No detail. */
    NONE,
    /** The losses only, for the summary. */
    LOSSES,
    /** Everything that the replace keeps, loses and locks, for a dry run. */
    ALL
  }

  private Preflight() {}

  /**
   * Checks the target, in the session's transaction.
   *
   * @param resolved the place of the target
   * @param look the result of the ledger's check
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
    if (target.rejects() != null) { // a NULL key fails the run, and is counted with the others
      columns = columns.takingNullIn(KeyColumns.names(target.unique(), columns.columns()));
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
    PublicationRules publications = new PublicationRules(session, problems);
    publications.check(resolved, ledger, look, table != null, target);
    Optional<RejectsTable> rejects = RejectsTable.of(target, resolved);
    if (rejects.isPresent()) {
      new RejectsRules(session, privileges, problems).check(rejects.get(), resolved, publications);
    }

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

  /**
   * Returns a problem for each column with a length in characters, in a database of encoding
   * SQL_ASCII. There the server counts bytes, and cuts blanks beyond the length.
   */
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
                        + ", and a database with encoding SQL_ASCII counts bytes instead of"
                        + " characters; use text, or a database with encoding UTF8")
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
