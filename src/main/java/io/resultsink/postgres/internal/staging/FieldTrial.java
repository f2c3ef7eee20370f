package io.resultsink.postgres.internal.staging;

import io.resultsink.postgres.destination.TableName;
import io.resultsink.postgres.internal.column.Column;
import io.resultsink.postgres.internal.copy.CopyBuffer;
import io.resultsink.postgres.internal.session.Session;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * A table with the columns of a staging table and no check, in which a field is tried without the
 * rest of its row. On the staging table itself, other columns would be NULL, which their own checks
 * may refuse.
 *
 * <p>It is created in a transaction that is rolled back, so that no other session sees it.
 */
final class FieldTrial {

  private final Session session;
  private final StagingTable staging;
  private @Nullable TableName table;

  FieldTrial(Session session, StagingTable staging) {
    this.session = session;
    this.staging = staging;
  }

  /**
   * Returns the server's refusal of a field; null when the server takes it.
   *
   * @param field a COPY of the field
   */
  @Nullable SQLException refusal(Column column, CopyBuffer field) throws SQLException {
    TableName there = table == null ? create() : table;
    table = there;
    return ServerRefusals.trial(
        session,
        () -> {
          ServerRefusals.copy(session, there, column.quoted(), field);
          if (column.conversion() != null) {
            session.list(
                "SELECT " + column.conversion() + " FROM " + there.quoted(),
                row -> row.getBoolean(1));
          }
        });
  }

  private TableName create() throws SQLException {
    int session = this.session.one("SELECT pg_backend_pid()", row -> row.getInt(1));
    TableName created =
        new TableName(staging.name().schema(), staging.name().table() + "_p" + session);
    this.session.define(
        "CREATE UNLOGGED TABLE %s (LIKE %s)".formatted(created.quoted(), staging.name().quoted()));
    this.session.useRoleSearchPath();
    return created;
  }
}
