package io.resultsink.postgres.internal.own;

import io.resultsink.postgres.destination.TableName;
import io.resultsink.postgres.failure.IncompatibleTableException;
import io.resultsink.postgres.internal.session.Session;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The sink's own tables in the staging schema: created without privileges for others, and refused
 * if they are not ours.
 */
public final class OwnTable {

  private OwnTable() {}

  /**
   * A table to be created.
   *
   * @param definition the statement that creates it
   * @param columns the names of its columns
   */
  public record New(TableName name, String definition, List<String> columns, String comment) {}

  /**
   * Creates tables on which only their owner has privileges. Privileges that default privileges or
   * event triggers give are revoked: readers would see rows before they are published, and writers
   * could change them.
   */
  public static void create(Session session, New... tables) throws SQLException {
    session.define(Stream.of(tables).map(New::definition).toArray(String[]::new));
    List<TableName> names = Stream.of(tables).map(New::name).toList();
    List<FoundTable> created = find(session, names);
    List<String> closing = new ArrayList<>();
    for (New table : tables) {
      closing.addAll(closing(session, named(table.name(), created), table.comment()));
    }
    session.define(closing.toArray(String[]::new));
    List<FoundTable> closed = find(session, names);
    for (New table : tables) {
      requireOurs(named(table.name(), closed), table.columns());
      requirePrivate(named(table.name(), closed));
    }
  }

  private static FoundTable named(TableName name, List<FoundTable> found) {
    return found.stream()
        .filter(table -> table.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                refusal(
                    name,
                    List.of(
                        name + " is gone just after it was created" + FoundTable.EVENT_TRIGGER)));
  }

  /** Removes what default privileges and event triggers added to a table when it was created. */
  public static void closeNew(Session session, TableName name, String comment) throws SQLException {
    FoundTable created = named(name, find(session, List.of(name)));
    session.define(closing(session, created, comment).toArray(String[]::new));
  }

  private static List<String> closing(Session session, FoundTable created, String comment)
      throws SQLException {
    String name = created.name().quoted();
    List<String> statements = new ArrayList<>();
    if (!created.grantees().isEmpty()) {
      statements.add(
          "REVOKE ALL ON TABLE " + name + " FROM " + String.join(", ", created.grantees()));
    }
    created.attached().stream()
        .filter(thing -> thing.what().equals("row security"))
        .forEach(thing -> statements.add(thing.remedy()));
    statements.add("COMMENT ON TABLE " + name + " IS " + session.literal(comment));
    return statements;
  }

  /** Returns the relation of that name, of any owner. */
  public static Optional<FoundTable> find(Session session, TableName name) throws SQLException {
    return FoundTable.find(session, name, name);
  }

  /** Returns those of several relations that exist. */
  public static List<FoundTable> find(Session session, List<TableName> names) throws SQLException {
    return FoundTable.find(session, names, names.get(0));
  }

  /**
   * Refuses a table that is not provably ours.
   *
   * @throws IncompatibleTableException with every reason
   */
  public static void requireOurs(FoundTable found, List<String> columns) {
    refuse(found.name(), found.reasonsNotOurs(columns));
  }

  /** Refuses a new table of ours on which others still have privileges. */
  public static void requirePrivate(FoundTable found) {
    if (!found.grantees().isEmpty()) {
      refuse(
          found.name(),
          List.of(
              found.name()
                  + " is to be private, and "
                  + String.join(", ", found.grantees())
                  + " still have privileges on it after REVOKE"
                  + FoundTable.EVENT_TRIGGER));
    }
  }

  private static void refuse(TableName name, List<String> reasons) {
    if (!reasons.isEmpty()) {
      throw refusal(name, reasons);
    }
  }

  private static IncompatibleTableException refusal(TableName name, List<String> reasons) {
    return new IncompatibleTableException(
        "table " + name + " cannot be used; the target is untouched", reasons);
  }
}
