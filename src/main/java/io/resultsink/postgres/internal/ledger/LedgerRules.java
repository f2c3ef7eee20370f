package io.resultsink.postgres.internal.ledger;

import io.resultsink.postgres.destination.TableName;
import io.resultsink.postgres.internal.own.Attached;
import io.resultsink.postgres.internal.own.FoundTable;
import io.resultsink.postgres.internal.url.Identifier;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The rules by which a table of the ledger's name is believed.
 *
 * <p>Its owner can change its rows, and can put triggers on it that run as the role that publishes.
 * So it must belong to our role, to the owner of the schema or of the target, or to a superuser.
 * Nothing on it may run.
 */
final class LedgerRules {

  /** The columns and their types, as format_type() shows them. */
  private static final Map<String, String> COLUMNS = new LinkedHashMap<>();

  static {
    Stream.of("run_id", "target_schema", "target_table", "part", "mode")
        .forEach(column -> COLUMNS.put(column, "text"));
    COLUMNS.put("published_at", "timestamp with time zone");
    COLUMNS.put("given", "boolean");
    COLUMNS.put("format", "integer");
    COLUMNS.put("summary", "jsonb");
  }

  private static final String KEY = "(run_id, target_schema, target_table, part)";

  private LedgerRules() {}

  /** Returns whether it is a ledger, on which our role could get privileges. */
  static boolean isLedger(FoundTable found) {
    return found.isTable() && shape(found).isEmpty();
  }

  /** Returns why it is not believed; empty if it is. */
  static List<String> problems(FoundTable ledger) {
    if (!ledger.isTable()) {
      return List.of(
          ledger.name()
              + " is not an ordinary table (pg_class.relkind "
              + ledger.kind()
              + "); "
              + moveAway(ledger.name()));
    }
    List<String> problems = new ArrayList<>();
    if (!ledger.trusted()) {
      problems.add(owner(ledger));
    }
    List<String> shape = shape(ledger);
    if (!shape.isEmpty()) {
      problems.add(
          "table "
              + ledger.name()
              + " is not a ledger of this sink: "
              + String.join(", ", shape)
              + "; "
              + moveAway(ledger.name()));
      return problems;
    }
    for (Attached thing : ledger.attached()) {
      if (!thing.harmless()) {
        problems.add(
            "ledger "
                + ledger.name()
                + " has "
                + thing.what()
                + ", which would run in, or change, the sink's statements on it; remove it with "
                + thing.remedy());
      }
    }
    for (FoundTable.FoundColumn column : ledger.columns()) {
      if (!COLUMNS.containsKey(column.name()) && column.notNull()) {
        problems.add(
            "column "
                + column.name()
                + " of ledger "
                + ledger.name()
                + " is NOT NULL, and the sink does not fill it; run ALTER TABLE "
                + ledger.name().quoted()
                + " ALTER COLUMN "
                + Identifier.quote(column.name())
                + " DROP NOT NULL");
      }
    }
    if (!ledger.keyed()) {
      problems.add(
          "ledger "
              + ledger.name()
              + " has no primary key; create it with ALTER TABLE "
              + ledger.name().quoted()
              + " ADD PRIMARY KEY "
              + KEY);
    }
    return problems;
  }

  private static String owner(FoundTable ledger) {
    String table = ledger.name().quoted();
    return "ledger "
        + ledger.name()
        + " belongs to role "
        + ledger.owner()
        + ", who could change its rows and run statements as role "
        + ledger.role()
        + "; it must belong to "
        + ledger.role()
        + ", to the owner of its schema or of the target, or to a superuser; if you trust its rows,"
        + " run ALTER TABLE "
        + table
        + " OWNER TO "
        + Identifier.quote(ledger.schemaOwner())
        + "; GRANT SELECT, INSERT, UPDATE, DELETE ON "
        + table
        + " TO "
        + Stream.of(ledger.role(), ledger.owner())
            .map(Identifier::quote)
            .collect(Collectors.joining(", "))
        + "; else drop it, or name another staging_schema";
  }

  private static List<String> shape(FoundTable ledger) {
    Map<String, String> found =
        ledger.columns().stream()
            .collect(Collectors.toMap(FoundTable.FoundColumn::name, FoundTable.FoundColumn::type));
    List<String> wrong = new ArrayList<>();
    COLUMNS.forEach(
        (column, type) -> {
          String actual = found.get(column);
          if (actual == null) {
            wrong.add("column " + column + " is missing");
          } else if (!actual.equals(type)) {
            wrong.add("column " + column + " is " + actual + " and not " + type);
          }
        });
    return wrong;
  }

  private static String moveAway(TableName name) {
    return "move it away with ALTER TABLE "
        + name.quoted()
        + " RENAME TO "
        + Identifier.quote(name.table() + "_old")
        + ", and the next run creates the ledger; or name another staging_schema";
  }
}
