package io.resultsink.postgres.internal.session;

import java.sql.SQLException;
import java.util.List;
import org.apache.beam.sdk.annotations.Internal;

/** The schemas in which the role's bare names are found. */
@Internal
public final class RoleSchemas {

  private RoleSchemas() {}

  /**
   * Returns those of the session's transaction, in the order of the role's search path; empty when
   * none of it exists. Tables are created in the first. Nothing but a qualified call stands under
   * the role's search path, where operators and types are the role's too.
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
