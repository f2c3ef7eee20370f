package io.resultsink.pipelines.query;

import io.resultsink.postgres.destination.Secret;
import java.util.Map;
import org.apache.beam.sdk.extensions.sql.meta.BeamSqlTable;
import org.jspecify.annotations.Nullable;

/** The tables of a database. None is opened before the SQL names it. */
final class InputTables {

  private InputTables() {}

  /**
   * The tables by name.
   *
   * @param database a folder, or the URL of a PostgreSQL database
   * @param sample how many records of a table say which columns it has
   * @param password of the PostgreSQL database, when its URL has none
   */
  static Map<String, BeamSqlTable> of(String database, int sample, @Nullable Secret password) {
    DatabaseName name = DatabaseName.parse(database);
    return name.server()
        .map(server -> PostgresTables.of(name, server, password))
        .orElseGet(() -> FolderTables.of(name, sample));
  }
}
