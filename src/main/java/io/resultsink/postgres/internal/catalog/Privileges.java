package io.resultsink.postgres.internal.catalog;

import io.resultsink.postgres.destination.TableName;
import io.resultsink.postgres.internal.session.Session;
import io.resultsink.postgres.internal.url.Identifier;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The privileges of our role, checked before rows are written. */
public final class Privileges {

  private static final String LOCKING = "UPDATE, DELETE, TRUNCATE";

  private final Session session;
  private final String role;
  private final Map<String, OnSchema> schemas = new HashMap<>();

  private record OnSchema(boolean usage, boolean create) {}

  public Privileges(Session session) throws SQLException {
    this.session = session;
    this.role = session.one("SELECT current_user", row -> row.getString(1));
  }

  public String role() {
    return role;
  }

  /** Adds a problem for each missing privilege on a table, with the GRANT that helps. */
  public void requireOnTable(TableName table, List<String> privileges, List<String> problems)
      throws SQLException {
    String sql =
        """
        SELECT wanted.privilege
          FROM unnest(?::text[]) WITH ORDINALITY AS wanted (privilege, rank)
         WHERE NOT has_table_privilege(?, wanted.privilege)
         ORDER BY wanted.rank
        """;
    List<String> missing =
        session.list(
            sql, row -> row.getString(1), privileges.toArray(String[]::new), table.quoted());
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
   * Adds a problem if our role cannot lock a table against writers. LOCK needs one of these
   * privileges even for the table's owner, who may have revoked all from itself.
   *
   * @see <a href="https://www.postgresql.org/docs/current/sql-lock.html">LOCK</a>
   */
  public void requireLock(TableName table, List<String> problems) throws SQLException {
    String any = session.serverVersion() >= 17 ? LOCKING + ", MAINTAIN" : LOCKING;
    if (!has("SELECT has_table_privilege(?, ?)", table.quoted(), any)) {
      problems.add(
          "role "
              + role
              + " lacks each of "
              + any
              + " on "
              + table
              + ", and LOCK TABLE needs one of them; grant it with GRANT DELETE ON "
              + table.quoted()
              + " TO "
              + Identifier.quote(role));
    }
  }

  /** Adds a problem if our role cannot create objects in a schema, with the purpose. */
  public void requireCreateIn(String schema, String what, List<String> problems)
      throws SQLException {
    requireUsage(schema, problems);
    if (!onSchema(schema).create()) {
      problems.add(lacksOnSchema("CREATE", schema, what));
    }
  }

  /** Adds a problem if our role lacks USAGE on a schema. */
  public void requireUsage(String schema, List<String> problems) throws SQLException {
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

  public boolean usage(String schema) throws SQLException {
    return onSchema(schema).usage();
  }

  private OnSchema onSchema(String schema) throws SQLException {
    OnSchema known = schemas.get(schema);
    if (known == null) {
      known =
          new OnSchema(
              has("SELECT has_schema_privilege(?, ?)", schema, "USAGE"),
              has("SELECT has_schema_privilege(?, ?)", schema, "CREATE"));
      schemas.put(schema, known);
    }
    return known;
  }

  /**
   * Returns whether our role may give a table to {@code owner}, by the rules of ALTER TABLE ...
   * OWNER TO.
   */
  public boolean canGiveTo(String owner) throws SQLException {
    String membership = session.serverVersion() >= 16 ? "SET" : "MEMBER";
    return has("SELECT pg_has_role(?, ?)", owner, membership);
  }

  public boolean superuser() throws SQLException {
    return session.one("SELECT current_setting('is_superuser')::boolean", row -> row.getBoolean(1));
  }

  public boolean canCreate(String owner, String schema) throws SQLException {
    return has("SELECT has_schema_privilege(?, ?, 'CREATE')", owner, schema);
  }

  private boolean has(String sql, String object, String privilege) throws SQLException {
    return session.one(sql, row -> row.getBoolean(1), object, privilege);
  }
}
