package io.resultsink.postgres.internal.session;

import java.sql.SQLException;
import java.util.List;
import org.apache.beam.sdk.annotations.Internal;

/** The schemas in which the role finds bare names. */
@Internal
public final class RoleSchemas {

  private RoleSchemas() {}

  /**
   * Returns the existing schemas of the role's search path, in its order; empty if none exists.
   * PostgreSQL creates tables in the first. Only a qualified function call runs under the role's
   * search path, because a schema in it could shadow operators and types.
   */
  public static List<String> of(Session session) throws SQLException {
    session.useRoleSearchPathBeforeTemporary();
    try {
      return session
          .one(
              "SELECT pg_catalog.current_schemas(false)",
              row -> List.of((String[]) row.getArray(1).getArray()))
          .stream()
          .filter(schema -> !schema.startsWith("pg_temp"))
          .toList();
    } finally {
      session.useEmptySearchPath();
    }
  }
}
