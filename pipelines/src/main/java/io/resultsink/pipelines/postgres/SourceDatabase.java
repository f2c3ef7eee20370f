package io.resultsink.pipelines.postgres;

import io.resultsink.pipelines.query.QueryException;
import io.resultsink.postgres.destination.ConnectionSource;
import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.destination.Secret;
import java.io.Serializable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The database that a query is asked of.
 *
 * @param schema where bare names are found; null for the role's own search path
 */
record SourceDatabase(ConnectionSource.Server server, @Nullable String schema)
    implements Serializable {

  private static final Pattern DATABASE =
      Pattern.compile("([a-z]+://[^/?]*/[^/?]+)/?(\\?.*)?", Pattern.CASE_INSENSITIVE);

  /** Reads a URL, which is that of a target without the table. */
  static SourceDatabase parse(String url, @Nullable Secret password) {
    var parts = DATABASE.matcher(url);
    if (!parts.matches()) {
      // The text may have a password in it, and is not repeated.
      throw new QueryException(
          "--database is not postgresql://[user@]host[:port]/database; tables are named in the SQL");
    }
    String options = parts.group(2) == null ? "" : parts.group(2);
    PostgresTarget target = PostgresTarget.parse(parts.group(1) + "/tables" + options);
    PostgresTarget known =
        password == null ? target : target.toBuilder().password(password).build();
    return new SourceDatabase(
        (ConnectionSource.Server) ConnectionSource.of(known), known.table().schema());
  }
}
