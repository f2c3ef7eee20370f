package io.resultsink.postgres.load;

import io.resultsink.postgres.destination.Session;
import io.resultsink.postgres.destination.TableName;
import io.resultsink.postgres.failure.IncompatibleTableException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Tables of ours in the staging schema: private as they are made, refused when they are not. */
final class OwnTable {

  private OwnTable() {}

  /**
   * Creates a table that nobody but its owner has a privilege on, whatever default privileges and
   * event triggers give: readers would see rows before they are published, writers could change
   * what was.
   *
   * @param definition the statement that creates it
   * @param columns the names of its columns
   */
  static void create(
      Session session, TableName name, String definition, List<String> columns, String comment)
      throws SQLException {
    session.define(definition);
    closeNew(session, name, comment);
    FoundTable closed = find(session, name).orElseThrow();
    requireOurs(closed, columns);
    requirePrivate(closed);
  }

  /** Takes away what a table of ours got beyond its definition as it was created. */
  static void closeNew(Session session, TableName name, String comment) throws SQLException {
    FoundTable created = find(session, name).orElseThrow();
    List<String> statements = new ArrayList<>();
    if (!created.grantees().isEmpty()) {
      statements.add(
          "REVOKE ALL ON TABLE "
              + name.quoted()
              + " FROM "
              + String.join(", ", created.grantees()));
    }
    created.attached().stream()
        .filter(thing -> thing.what().equals("row security"))
        .forEach(thing -> statements.add(thing.remedy()));
    statements.add("COMMENT ON TABLE " + name.quoted() + " IS " + session.literal(comment));
    session.define(statements.toArray(String[]::new));
  }

  /** The relation of that name, whoever has made it. */
  static Optional<FoundTable> find(Session session, TableName name) throws SQLException {
    return FoundTable.find(session, name, name);
  }

  /** Those of several relations that are there. */
  static List<FoundTable> find(Session session, List<TableName> names) throws SQLException {
    return FoundTable.find(session, names, names.get(0));
  }

  /**
   * Refuses a table that is not provably ours.
   *
   * @throws IncompatibleTableException with every reason
   */
  static void requireOurs(FoundTable found, List<String> columns) {
    refuse(found.name(), found.reasonsNotOurs(columns));
  }

  /** Refuses a table of ours that others were given privileges on as it was created. */
  static void requirePrivate(FoundTable found) {
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
      throw new IncompatibleTableException(
          "table " + name + " cannot be used; the target is untouched", reasons);
    }
  }
}
