package io.resultsink.pipelines.duckdb;

import io.resultsink.pipelines.engine.RowCursor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.values.Row;
import org.jspecify.annotations.Nullable;

/** Queries of a test's folder. */
final class FolderQueries {

  static final Instant TICK = Instant.parse("2026-11-22T10:00:00Z");

  private final Path folder;

  FolderQueries(Path folder) {
    this.folder = folder;
  }

  Path write(String file, String content) {
    try {
      Path path = folder.resolve(file);
      Files.createDirectories(path.getParent());
      return Files.writeString(path, content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  DuckQuery prepare(@Nullable String sql) {
    return prepare(sql, ReadOptions.NONE);
  }

  DuckQuery prepare(@Nullable String sql, ReadOptions options) {
    return DuckQuery.prepare(folder.toString(), sql, TICK, options);
  }

  List<Row> rows(String sql) {
    return rows(prepare(sql));
  }

  static List<Row> rows(DuckQuery query) {
    List<Row> all = new ArrayList<>();
    try (RowCursor cursor = query.open()) {
      for (List<Row> block = cursor.next(100, 1 << 20);
          !block.isEmpty();
          block = cursor.next(100, 1 << 20)) {
        all.addAll(block);
      }
    }
    return all;
  }

  /** The values of the only row. */
  List<Object> row(String sql) {
    List<Row> rows = rows(sql);
    if (rows.size() != 1) {
      throw new AssertionError(rows.size() + " rows");
    }
    return rows.get(0).getValues();
  }

  /** The values of the only column. */
  List<Object> column(String sql) {
    List<Object> values = new ArrayList<>();
    rows(sql).forEach(row -> values.add(row.getValue(0)));
    return values;
  }
}
