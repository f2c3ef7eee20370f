package io.resultsink.pipelines.benchmark;

import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestingPostgres;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import org.postgresql.PGConnection;

/** The tables that are written, as they are before, and what must be in them afterwards. */
final class Tables {

  private record Rows(Shape shape, long count, int generation) {}

  private final TestDatabase database;
  private final Path folder;
  private final Map<Rows, TableContent> contents = new HashMap<>();
  private final Map<String, Path> files = new HashMap<>();
  private final Map<String, TableContent> pooled = new HashMap<>();
  private final Map<Rows, String> sources = new HashMap<>();

  Tables(TestDatabase database, Path folder) {
    this.database = database;
    this.folder = folder;
  }

  /** An empty table that the sink's role owns; the same again is dropped first. */
  void createEmpty(String table, Shape shape) {
    database.execute(
        "DROP TABLE IF EXISTS " + qualified(table),
        "CREATE TABLE " + qualified(table) + " AS " + shape.select(1, Shape.OLD) + " LIMIT 0",
        "ALTER TABLE " + qualified(table) + " OWNER TO " + TestingPostgres.SINK);
    settle();
  }

  /** A table of old rows. */
  void createOld(String table, Shape shape, long rows, String... more) {
    database.execute(
        "DROP TABLE IF EXISTS " + qualified(table),
        "CREATE TABLE " + qualified(table) + " AS SELECT * FROM " + source(shape, rows, Shape.OLD),
        "ALTER TABLE " + qualified(table) + " OWNER TO " + TestingPostgres.SINK);
    database.execute(more);
    // Else autovacuum comes for it in the middle of what is timed.
    database.execute("VACUUM (ANALYZE) " + qualified(table));
    settle();
  }

  /** Nothing of what was prepared is still to be written when the timing begins. */
  void settle() {
    database.execute("CHECKPOINT");
  }

  void drop(String table) {
    database.execute("DROP TABLE IF EXISTS " + qualified(table));
  }

  static String qualified(String table) {
    return Bench.SCHEMA + "." + table;
  }

  /** A table of the rows of a generation, which is made once; made by the server alone. */
  String source(Shape shape, long rows, int generation) {
    return sources.computeIfAbsent(
        new Rows(shape, rows, generation),
        key -> {
          String name = "public." + shape.label() + "_" + rows + "_" + generation;
          database.execute(
              "CREATE UNLOGGED TABLE " + name + " AS " + shape.select(rows, generation),
              "VACUUM (ANALYZE) " + name);
          return name;
        });
  }

  /** Returns the content of a table with just these rows. */
  TableContent content(Shape shape, long rows, int generation) {
    String source = source(shape, rows, generation);
    return contents.computeIfAbsent(
        new Rows(shape, rows, generation), key -> TableContent.of(database, source));
  }

  /** Returns the content of a table with so many rows of a pool. */
  TableContent content(RowPool pool, long rows) {
    return pooled.computeIfAbsent(
        pool.label() + "_" + rows,
        key -> TableContent.of(database, "(" + pool.select(this, rows) + ")"));
  }

  /** The new rows as the server writes them in binary COPY. */
  Path file(Shape shape, long rows) throws SQLException, IOException {
    return file(shape.label() + "_" + rows, source(shape, rows, Shape.NEW));
  }

  /** So many rows of a pool as the server writes them in binary COPY. */
  Path file(RowPool pool, long rows) throws SQLException, IOException {
    return file(pool.label() + "_" + rows, "(" + pool.select(this, rows) + ")");
  }

  private Path file(String name, String from) throws SQLException, IOException {
    Path file = files.get(name);
    if (file == null) {
      file = folder.resolve(name + ".copy");
      try (Connection session = database.superuser();
          OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
        session
            .unwrap(PGConnection.class)
            .getCopyAPI()
            .copyOut("COPY " + from + " TO STDOUT (FORMAT binary)", out);
      }
      files.put(name, file);
    }
    return file;
  }

  /** They are as large as the tables. */
  void removeFiles() throws IOException {
    for (Path file : files.values()) {
      Files.deleteIfExists(file);
    }
    Files.deleteIfExists(folder);
  }
}
