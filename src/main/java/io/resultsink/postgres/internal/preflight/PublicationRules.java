package io.resultsink.postgres.internal.preflight;

import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.destination.StagingDurability;
import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.internal.catalog.ResolvedTarget;
import io.resultsink.postgres.internal.ledger.Ledger;
import io.resultsink.postgres.internal.rejects.RejectsTable;
import io.resultsink.postgres.internal.session.Jdbc;
import io.resultsink.postgres.internal.session.Session;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The rules for publications of all tables, or of a whole schema. These send new tables too;
 * replication to subscribers that lack such a table stops.
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
    String target = resolved.schema();
    String staging = resolved.stagingSchema();
    List<Publication> publications = publications(target, staging);
    List<String> overTarget = over(target, publications);
    if (!targetExists && !overTarget.isEmpty()) {
      problems.add(
          told(overTarget)
              + " would send the new table "
              + resolved.table()
              + "; create it on the subscribers and here first");
    }
    List<String> overStaging = over(staging, publications);
    if (overStaging.isEmpty()) {
      return;
    }
    boolean ofAllTables = publications.stream().anyMatch(found -> found.schema() == null);
    String elsewhere = ofAllTables ? "" : ", or name another staging_schema";
    if (!look.there()) {
      problems.add(
          told(overStaging)
              + " would send the ledger; create it on the subscribers and here first"
              + elsewhere
              + ": "
              + ledger.definition().replaceAll("\\s+", " "));
    }
    // A replace of a published table is refused by another rule, which names another mode.
    boolean anotherMode =
        asked.mode() == WriteMode.REPLACE && targetExists && !overTarget.isEmpty();
    if (asked.staging() == StagingDurability.LOGGED && !anotherMode) {
      problems.add(
          told(overStaging)
              + " would send a logged staging table; use staging=unlogged"
              + elsewhere);
    }
  }

  /** Adds a problem when a new rejects table would be sent. */
  void requireNoneWouldSend(RejectsTable rejects) throws SQLException {
    String schema = Objects.requireNonNull(rejects.name().schema());
    List<String> over = over(schema, publications(schema));
    if (!over.isEmpty()) {
      problems.add(
          told(over)
              + " would send the rejects table; create it on the subscribers and here first: "
              + rejects.definition().replaceAll("\\s+", " "));
    }
  }

  /** Adds a problem when the deletes of old rejected rows would be refused. */
  void requireDeletesAreSent(RejectsTable rejects) throws SQLException {
    String sql =
        """
        SELECT quote_ident(p.pubname)
          FROM pg_publication_tables t JOIN pg_publication p USING (pubname)
         WHERE p.pubdelete AND t.schemaname = ? AND t.tablename = ?
           AND (SELECT c.relreplident FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                 WHERE n.nspname = t.schemaname AND c.relname = t.tablename) <> 'f'
         ORDER BY 1
        """;
    List<String> sending =
        session.list(sql, row -> row.getString(1), rejects.name().schema(), rejects.name().table());
    if (!sending.isEmpty()) {
      problems.add(
          told(sending)
              + " sends the deletes of "
              + rejects.name()
              + ", which forgets old rows and has no key; run ALTER TABLE "
              + rejects.name().quoted()
              + " REPLICA IDENTITY FULL");
    }
  }

  private static String told(List<String> publications) {
    return "publication " + String.join(", ", publications);
  }

  private static List<String> over(String schema, List<Publication> publications) {
    return publications.stream()
        .filter(found -> found.schema() == null || found.schema().equals(schema))
        .map(Publication::name)
        .distinct()
        .sorted()
        .toList();
  }

  /** A publication of a schema, or of all tables if {@code schema} is null. */
  private record Publication(String name, @Nullable String schema) {}

  private List<Publication> publications(String... schemas) throws SQLException {
    String ofSchemas =
        """
        UNION ALL
        SELECT quote_ident(p.pubname), n.nspname FROM pg_publication p
          JOIN pg_publication_namespace s ON s.pnpubid = p.oid
          JOIN pg_namespace n ON n.oid = s.pnnspid
         WHERE n.nspname = ANY (?)
        """;
    boolean also = session.serverVersion() >= SCHEMA_PUBLICATIONS_SINCE;
    String sql = "SELECT quote_ident(pubname), NULL FROM pg_publication WHERE puballtables\n";
    Jdbc.RowMapper<Publication> mapper = row -> new Publication(row.getString(1), row.getString(2));
    return also
        ? session.list(sql + ofSchemas, mapper, (Object) schemas)
        : session.list(sql, mapper);
  }
}
