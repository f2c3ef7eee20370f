package io.resultsink.pipelines.engine;

import java.util.regex.Pattern;
import org.apache.beam.sdk.annotations.Internal;
import org.jspecify.annotations.Nullable;

/** What executes a query. The names are those of {@code --engine}. */
@Internal
public enum Engine {
  /** DuckDB in the process of the pipeline, on files of this machine. */
  duckdb("DuckDB"),
  /** The PostgreSQL server that has the tables. */
  postgres("PostgreSQL"),
  /** Beam SQL, on all workers of the runner. */
  beam("Beam SQL");

  private static final Pattern SERVER = Pattern.compile("postgres(ql)?://.*");
  private static final Pattern OTHER_FILES = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]+:/.*");

  private final String title;

  Engine(String title) {
    this.title = title;
  }

  /** Its name as people write it. */
  public String title() {
    return title;
  }

  /**
   * The engine for a query.
   *
   * @param database a folder, a file, or the URL of a PostgreSQL database
   * @param local whether the runner is in this process
   * @param forced what the user wants; null for the one that fits
   * @throws IllegalArgumentException in words for the user, when the forced one cannot do it
   */
  public static Engine of(String database, boolean local, @Nullable Engine forced) {
    boolean server = SERVER.matcher(database).matches();
    boolean otherFiles = !server && OTHER_FILES.matcher(database).matches();
    Engine fits = beam;
    if (server) {
      fits = postgres;
    } else if (local && !otherFiles) {
      fits = duckdb;
    }
    if (forced == null || forced == fits || forced == beam) {
      return forced == null ? fits : forced;
    }
    throw new IllegalArgumentException(
        switch (forced) {
          case postgres ->
              "--engine postgres asks the server of a postgresql:// URL, and -d is a folder";
          default ->
              server
                  ? "--engine duckdb reads folders and files of this machine, and -d is a server"
                  : otherFiles
                      ? "--engine duckdb reads folders and files of this machine; -d is elsewhere"
                      : "--engine duckdb runs in this process, and the runner is elsewhere";
        });
  }
}
