package io.resultsink.postgres.internal.session;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** The prepared queries of a session, which no transaction's end removes from the server. */
final class PreparedQueries {

  private final Session session;
  private final List<PreparedQuery> queries = new ArrayList<>();

  PreparedQueries(Session session) {
    this.session = session;
  }

  /** Prepares a query. */
  PreparedQuery add(String sql, Object... values) throws SQLException {
    PreparedQuery query = new PreparedQuery(session);
    session.execute(query.definition(sql, values));
    queries.add(query);
    return query;
  }

  /** Removes them, within the transaction. */
  void remove() throws SQLException {
    if (!queries.isEmpty()) {
      session.execute(removal());
    }
  }

  /**
   * Rolls back and removes them, in one message. Behind a pooler, the next message goes to another
   * server session.
   *
   * @return false if there are none; then nothing is done
   */
  boolean rollBackAndRemove() throws SQLException {
    if (queries.isEmpty()) {
      return false;
    }
    session.execute("ROLLBACK;\n" + removal());
    return true;
  }

  private String removal() {
    String sql = queries.stream().map(PreparedQuery::removal).collect(Collectors.joining(";\n"));
    queries.clear();
    return sql;
  }
}
