package io.resultsink.postgres.internal.preflight;

import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.internal.catalog.ExistingTable;
import io.resultsink.postgres.internal.catalog.ForeignParts;
import io.resultsink.postgres.internal.catalog.KeyColumns;
import io.resultsink.postgres.internal.catalog.Privileges;
import io.resultsink.postgres.internal.column.Column;
import io.resultsink.postgres.internal.part.TablePart;
import io.resultsink.postgres.internal.part.TableParts;
import io.resultsink.postgres.internal.session.Session;
import io.resultsink.postgres.internal.url.Identifier;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The rules for the tables that each mode can write, and for the privileges that our role needs.
 */
final class TableRules {

  private final Session session;
  private final Privileges privileges;
  private final TableDependents dependents;
  private final PostgresTarget target;
  private final ExistingTable table;
  private final List<Column> columns;
  private final List<String> problems;

  TableRules(
      Session session,
      Privileges privileges,
      PostgresTarget target,
      ExistingTable table,
      List<Column> columns,
      List<String> problems) {
    this.session = session;
    this.privileges = privileges;
    this.dependents = new TableDependents(session, table);
    this.target = target;
    this.table = table;
    this.columns = columns;
    this.problems = problems;
  }

  /** Returns whether it is a table. If not, no other rule applies. */
  boolean isWritableKind() {
    String kind =
        switch (table.kind()) {
          case 'r', 'p' -> null;
          case 'v' -> "a view";
          case 'm' -> "a materialized view";
          case 'f' -> "a foreign table";
          case 'S' -> "a sequence";
          case 'i', 'I' -> "an index";
          case 'c' -> "a composite type";
          default -> "no table (pg_class.relkind " + table.kind() + ")";
        };
    if (kind != null) {
      problems.add(table.name() + " is " + kind + "; name a table");
    }
    return kind == null;
  }

  /** Adds the problems of this mode. */
  void check() throws SQLException {
    problems.addAll(ForeignParts.problems(session, table.name()));
    problems.addAll(new LateRefusals(session, table.name(), target).ofExisting());
    switch (target.mode()) {
      case APPEND -> {
        privileges.requireOnTable(table.name(), List.of("INSERT"), problems);
        refuseRowSecurity();
      }
      case REPLACE -> checkReplace();
      case TRUNCATE -> checkTruncate();
      case UPDATE -> {
        privileges.requireOnTable(table.name(), List.of("SELECT", "INSERT", "UPDATE"), problems);
        refuseRowSecurity();
        requireKey();
        requireReplicaIdentity();
      }
    }
  }

  private void checkTruncate() throws SQLException {
    String empties = target.truncates() ? "TRUNCATE" : "DELETE";
    privileges.requireOnTable(table.name(), List.of("SELECT", "INSERT", empties), problems);
    refuseRowSecurity();
    if (table.hasChildren() && table.kind() == 'r') {
      problems.add(
          String.join(", ", dependents.children())
              + " inherits from "
              + table.name()
              + ", so its rows would be deleted too; use mode=update or mode=append");
    }
    if (target.truncates()) {
      problems.addAll(EmptyingRules.problems(session, table));
      return;
    }
    for (String key : dependents.foreignKeysThatForbidDelete()) {
      problems.add(key + "; use mode=update");
    }
    requireReplicaIdentity();
  }

  private void checkReplace() throws SQLException {
    if (table.kind() == 'p') {
      problems.add(table.name() + " is partitioned; use mode=truncate");
    } else if (table.isPartition()) {
      if (!target.keepsDefinition()) {
        problems.add(
            table.name() + " is a partition of another table; use keep=all, or mode=truncate");
      } else if (target.keepsVersions()) {
        problems.add(table.name() + " is a partition, of which no version is kept; leave out undo");
      }
    } else if (table.hasChildren() || table.hasParents()) {
      problems.add(
          table.name()
              + " is part of an inheritance tree with "
              + String.join(", ", dependents.relatives())
              + "; use mode=append or mode=update");
    }
    for (String view :
        target.keepsDefinition()
            ? dependents.dependentsThatCannotBeRebound()
            : dependents.dependents()) {
      problems.add(view + "; use mode=truncate");
    }
    for (String publication : dependents.publications()) {
      problems.add("publication " + publication + " sends its rows; use mode=truncate");
    }
    if (target.keepsDefinition()) {
      problems.addAll(KeepRules.problems(session, table.name()));
    } else {
      for (String key : dependents.incomingForeignKeys()) {
        problems.add(key + "; use keep=all, or mode=update");
      }
      refuseNamingOtherColumns();
    }
    privileges.requireCreateIn(table.schema(), "the new table", problems);
    requireOwnership();
  }

  private void refuseNamingOtherColumns() throws SQLException {
    Set<String> remaining = columns.stream().map(Column::name).collect(Collectors.toSet());
    for (String naming : dependents.namingOtherColumnsThan(remaining)) {
      problems.add(naming + ", which the result lacks; use mode=truncate, or drop it");
    }
  }

