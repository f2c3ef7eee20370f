package io.resultsink.postgres.internal.preflight;

import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.destination.TableName;
import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.internal.session.Session;
import io.resultsink.postgres.internal.url.Identifier;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * The reasons for which PostgreSQL would refuse one of a publish's last statements, after all rows
 * were staged. The catalog shows them in advance.
 */
final class LateRefusals {

  /** The maximum number of columns of an index (INDEX_MAX_KEYS). */
  private static final int MOST_KEY_COLUMNS = 32;

  private final Session session;
  private final TableName table;
  private final PostgresTarget target;

  LateRefusals(Session session, TableName table, PostgresTarget target) {
    this.session = session;
    this.table = table;
    this.target = target;
  }

  /** Returns the reasons for a table that is to be created. */
  List<String> ofMissing() throws SQLException {
    List<String> problems = new ArrayList<>();
    if (target.unique().size() > MOST_KEY_COLUMNS) {
      problems.add(
          "the key has "
              + target.unique().size()
              + " columns; a primary key has at most "
              + MOST_KEY_COLUMNS);
    }
    // A table needs a type of its name, so an existing type prevents it. An array type does not,
    // because the server renames it. The row type of a table does not count either: another run has
    // created that table since the preflight looked for it.
    String type =
        """
        SELECT format_type(t.oid, NULL)
          FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
         WHERE n.nspname = ? AND t.typname = ?
           AND NOT EXISTS (SELECT FROM pg_type e WHERE e.typarray = t.oid)
           AND NOT EXISTS (SELECT FROM pg_class r WHERE r.oid = t.typrelid AND r.relkind <> 'c')
        """;
    for (String name : session.list(type, row -> row.getString(1), table.schema(), table.table())) {
      problems.add(
          "there is a type "
              + name
              + ", and a table needs its name for its own row type; name another table, or"
              + " ALTER TYPE "
              + table.quoted()
              + " RENAME TO another name");
    }
    return problems;
  }

  /** Returns the reasons for a table that exists. */
  List<String> ofExisting() throws SQLException {
    return switch (target.mode()) {
      case REPLACE -> ofMembership();
      case UPDATE -> ofRules();
      case APPEND, TRUNCATE -> List.of();
    };
  }

  private List<String> ofMembership() throws SQLException {
    String sql =
        """
        SELECT e.extname
          FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid
         WHERE d.classid = 'pg_class'::regclass AND d.objid = ?::regclass
           AND d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'
        """;
    return session.list(sql, row -> row.getString(1), table.quoted()).stream()
        .map(
            extension ->
                table
                    + " belongs to extension "
                    + extension
                    + ", which keeps it from being dropped; use mode=truncate, or ALTER EXTENSION "
                    + Identifier.quote(extension)
                    + " DROP TABLE "
                    + table.quoted())
        .toList();
  }

  /**
   * PostgreSQL refuses ON CONFLICT on a table with any rule for UPDATE, or a rule for INSERT that
   * does something.
   */
  private List<String> ofRules() throws SQLException {
    String sql =
        """
        SELECT rulename FROM pg_rewrite
         WHERE ev_class = ?::regclass
           AND (ev_type = '2' OR (ev_type = '3' AND ev_enabled IN ('O', 'A')
                                  AND (is_instead OR ev_action::text <> '<>')))
         ORDER BY 1
        """;
    return session.list(sql, row -> row.getString(1), table.quoted()).stream()
        .map(
            rule ->
                table
                    + " has the rule "
                    + rule
                    + " for INSERT or UPDATE, with which PostgreSQL refuses ON CONFLICT; make it"
                    + " a trigger, or use another mode than "
                    + WriteMode.UPDATE.option())
        .toList();
  }
}
