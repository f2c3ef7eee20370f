package io.resultsink.postgres.load;

import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.destination.Session;
import io.resultsink.postgres.destination.StagingDurability;
import io.resultsink.postgres.destination.WriteMode;
import java.sql.SQLException;
import java.util.List;
import java.util.TreeSet;

/**
 * Publications of all tables, or of a whole schema, send what we create too, to subscribers that
 * lack the table; their replication stops then.
 */
final class PublicationRules {

  private static final int SCHEMA_PUBLICATIONS_SINCE = 15;

  private final Session session;
  private final List<String> problems;

  PublicationRules(Session session, List<String> problems) {
    this.session = session;
    this.problems = problems;
  }

  void check(
      ResolvedTarget resolved,
      Ledger ledger,
      Ledger.Look look,
      boolean targetExists,
      PostgresTarget asked)
      throws SQLException {
    List<String> overTarget = publishing(resolved.table().schema());
    if (!targetExists && !overTarget.isEmpty()) {
      problems.add(
          told(overTarget)
              + " would send the new table "
              + resolved.table()
              + "; create it on the subscribers and here first");
    }
    List<String> overStaging = publishing(resolved.stagingSchema());
    if (overStaging.isEmpty()) {
      return;
    }
    String elsewhere = ofAllTables().isEmpty() ? ", or name another staging_schema" : "";
    if (!look.there()) {
      problems.add(
          told(overStaging)
              + " would send the ledger; create it on the subscribers and here first"
              + elsewhere
              + ": "
              + ledger.definition().replaceAll("\\s+", " "));
    }
    // A replace of a table that is sent is refused anyhow, and the way out is another mode.
    boolean anotherMode =
        asked.mode() == WriteMode.REPLACE && targetExists && !overTarget.isEmpty();
    if (asked.staging() == StagingDurability.LOGGED && !anotherMode) {
      problems.add(
          told(overStaging)
              + " would send a logged staging table; use staging=unlogged"
              + elsewhere);
    }
  }

  private static String told(List<String> publications) {
    return "publication " + String.join(", ", publications);
  }

  private List<String> publishing(String schema) throws SQLException {
    TreeSet<String> found = new TreeSet<>(ofAllTables());
    if (session.serverVersion() >= SCHEMA_PUBLICATIONS_SINCE) {
      String ofSchema =
          """
          SELECT quote_ident(p.pubname) FROM pg_publication p
            JOIN pg_publication_namespace s ON s.pnpubid = p.oid
            JOIN pg_namespace n ON n.oid = s.pnnspid
           WHERE n.nspname = ?
          """;
      found.addAll(session.list(ofSchema, row -> row.getString(1), schema));
    }
    return List.copyOf(found);
  }

  private List<String> ofAllTables() throws SQLException {
    String sql = "SELECT quote_ident(pubname) FROM pg_publication WHERE puballtables";
    return session.list(sql, row -> row.getString(1));
  }
}
