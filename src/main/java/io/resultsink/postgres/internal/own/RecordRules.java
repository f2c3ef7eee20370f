package io.resultsink.postgres.internal.own;

import io.resultsink.postgres.destination.TableName;
import io.resultsink.postgres.internal.url.Identifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The rules by which a table in which the sink keeps records is believed.
 *
 * <p>Its owner can change its rows, and can put triggers on it that run as the role that publishes.
 * So it must belong to our role, to the owner of the schema or of the target, or to a superuser.
 * Nothing on it may run.
 *
 * @param noun its word in messages, such as "ledger"
 * @param columns the columns and their types, as format_type() shows them
 * @param key the columns of its primary key as SQL lists them; null when it has none
 * @param elsewhere the advice that leads to another table
 */
public record RecordRules(
    String noun, Map<String, String> columns, @Nullable String key, String elsewhere) {

  /** Returns whether it is such a table, on which our role could get privileges. */
  public boolean isOne(FoundTable found) {
    return found.isTable() && shape(found).isEmpty();
  }

  /** Returns why it is not believed; empty if it is. */
  public List<String> problems(FoundTable table) {
    if (!table.isTable()) {
      return List.of(
          table.name()
              + " is not an ordinary table (pg_class.relkind "
              + table.kind()
              + "); "
              + moveAway(table.name()));
    }
    List<String> problems = new ArrayList<>();
    if (!table.trusted()) {
      problems.add(owner(table));
    }
    List<String> shape = shape(table);
    if (!shape.isEmpty()) {
      problems.add(
          "table "
              + table.name()
              + " is not a "
              + noun
              + " of this sink: "
              + String.join(", ", shape)
              + "; "
              + moveAway(table.name()));
      return problems;
    }
    if (!table.logged()) {
      problems.add(
          noun
              + " "
              + table.name()
              + " is unlogged, so that a crash of the server would empty it; run ALTER TABLE "
              + table.name().quoted()
              + " SET LOGGED");
    }
    if (key == null && table.keyed()) {
      problems.add(
          noun
              + " "
              + table.name()
              + " has a unique index, and a run may have several rows in it; drop that index");
    }
    for (Attached thing : table.attached()) {
      if (!thing.harmless()) {
        problems.add(
            noun
                + " "
                + table.name()
                + " has "
                + thing.what()
                + ", which would run in, or change, the sink's statements on it; remove it with "
                + thing.remedy());
      }
    }
    for (FoundTable.FoundColumn column : table.columns()) {
      if (!columns.containsKey(column.name()) && column.notNull()) {
        problems.add(
            "column "
                + column.name()
                + " of "
                + noun
                + " "
                + table.name()
                + " is NOT NULL, and the sink does not fill it; run ALTER TABLE "
                + table.name().quoted()
                + " ALTER COLUMN "
                + Identifier.quote(column.name())
                + " DROP NOT NULL");
      }
    }
    if (key != null && !table.keyed()) {
      problems.add(
          noun
              + " "
              + table.name()
              + " has no primary key; create it with ALTER TABLE "
              + table.name().quoted()
              + " ADD PRIMARY KEY "
              + key);
    }
    return problems;
  }

  private String owner(FoundTable table) {
    String name = table.name().quoted();
    return noun
        + " "
        + table.name()
        + " belongs to role "
        + table.owner()
        + ", who could change its rows and run statements as role "
        + table.role()
        + "; it must belong to "
        + table.role()
        + ", to the owner of its schema or of the target, or to a superuser; if you trust its rows,"
        + " run ALTER TABLE "
        + name
        + " OWNER TO "
        + Identifier.quote(table.schemaOwner())
        + "; GRANT SELECT, INSERT, UPDATE, DELETE ON "
        + name
        + " TO "
        + Stream.of(table.role(), table.owner())
            .map(Identifier::quote)
            .collect(Collectors.joining(", "))
        + "; else drop it, or "
        + elsewhere;
  }

  private List<String> shape(FoundTable table) {
    Map<String, String> found =
        table.columns().stream()
            .collect(Collectors.toMap(FoundTable.FoundColumn::name, FoundTable.FoundColumn::type));
    List<String> wrong = new ArrayList<>();
    columns.forEach(
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

  private String moveAway(TableName name) {
    return "move it away with ALTER TABLE "
        + name.quoted()
        + " RENAME TO "
        + Identifier.quote(name.table() + "_old")
        + ", and the next run creates the "
        + noun
        + "; or "
        + elsewhere;
  }
}
