package io.resultsink.pipelines.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

/** The files that are queried, made anew: orders, and films with ratings as MovieLens has them. */
final class QueryFiles {

  private static final int RATINGS = 100_836;
  private static final int MOVIES = 9_742;

  private final Path folder;

  private QueryFiles(Path folder) {
    this.folder = folder;
  }

  /** Makes them in a folder; so many orders of 8 columns. */
  static QueryFiles make(Path folder, long rows) throws IOException, SQLException {
    QueryFiles files = new QueryFiles(Files.createDirectories(folder));
    Files.createDirectories(files.films());
    try (Connection duckdb = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = duckdb.createStatement()) {
      statement.execute("SET TimeZone = 'UTC'");
      statement.execute(
          """
          CREATE TABLE orders AS SELECT
            i AS id, i * 7919 %% 1000003 AS customer, i %% 100 AS quantity,
            (i %% 100000)::DOUBLE / 4 AS price, i %% 3 = 0 AS paid,
            to_timestamp(1700000000 + i) AS created, 'country-' || i %% 200 AS country,
            'order ' || 1000000000000 + i || ' paid by card, sent by parcel' AS note
          FROM range(%d) AS r(i)"""
              .formatted(rows));
      statement.execute("COPY orders TO " + text(files.csv()) + " (HEADER)");
      statement.execute("COPY orders TO " + text(files.parquet()));
      statement.execute(
          """
          COPY (
            SELECT 1 + i // 165 AS userId, 1 + hash(i, 'film') %% %d AS movieId,
              (1 + hash(i, 'stars') %% 10) / 2 AS rating, 964981247 + i * 7 AS timestamp
            FROM range(%d) AS r(i)) TO %s (HEADER)"""
              .formatted(MOVIES, RATINGS, text(files.films().resolve("ratings.csv"))));
      statement.execute(
          """
          COPY (
            SELECT 1 + i AS movieId, 'Film, The ' || i || ' (' || 1950 + i %% 70 || ')' AS title,
              'Comedy|Drama' AS genres
            FROM range(%d) AS r(i)) TO %s (HEADER)"""
              .formatted(MOVIES, text(files.films().resolve("movies.csv"))));
    }
    return files;
  }

  private static String text(Path path) {
    return "'" + path.toString().replace("'", "''") + "'";
  }

  Path csv() {
    return folder.resolve("orders.csv");
  }

  Path parquet() {
    return folder.resolve("orders.parquet");
  }

  /** The folder of ratings and films. */
  Path films() {
    return folder.resolve("films");
  }

  /** The folder of the guide's samples. */
  Path samples() {
    return folder.resolve("samples");
  }

  /**
   * Returns the time that DuckDB alone takes for a query of the CSV file, with a session of its
   * own.
   */
  Duration timeAlone(String sql) throws Exception {
    return Stopwatch.time(
        () -> {
          try (Connection duckdb = DriverManager.getConnection("jdbc:duckdb:");
              Statement statement = duckdb.createStatement()) {
            statement.execute("CREATE VIEW orders AS FROM " + text(csv()));
            statement.execute("CREATE TEMP TABLE result AS " + sql);
          }
        });
  }
}
