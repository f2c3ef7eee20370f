package io.resultsink.pipelines.duckdb;

import io.resultsink.pipelines.query.InputException;
import java.io.IOException;
import java.io.StringReader;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/**
 * The reading of a table's CSV files: delimiter and quotes come from a file's first records, names
 * from its first line, types from all its values.
 */
final class CsvView {

  /** A first line with such a value is a record, and the file has no header. */
  private static final Pattern DATA =
      Pattern.compile(
          "[-+]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][-+]?[0-9]+)?"
              + "|[0-9]{4}-[0-9]{2}-[0-9]{2}([T ].*)?|(?i:true|false)");

  /** Files that are read alike. */
  private record Part(List<String> files, String dialect, List<String> columns) {

    String read(Map<String, String> types, String more) {
      String columnTypes =
          columns.stream()
              .map(
                  column ->
                      DuckSql.text(column)
                          + ": "
                          + DuckSql.text(types.getOrDefault(column, "VARCHAR")))
              .collect(Collectors.joining(", "));
      return "read_csv(%s, %s, columns = {%s}%s)"
          .formatted(DuckSql.texts(files), dialect, columnTypes, more);
    }
  }

  private final FolderTable table;
  private final List<Part> parts;
  private final Map<String, String> types;

  private CsvView(FolderTable table, List<Part> parts, Map<String, String> types) {
    this.table = table;
    this.parts = parts;
    this.types = types;
  }

  /**
   * Reads a table's files through to find out.
   *
   * @throws InputException when a file is no CSV, with the place
   */
  static CsvView of(DuckSession session, FolderTable table, ReadOptions options)
      throws SQLException {
    List<Part> parts = parts(session, table, options);
    Map<String, String> none = Map.of();
    Map<String, String> types = new LinkedHashMap<>();
    Set<String> columns = new LinkedHashSet<>();
    parts.forEach(part -> columns.addAll(part.columns));
    CsvView texts = new CsvView(table, parts, none);
    Map<String, String> given = new LinkedHashMap<>();
    for (String column : columns) {
      String type = options.types().get(column);
      if (type != null) {
        given.put(column, type);
      }
    }
    List<String> open = columns.stream().filter(column -> !given.containsKey(column)).toList();
    try {
      types.putAll(CsvTypes.of(session, texts.select(""), open));
    } catch (SQLException e) {
      throw DuckErrors.ofRunning(e, texts.reject(session));
    }
    types.putAll(given);
    CsvView view = new CsvView(table, parts, types);
    if (!given.isEmpty()) {
      view.checkGiven(session, given.keySet());
    }
    return view;
  }

  private void checkGiven(DuckSession session, Set<String> given) throws SQLException {
    String counts =
        given.stream()
            .map(column -> "count(" + DuckSql.name(column) + ")")
            .collect(Collectors.joining(", "));
    try {
      session.row("SELECT %s FROM (%s)".formatted(counts, select("")));
    } catch (SQLException e) {
      throw DuckErrors.ofRunning(e, reject(session));
    }
  }

  private static List<Part> parts(DuckSession session, FolderTable table, ReadOptions options)
      throws SQLException {
    Map<String, List<String>> byFirstLine = new LinkedHashMap<>();
    for (InputFile file : table.files()) {
      if (file.bytes() > 0) {
        byFirstLine
            .computeIfAbsent(firstLine(session, file.path()), line -> new ArrayList<>())
            .add(file.path());
      }
    }
    if (byFirstLine.isEmpty()) {
      throw new InputException(table.place() + ": empty; not even a header line");
    }
    List<Part> parts = new ArrayList<>();
    for (Map.Entry<String, List<String>> alike : byFirstLine.entrySet()) {
      parts.add(part(session, alike.getValue(), alike.getKey(), options));
    }
    return parts;
  }

  private static String firstLine(DuckSession session, String file) throws SQLException {
    try {
      List<String> row =
          session.row(
              """
              SELECT line FROM read_csv(%s, columns = {'line': 'VARCHAR'}, auto_detect = false,
                header = false, delim = chr(1), quote = '', escape = '')
              LIMIT 1"""
                  .formatted(DuckSql.text(file)));
      return row.isEmpty() ? "" : row.get(0);
    } catch (SQLException e) {
      throw new InputException(file + ", line 1: no text in UTF-8");
    }
  }

