package io.resultsink.postgres.internal.session;

import io.resultsink.postgres.internal.session.Jdbc.RowMapper;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import org.apache.beam.sdk.annotations.Internal;
import org.jspecify.annotations.Nullable;

/**
 * A query with its values that the server parses and plans once for a transaction. It is for
 * queries that are asked while readers wait: planning them takes ten times as long as executing.
 */
@Internal
public final class PreparedQuery {

  private final Session session;

  /** A random name, because a pooler's server session may have kept the names of others. */
  private final String name = "result_sink_" + UUID.randomUUID().toString().replace("-", "");

  PreparedQuery(Session session) {
    this.session = session;
  }

  /**
   * Returns the statement that prepares the query. The values stand in it, because only a query
   * without parameters is planned once.
   */
  String definition(String sql, Object... values) throws SQLException {
    StringBuilder query = new StringBuilder("PREPARE " + name + " AS ");
    String[] pieces = sql.split("\\?", -1);
    for (int i = 0; i < pieces.length; i++) {
      query.append(pieces[i]);
      if (i < pieces.length - 1) {
        Object value = Jdbc.bindable(session.connection(), values[i]);
        query.append(value == null ? "NULL" : session.literal(value.toString()));
      }
    }
    return query.toString();
  }

  /** Returns the statement that removes it from the server. */
  String removal() {
    return "DEALLOCATE " + name;
  }

  /** Returns all rows, in the query's order. The first call plans the query. */
  public <T extends @Nullable Object> List<T> list(RowMapper<T> mapper) throws SQLException {
    return session.list("EXECUTE " + name, mapper);
  }
}
