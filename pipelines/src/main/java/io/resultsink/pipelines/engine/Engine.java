package io.resultsink.pipelines.engine;

import org.apache.beam.sdk.annotations.Internal;
import org.jspecify.annotations.Nullable;

/** The engine that executes a query. The names are those of {@code --engine}. */
@Internal
public enum Engine {
  /** DuckDB in the process of the pipeline, on files of this machine. */
  duckdb("DuckDB"),
  /** The PostgreSQL server with the tables. */
  postgres("PostgreSQL"),
  /** Beam SQL, on all workers of the runner. */
  beam("Beam SQL");

  /** The place of a query's tables. */
  public enum Tables {
    /** A PostgreSQL server. */
    ON_SERVER,
    /** Files of this machine. */
    IN_FILES_HERE,
    /** Files of any other file system. */
    IN_FILES_ELSEWHERE
  }

  private final String title;

  Engine(String title) {
    this.title = title;
  }

  /** Returns its name in text. */
  public String title() {
    return title;
  }

  /**
   * Returns the engine for a query.
   *
   * @param tables the place of the query's tables
   * @param local whether the runner is in this process
   * @param forced the engine that the user names; null for the default one
   * @throws IllegalArgumentException in words for the user, if the named one does not support this
   */
  public static Engine of(Tables tables, boolean local, @Nullable Engine forced) {
    boolean server = tables == Tables.ON_SERVER;
    Engine fits =
        switch (tables) {
          case ON_SERVER -> postgres;
          case IN_FILES_HERE -> local ? duckdb : beam;
          case IN_FILES_ELSEWHERE -> beam;
        };
    if (forced == null || forced == fits || forced == beam && !server) {
      return forced == null ? fits : forced;
    }
    throw new IllegalArgumentException(
        switch (forced) {
          case postgres -> "--engine postgres needs a postgresql:// URL, and -d is a folder";
          case beam -> "--engine beam reads folders and files; a server executes the query itself";
          case duckdb ->
              server
                  ? "--engine duckdb reads folders and files of this machine, and -d is a server"
                  : tables == Tables.IN_FILES_ELSEWHERE
                      ? "--engine duckdb reads folders and files of this machine; -d is elsewhere"
                      : "--engine duckdb runs in this process, and the runner is elsewhere";
        });
  }
}
