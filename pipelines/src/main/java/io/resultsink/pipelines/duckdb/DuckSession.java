package io.resultsink.pipelines.duckdb;

import io.resultsink.pipelines.embedded.FileTree;
import io.resultsink.pipelines.engine.QueryFailedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.duckdb.DuckDBDriver;

/** A separate DuckDB in memory, with its own folder for data that does not fit into memory. */
final class DuckSession implements AutoCloseable {

  /** The folders of the sessions that are open in this process. */
  private static final Set<Path> SPILLS = ConcurrentHashMap.newKeySet();

  private static final int ATTEMPTS = 20;

  static {
    // Deletes the folders at Ctrl-C, which ends the process before the reading thread has closed
    // its session.
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(() -> SPILLS.forEach(DuckSession::remove), "pgresult-duckdb-spill"));
  }

  private final Connection connection;
  private final Path spill;
  private final Map<MixedLines, String> copies = new HashMap<>();

  private DuckSession(Connection connection, Path spill) {
    this.connection = connection;
    this.spill = spill;
  }

  /** Opens a session that can read files and can be configured. */
  static DuckSession open() throws SQLException {
    NativeLibrary.require();
    Path spill;
    try {
      spill = Files.createTempDirectory("pgresult-duckdb-");
      SPILLS.add(spill);
    } catch (IOException e) {
      throw new UncheckedIOException("no temporary folder for DuckDB", e);
    }
    Properties properties = new Properties();
    properties.setProperty("jdbc_stream_results", "true");
    try {
      // Not by DriverManager, which would load the drivers of all libraries first.
      DuckSession session =
          new DuckSession(new DuckDBDriver().connect("jdbc:duckdb:", properties), spill);
      session.configure();
      return session;
    } catch (SQLException | RuntimeException e) {
      remove(spill);
      throw e;
    }
  }

  private void configure() throws SQLException {
    execute("SET autoinstall_known_extensions = false");
    execute("SET autoload_known_extensions = false");
    execute("SET allow_community_extensions = false");
    execute("SET temp_directory = " + DuckSql.text(spill.toString()));
    execute("SET threads = " + EngineShare.threads());
    execute("SET memory_limit = '" + EngineShare.memoryPercent() + "%'");
    execute("SET TimeZone = 'UTC'");
    // DuckDB 2.0.0 takes the NULL of a CASE for true where its statistics say that the condition is
    // true or NULL: WHERE CASE WHEN b THEN 'x' END IN ('x', 'y') gives the rows where b is false.
    execute("SET disabled_optimizers = 'statistics_propagation'");
  }

  Connection connection() {
    return connection;
  }

  void execute(String sql) throws SQLException {
    try (java.sql.Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** Returns the first row of a query, as texts. */
  List<String> row(String sql) throws SQLException {
    List<List<String>> rows = rows(sql);
    return rows.isEmpty() ? List.of() : rows.get(0);
  }

  /** Returns all rows of a query, as texts; NULL is empty. */
  List<List<String>> rows(String sql) throws SQLException {
    List<List<String>> rows = new ArrayList<>();
    try (java.sql.Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      int columns = result.getMetaData().getColumnCount();
      while (result.next()) {
        List<String> row = new ArrayList<>(columns);
        for (int i = 1; i <= columns; i++) {
          String value = result.getString(i);
          row.add(value == null ? "" : value);
        }
        rows.add(row);
      }
    } catch (SQLException e) {
      throw reason(sql, e);
    }
    return rows;
  }

  /**
   * Returns why a query failed before its first row. The driver does not report that for a streamed
   * result, so the query is executed again with a stored one.
   */
  SQLException reason(String sql, SQLException failure) {
    try {
      execute("CREATE OR REPLACE TEMP TABLE pgresult_reason AS " + sql);
      execute("DROP TABLE pgresult_reason");
      return failure;
    } catch (SQLException e) {
      return DuckErrors.isOfPlanning(e) ? failure : e;
    }
  }

  /**
   * Returns the path of the copy of a file with several kinds of line ends, and makes the copy at
   * the first call. The path ends in the whole path of the file, because its folders may be
   * columns.
   */
  String copy(MixedLines file) {
    return copies.computeIfAbsent(file, original -> copyOf(original).toString());
  }

  private Path copyOf(MixedLines file) {
    Path copy =
        spill
            .resolve("lines")
            .resolve(String.valueOf(copies.size()))
            .resolve(Path.of("/").relativize(Path.of(file.copyName())));
    try {
      Files.createDirectories(copy.getParent());
      file.copyTo(copy);
    } catch (IOException e) {
      throw new QueryFailedException(
          "file %s has several kinds of line ends, and its copy with one kind cannot be"
                  .formatted(file.path())
              + " written into %s; the target is untouched".formatted(spill));
    }
    return copy;
  }

  /** Defines SCHEDULED_TIME() as a time. */
  void defineScheduledTime(Instant time) throws SQLException {
    for (String name : List.of("scheduled_time", "td_scheduled_time")) {
      execute("CREATE MACRO %s() AS TIMESTAMPTZ '%s'".formatted(name, time));
    }
  }

  /**
   * Locks the session down until its end: only these files can be read, nothing can be written, and
   * no setting can be changed.
   */
  void lockDown(List<String> files) throws SQLException {
    List<String> allowed = new ArrayList<>(files);
    allowed.addAll(copies.values());
    execute("SET allowed_paths = " + DuckSql.texts(allowed));
    execute("SET enable_external_access = false");
    execute("SET lock_configuration = true");
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      // The database was in memory, so nothing of it is left.
    } finally {
      remove(spill);
    }
  }

  /**
   * Deletes a folder to which a running query may still write. Without the folder, the query fails.
   */
  private static void remove(Path folder) {
    for (int attempt = 1; SPILLS.contains(folder); attempt++) {
      try {
        FileTree.delete(folder);
        SPILLS.remove(folder);
      } catch (NoSuchFileException e) {
        SPILLS.remove(folder);
      } catch (IOException | UncheckedIOException e) {
        if (attempt == ATTEMPTS) {
          SPILLS.remove(folder);
          throw new IllegalStateException("DuckDB's temporary folder cannot be removed", e);
        }
      }
    }
  }
}
