package io.resultsink.postgres.internal.preflight;

import io.resultsink.postgres.destination.TableName;
import io.resultsink.postgres.internal.catalog.Privileges;
import io.resultsink.postgres.internal.catalog.ResolvedTarget;
import io.resultsink.postgres.internal.ledger.Ledger;
import io.resultsink.postgres.internal.rejects.RejectsTable;
import io.resultsink.postgres.internal.session.Session;
import io.resultsink.postgres.internal.url.Identifier;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Rules for the table that keeps rows which do not fit. */
final class RejectsRules {

  private final Session session;
  private final Privileges privileges;
  private final List<String> problems;

  RejectsRules(Session session, Privileges privileges, List<String> problems) {
    this.session = session;
    this.privileges = privileges;
    this.problems = problems;
  }

  void check(RejectsTable rejects, ResolvedTarget resolved, PublicationRules publications)
      throws SQLException {
    TableName name = rejects.name();
    String schema = Objects.requireNonNull(name.schema());
    if (name.equals(resolved.table()) || name.equals(Ledger.in(resolved.stagingSchema()).name())) {
      problems.add("rejects names " + name + ", which the sink writes anyhow; name another table");
      return;
    }
    if (name.table().equals(RejectsTable.OWN) && !rejects.isOwnIn(resolved.stagingSchema())) {
      problems.add(
          "rejects names "
              + name
              + ", and a table of that name forgets old rows, because runs with schema "
              + schema
              + " as staging_schema take it for the sink's own; name another table");
      return;
    }
    Optional<String> ofSystem = ResolvedTarget.ofSystem(schema);
    if (ofSystem.isPresent()) {
      problems.add("rejects names " + name + "; " + ofSystem.get());
      return;
    }
    String sql = "SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = ?)";
    if (!session.one(sql, row -> row.getBoolean(1), schema)) {
      problems.add(
          "schema "
              + schema
              + " of rejects does not exist; create it with CREATE SCHEMA "
              + Identifier.quote(schema));
      return;
    }
    RejectsTable.Look look = rejects.look(session, resolved.table());
    if (!look.there()) {
      privileges.requireCreateIn(schema, "the rejects table", problems);
      publications.requireNoneWouldSend(rejects);
      return;
    }
    problems.addAll(look.problems());
    if (rejects.isOwnIn(resolved.stagingSchema())) {
      publications.requireDeletesAreSent(rejects);
    }
    if (look.table() && privileges.usage(schema)) {
      List<String> needed = new ArrayList<>(List.of("SELECT", "INSERT"));
      if (rejects.isOwnIn(resolved.stagingSchema())) {
        needed.add("DELETE");
      }
      privileges.requireOnTable(name, needed, problems);
    } else {
      privileges.requireUsage(schema, problems);
    }
  }
}
