package io.resultsink.pipelines.postgres;

import io.resultsink.pipelines.query.DatabaseName;
import io.resultsink.pipelines.query.QueryException;
import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.destination.Secret;
import io.resultsink.postgres.internal.session.ConnectionSource;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * The database that executes a query.
 *
 * @param schema the schema of bare names; null for the role's own search path
 */
record SourceDatabase(ConnectionSource.Server server, @Nullable String schema)
    implements Serializable {

  /** Reads a URL, in the form of a target's without the table. */
  static SourceDatabase parse(String url, @Nullable Secret password) {
    PostgresTarget target =
        DatabaseName.parse(url)
            .server()
            .orElseThrow(() -> new QueryException("--database is a folder, not a server"));
    PostgresTarget known =
        password == null ? target : target.toBuilder().password(password).build();
    return new SourceDatabase(
        (ConnectionSource.Server) ConnectionSource.of(known), known.table().schema());
  }
}
