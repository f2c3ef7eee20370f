package io.resultsink.pipelines.duckdb;

import java.io.Serializable;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The view of a table of the folder: how its files are read, decided once.
 *
 * @param rows the reading of its files; null for Avro, which DuckDB does not read
 * @param columns the columns to which types can be given
 */
record TableView(FolderTable table, TableRows rows, List<String> columns) implements Serializable {

  /** Reads as much of the files as is needed to find their columns. */
  static TableView of(DuckSession session, FolderTable table, ReadOptions options, ColumnUse use)
      throws SQLException {
    return switch (table.format()) {
      case CSV -> {
        CsvView csv = CsvView.of(session, table, options, use);
        yield new TableView(table, csv, csv.columns());
      }
      case JSON -> {
        JsonView json = JsonView.of(session, table, options, use);
        yield new TableView(table, fixed(json.select(use.names(JsonView.MAP))), json.columns());
      }
      case PARQUET -> new TableView(table, fixed(parquet(table)), List.of());
      case AVRO -> new TableView(table, fixed(""), List.of());
    };
  }

  private static TableRows fixed(String select) {
    return session -> select;
  }

  private static String parquet(FolderTable table) {
    String union = table.files().size() > 1 ? ", union_by_name = true" : "";
    return "SELECT %s FROM read_parquet(%s%s%s)"
        .formatted(table.star(), table.argument(), union, table.partitions());
  }

  /** Defines the view in a session. */
  void create(DuckSession session, boolean withRows) throws SQLException {
    if (table.format() == FileFormat.AVRO) {
      AvroTable.of(table).create(session, withRows);
    } else {
      session.execute(
          "CREATE VIEW %s AS %s".formatted(DuckSql.name(table.name()), rows.select(session)));
    }
  }

  /**
   * Returns the first Parquet file that cannot be read completely, found by a second reading; null
   * if there is none.
   */
  @Nullable String broken(DuckSession session) {
    if (table.format() != FileFormat.PARQUET) {
      return null;
    }
    for (String path : paths()) {
      try {
        session.row(
            "SELECT bit_xor(hash(COLUMNS(*))) FROM read_parquet(%s)".formatted(DuckSql.text(path)));
      } catch (SQLException e) {
        return path + ": broken, or not a Parquet file";
      }
    }
    return null;
  }

  List<String> paths() {
    return table.paths();
  }
}
