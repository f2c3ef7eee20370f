package io.resultsink.pipelines.duckdb;

import java.io.Serializable;
import java.sql.SQLException;
import java.util.List;

/**
 * A table of the folder as a query sees it: how its files are read, decided once.
 *
 * @param rows of Avro, which DuckDB does not read, none
 */
record TableView(FolderTable table, TableRows rows) implements Serializable {

  /** Reads as much of the files as their columns take. */
  static TableView of(DuckSession session, FolderTable table, ReadOptions options, boolean withMap)
      throws SQLException {
    return new TableView(
        table,
        switch (table.format()) {
          case CSV -> CsvView.of(session, table, options);
          case JSON -> fixed(JsonView.of(session, table, options).select(withMap));
          case PARQUET -> fixed(parquet(table));
          case AVRO -> fixed("");
        });
  }

  private static TableRows fixed(String select) {
    return session -> select;
  }

  private static String parquet(FolderTable table) {
    String union = table.files().size() > 1 ? ", union_by_name = true" : "";
    return "SELECT * FROM read_parquet(%s%s%s)"
        .formatted(table.argument(), union, table.partitions());
  }

  /** Makes it known to a session. */
  void create(DuckSession session, boolean withRows) throws SQLException {
    if (table.format() == FileFormat.AVRO) {
      AvroTable.of(table).create(session, withRows);
    } else {
      session.execute(
          "CREATE VIEW %s AS %s".formatted(DuckSql.name(table.name()), rows.select(session)));
    }
  }

  List<String> paths() {
    return table.paths();
  }
}
