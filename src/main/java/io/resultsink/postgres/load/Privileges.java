package io.resultsink.postgres.load;

import io.resultsink.postgres.destination.Identifier;
import io.resultsink.postgres.destination.Session;
import io.resultsink.postgres.destination.TableName;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What our role may do, asked of the server before it matters. */
final class Privileges {

  private static final String LOCKING = "UPDATE, DELETE, TRUNCATE";

  private final Session session;
  private final String role;
  private final Map<String, OnSchema> schemas = new HashMap<>();

  private record OnSchema(boolean usage, boolean create) {}

  Privileges(Session session) throws SQLException {
    this.session = session;
    this.role = text("SELECT current_user");
  }

  String role() {
    return role;
  }

  /** Adds a problem for each privilege on a table that is missing, with the GRANT that helps. */
  void requireOnTable(TableName table, List<String> privileges, List<String> problems)
      throws SQLException {
    List<String> missing = new ArrayList<>();
    String sql =
        """
        SELECT wanted.privilege
          FROM unnest(?::text[]) WITH ORDINALITY AS wanted (privilege, rank)
         WHERE NOT has_table_privilege(?, wanted.privilege)
         ORDER BY wanted.rank
        """;
    try (PreparedStatement statement = session.connection().prepareStatement(sql)) {
      statement.setArray(1, session.connection().createArrayOf("text", privileges.toArray()));
      statement.setString(2, table.quoted());
      try (ResultSet lacking = statement.executeQuery()) {
        while (lacking.next()) {
          missing.add(lacking.getString(1));
        }
      }
    }
    if (!missing.isEmpty()) {
      String list = String.join(", ", missing);
      problems.add(
          "role "
              + role
              + " lacks "
              + list
              + " on "
              + table
              + "; grant it with GRANT "
              + list
              + " ON "
              + table.quoted()
              + " TO "
              + Identifier.quote(role));
    }
  }

  /**
   * Adds a problem when a table cannot be locked against others' writes: LOCK asks for one of these
   * privileges even of the table's owner, who may have revoked them all from himself.
   *
   * @see <a href="https://www.postgresql.org/docs/current/sql-lock.html">LOCK</a>
   */
  void requireLock(TableName table, List<String> problems) throws SQLException {
    String any = session.serverVersion() >= 17 ? LOCKING + ", MAINTAIN" : LOCKING;
    if (!test("SELECT has_table_privilege(?, ?)", table.quoted(), any)) {
      problems.add(
          "role "
              + role
              + " lacks each of "
              + any
              + " on "
              + table
              + ", one of which a lock on it takes; grant it with GRANT DELETE ON "
              + table.quoted()
              + " TO "
              + Identifier.quote(role));
    }
  }

  /** Adds a problem when objects cannot be created in a schema, and says what for. */
  void requireCreateIn(String schema, String what, List<String> problems) throws SQLException {
    requireUsage(schema, problems);
    if (!onSchema(schema).create()) {
      problems.add(lacksOnSchema("CREATE", schema, what));
    }
  }

  /** Adds a problem when the names of a schema cannot be looked up. */
  void requireUsage(String schema, List<String> problems) throws SQLException {
    if (!usage(schema)) {
      problems.add(lacksOnSchema("USAGE", schema, "anything in it"));
    }
  }

  private String lacksOnSchema(String privilege, String schema, String what) {
    return "role "
        + role
        + " lacks "
        + privilege
        + " on schema "
        + schema
        + ", needed for "
        + what
        + "; grant it with GRANT "
        + privilege
        + " ON SCHEMA "
        + Identifier.quote(schema)
        + " TO "
        + Identifier.quote(role);
  }

  boolean usage(String schema) throws SQLException {
    return onSchema(schema).usage();
  }

  private OnSchema onSchema(String schema) throws SQLException {
    OnSchema known = schemas.get(schema);
    if (known == null) {
      known =
          new OnSchema(
              test("SELECT has_schema_privilege(?, ?)", schema, "USAGE"),
              test("SELECT has_schema_privilege(?, ?)", schema, "CREATE"));
      schemas.put(schema, known);
    }
    return known;
  }

  /** Whether our role may give a table to {@code owner}; ALTER TABLE asks for the same. */
  boolean canGiveTo(String owner) throws SQLException {
    String membership = session.serverVersion() >= 16 ? "SET" : "MEMBER";
    return test("SELECT pg_has_role(?, ?)", owner, membership);
  }

  boolean superuser() throws SQLException {
    return text("SELECT current_setting('is_superuser')").equals("on");
  }

  boolean canCreate(String owner, String schema) throws SQLException {
    return test("SELECT has_schema_privilege(?, ?, 'CREATE')", owner, schema);
  }

  private boolean test(String sql, String... parameters) throws SQLException {
    try (PreparedStatement statement = session.connection().prepareStatement(sql)) {
      for (int i = 0; i < parameters.length; i++) {
        statement.setString(i + 1, parameters[i]);
      }
      try (ResultSet answer = statement.executeQuery()) {
        answer.next();
        return answer.getBoolean(1);
      }
    }
  }

  private String text(String sql) throws SQLException {
    try (PreparedStatement statement = session.connection().prepareStatement(sql);
        ResultSet answer = statement.executeQuery()) {
      answer.next();
      return answer.getString(1);
    }
  }
}