  private static Part part(
      DuckSession session, List<String> files, String firstLine, ReadOptions options)
      throws SQLException {
    String file = files.get(0);
    String name = file.toLowerCase(Locale.ROOT);
    String known = name.contains(".tsv") ? ", delim = '\t'" : "";
    List<String> sniffed;
    try {
      sniffed =
          session.row(
              "SELECT Delimiter, Quote FROM sniff_csv(%s%s)".formatted(DuckSql.text(file), known));
    } catch (SQLException e) {
      throw new InputException(
          file + ": no CSV; neither commas, semicolons, tabs nor bars part its values");
    }
    String delimiter = sniffed.get(0).length() == 1 ? sniffed.get(0) : ",";
    // No quotes among the first records says nothing of the others.
    String quote = sniffed.get(1).length() == 1 ? sniffed.get(1) : "\"";
    List<String> values = values(firstLine, delimiter.charAt(0), quote.charAt(0));
    boolean header = values.stream().noneMatch(value -> DATA.matcher(value).matches());
    List<String> nulls = new ArrayList<>(List.of(""));
    nulls.addAll(options.nulls());
    String dialect =
        """
        auto_detect = false, delim = %s, quote = %s, escape = %s, header = %s, nullstr = %s"""
            .formatted(
                DuckSql.text(delimiter),
                DuckSql.text(quote),
                DuckSql.text(quote),
                header,
                DuckSql.texts(nulls));
    return new Part(files, dialect, columns(values, header));
  }

  private static List<String> values(String line, char delimiter, char quote) {
    CSVFormat format = CSVFormat.DEFAULT.builder().setDelimiter(delimiter).setQuote(quote).get();
    try (CSVParser parser = CSVParser.parse(new StringReader(line), format)) {
      for (CSVRecord csvRecord : parser) {
        return csvRecord.toList();
      }
    } catch (IOException | RuntimeException e) {
      // A name with a line break in it: what is on this line is what there is.
    }
    return List.of(line.split(Pattern.quote(String.valueOf(delimiter)), -1));
  }

  /** A column without a name gets one; the second of two alike another. */
  private static List<String> columns(List<String> header, boolean named) {
    List<String> columns = new ArrayList<>();
    Set<String> taken = new LinkedHashSet<>();
    for (int i = 0; i < header.size(); i++) {
      String name = named && !header.get(i).isBlank() ? header.get(i) : "column" + i;
      String free = name;
      for (int again = 1; !taken.add(free.toLowerCase(Locale.ROOT)); again++) {
        free = name + "_" + again;
      }
      columns.add(free);
    }
    return columns;
  }

  Map<String, String> types() {
    return types;
  }

  /** The query that has the table's rows. */
  String select(String more) {
    return parts.stream()
        .map(part -> "SELECT * FROM " + part.read(types, table.partitions() + more))
        .collect(Collectors.joining(" UNION ALL BY NAME "));
  }

  /** The first record that cannot be read, found by a second reading; null when all can. */
  @org.jspecify.annotations.Nullable
  String reject(DuckSession session) {
    for (Part part : parts) {
      try {
        String read =
            part.read(types, table.partitions() + ", store_rejects = true, rejects_limit = 1");
        session.row("SELECT count(COLUMNS(*)) FROM " + read);
        List<List<String>> rejects =
            session.rows(
                """
                SELECT file_path, line, column_name, error_type, column_idx
                FROM reject_errors JOIN reject_scans USING (scan_id, file_id)
                ORDER BY 2 LIMIT 1""");
        if (!rejects.isEmpty()) {
          return told(rejects.get(0));
        }
      } catch (SQLException e) {
        // No second reading, no place.
      }
    }
    return null;
  }

  private String told(List<String> reject) {
    String column = reject.get(2);
    String reason =
        switch (reject.get(3)) {
          case "CAST" ->
              "the value of column %s is no %s"
                  .formatted(column, types.getOrDefault(column, "VARCHAR"));
          case "MISSING COLUMNS", "TOO FEW COLUMNS" -> "fewer values than columns";
          case "TOO MANY COLUMNS" -> "more values than columns";
          case "UNQUOTED VALUE" -> "a quote that is not closed";
          case "LINE SIZE OVER MAXIMUM" -> "the line is too long";
          case "INVALID ENCODING", "INVALID UNICODE" -> "no text in UTF-8";
          default -> "the record cannot be read";
        };
    return "%s, line %s: %s".formatted(reject.get(0), reject.get(1), reason);
  }
}