  private void requireOwnership() throws SQLException {
    if (!table.owned()) {
      problems.add(
          "role "
              + privileges.role()
              + " does not own "
              + table.name()
              + " (its owner is "
              + table.owner()
              + "); use mode=truncate, or GRANT "
              + Identifier.quote(table.owner())
              + " TO "
              + Identifier.quote(privileges.role()));
    } else {
      privileges.requireLock(table.name(), problems);
      if (!table.owner().equals(privileges.role()) && !privileges.superuser()) {
        requireOwnerCanTake();
      }
    }
  }

  /**
   * Checked here, because ALTER TABLE ... OWNER TO needs these privileges at the very end of the
   * publish.
   */
  private void requireOwnerCanTake() throws SQLException {
    if (!privileges.canGiveTo(table.owner())) {
      problems.add(
          "role "
              + privileges.role()
              + " cannot give the new table to its owner "
              + table.owner()
              + "; GRANT "
              + Identifier.quote(table.owner())
              + " TO "
              + Identifier.quote(privileges.role()));
    }
    if (!privileges.canCreate(table.owner(), table.schema())) {
      problems.add(
          "owner "
              + table.owner()
              + " lacks CREATE on schema "
              + table.schema()
              + ", which it needs to own the new table; GRANT CREATE ON SCHEMA "
              + Identifier.quote(table.schema())
              + " TO "
              + Identifier.quote(table.owner()));
    }
  }

  private void refuseRowSecurity() {
    if (table.rowSecurityActive()) {
      problems.add(
          "row security of "
              + table.name()
              + " applies to role "
              + privileges.role()
              + " and would hide rows from the write; use the table's owner or a role with"
              + " BYPASSRLS");
    }
  }

  /**
   * Without a replica identity, a published table refuses DELETE and UPDATE with SQLSTATE 55000.
   */
  private void requireReplicaIdentity() throws SQLException {
    boolean identified =
        switch (table.replicaIdentity()) {
          case 'f', 'i' -> true;
          case 'd' -> table.hasPrimaryKey();
          default -> false;
        };
    List<String> publications = identified ? List.of() : dependents.publications();
    if (!publications.isEmpty()) {
      problems.add(
          "publication "
              + String.join(", ", publications)
              + " sends the rows of "
              + table.name()
              + ", which has no replica identity; add a primary key, or ALTER TABLE "
              + table.name().quoted()
              + " REPLICA IDENTITY FULL");
    }
  }

  private void requireKey() throws SQLException {
    List<String> key = KeyColumns.names(target.unique(), columns);
    if (key.size() < target.unique().size()) {
      return; // the check of the columns reports this
    }
    String sql =
        """
        SELECT EXISTS (
          SELECT FROM pg_index x
           WHERE x.indrelid = ?::bigint::oid
             AND x.indisunique AND x.indisvalid AND x.indimmediate
             AND x.indpred IS NULL AND x.indexprs IS NULL
             AND NOT x.indisexclusion -- WITHOUT OVERLAPS: unique for each moment only
             AND (SELECT array_agg(a.attname::text ORDER BY a.attname::text COLLATE "C")
                    FROM unnest(x.indkey[0:x.indnkeyatts - 1]) AS k (attnum)
                    JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = k.attnum)
                 = (SELECT array_agg(wanted ORDER BY wanted COLLATE "C")
                      FROM unnest(?::text[]) AS w (wanted)))
        """;
    if (!session.one(sql, row -> row.getBoolean(1), table.oid(), key.toArray(String[]::new))) {
      problems.add(
          "mode=update needs a unique index on exactly ("
              + String.join(", ", key)
              + "); create it with CREATE UNIQUE INDEX ON "
              + table.name().quoted()
              + " ("
              + key.stream().map(Identifier::quote).collect(Collectors.joining(", "))
              + ")");
    }
  }

  /** Returns what a replace of the table keeps, for the dry run. */
  List<String> kept() throws SQLException {
    List<String> kept = new ArrayList<>(parts().labels(TablePart.Fate.CARRIED));
    if (target.keepsVersions()) {
      kept.add("the replaced rows, for undo=" + target.undo().text());
    }
    if (target.keepsDefinition()) {
      kept.addAll(parts().labels(TablePart.Fate.LOST));
      kept.addAll(parts().labels(TablePart.Fate.REFUSED));
    }
    return kept;
  }

  /** Returns what a replace of the table loses, for the dry run. */
  List<String> lost() throws SQLException {
    return target.keepsDefinition() ? List.of() : parts().labels(TablePart.Fate.LOST);
  }

  private TableParts parts() throws SQLException {
    return target.keepsDefinition()
        ? TableParts.ofSameColumns(session, table.name())
        : new TableParts(
            session,
            table.name(),
            columns.stream()
                .map(column -> new TableParts.NewColumn(column.name(), column.type()))
                .toList());
  }
}
