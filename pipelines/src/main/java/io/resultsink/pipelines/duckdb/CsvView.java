package io.resultsink.pipelines.duckdb;

import io.resultsink.pipelines.engine.QueryFailedException;
import io.resultsink.pipelines.query.InputException;
import java.io.IOException;
import java.io.Serializable;
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
import org.jspecify.annotations.Nullable;

/**
 * The reading of a table's CSV files. Delimiter and quotes come from a file's first records, names
 * from its first line, types from all its values. A column that the query does not use is text.
 */
final class CsvView implements TableRows {

  private static final long serialVersionUID = 1;

  /** If the first line has such a value, it is a record, and the file has no header. */
  private static final Pattern DATA =
      Pattern.compile(
          "[-+]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][-+]?[0-9]+)?"
              + "|[0-9]{4}-[0-9]{2}-[0-9]{2}([T ].*)?|(?i:true|false)");

  private static final Pattern LONE_RETURN = Pattern.compile("\r(?!\n)");
  private static final Pattern LINE_END = Pattern.compile("[\r\n]");

  /** Files that are read in the same way. */
  private record Part(List<String> files, String dialect, List<String> columns)
      implements Serializable {

    String read(Map<String, String> types, Map<String, String> copies, String more) {
      String columnTypes =
          columns.stream()
              .map(
                  column ->
                      DuckSql.text(column)
                          + ": "
                          + DuckSql.text(types.getOrDefault(column, "VARCHAR")))
              .collect(Collectors.joining(", "));
      List<String> paths = files.stream().map(file -> copies.getOrDefault(file, file)).toList();
      return "read_csv(%s, %s, columns = {%s}%s)"
          .formatted(DuckSql.texts(paths), dialect, columnTypes, more);
    }
  }

  private final FolderTable table;
  private final ReadOptions options;

  /** The files of which the session reads a copy, by path. */
  private final Map<String, MixedLines> mixed = new LinkedHashMap<>();

  private final List<Part> parts = new ArrayList<>();
  private final Map<String, String> types = new LinkedHashMap<>();

  private CsvView(FolderTable table, ReadOptions options) {
    this.table = table;
    this.options = options;
  }

  /**
   * Reads all of a table's files to find the types.
   *
   * @throws InputException with the place, if a file is not CSV
   */
  static CsvView of(DuckSession session, FolderTable table, ReadOptions options, ColumnUse use)
      throws SQLException {
    CsvView view = new CsvView(table, options);
    try {
      view.infer(session, use);
      return view;
    } catch (InputException | QueryFailedException e) {
      // Files are searched for several kinds of line ends only if they cannot be read, because few
      // have them.
      CsvView again = new CsvView(table, options);
      for (InputFile file : table.files()) {
        again.copyIfMixed(file.path());
      }
      if (again.mixed.keySet().equals(view.mixed.keySet())) {
        throw e;
      }
      again.infer(session, use);
      return again;
    }
  }

  private void copyIfMixed(String file) {
    try {
      if (MixedLines.canOpen(file) && MixedLines.isIn(file)) {
        mixed.putIfAbsent(file, new MixedLines(file, '"'));
      }
    } catch (IOException e) {
      throw new InputException(file + ": cannot be read");
    }
  }

  private void infer(DuckSession session, ColumnUse use) throws SQLException {
    split(session);
    Set<String> given = new LinkedHashSet<>();
    List<String> open = new ArrayList<>();
    for (Part part : parts) {
      for (String column : part.columns) {
        if (options.types().containsKey(column)) {
          given.add(column);
        } else if (use.includes(column) && !open.contains(column)) {
          open.add(column);
        }
      }
    }
    String texts = select(session);
    try {
      types.putAll(CsvTypes.of(session, texts, open));
    } catch (SQLException e) {
      throw DuckErrors.ofRunning(e, reject(session));
    }
    // No type is found without reading all records.
    boolean read = !types.isEmpty();
    given.forEach(column -> types.put(column, options.types().get(column)));
    if (!read || !given.isEmpty()) {
      checkRecords(session, given);
    }
  }

  private void checkRecords(DuckSession session, Set<String> given) throws SQLException {
    String counts =
        given.stream()
            .map(column -> ", count(" + DuckSql.name(column) + ")")
            .collect(Collectors.joining());
    try {
      session.row("SELECT count(*)%s FROM (%s)".formatted(counts, select(session)));
    } catch (SQLException e) {
      throw DuckErrors.ofRunning(e, reject(session));
    }
  }

  private void split(DuckSession session) throws SQLException {
    Map<String, List<String>> byFirstLine = new LinkedHashMap<>();
    Map<String, String> heads = new LinkedHashMap<>();
    for (InputFile file : table.files()) {
      if (file.bytes() > 0) {
        String head = CsvHead.of(session, file.path());
        String line = head.lines().findFirst().orElse("");
        byFirstLine.computeIfAbsent(line, unseen -> new ArrayList<>()).add(file.path());
        heads.putIfAbsent(line, head);
      }
    }
    if (byFirstLine.isEmpty()) {
      throw new InputException(table.place() + ": empty; not even a header line");
    }
    for (Map.Entry<String, List<String>> alike : byFirstLine.entrySet()) {
      parts.add(part(session, alike.getValue(), heads.getOrDefault(alike.getKey(), "")));
    }
  }

  private Part part(DuckSession session, List<String> files, String head) throws SQLException {
    String file = files.get(0);
    CsvHead.Dialect found = CsvHead.sniff(session, file, copies(session).getOrDefault(file, file));
    for (String alike : files) {
      mixed.computeIfPresent(alike, (path, before) -> new MixedLines(path, found.quote()));
    }
    List<String> values = found.firstRecord(head);
    if (LONE_RETURN.matcher(head).find() || values.stream().anyMatch(LINE_END.asPredicate())) {
      // In these files DuckDB mistakes another line end for that of the records, and loses records
      // without an error.
      files.forEach(this::copyIfMixed);
    }
    boolean header = values.stream().noneMatch(value -> DATA.matcher(value).matches());
    List<String> nulls = new ArrayList<>(List.of(""));
    nulls.addAll(options.nulls());
    String dialect =
        """
        auto_detect = false, delim = %1$s, quote = %2$s, escape = %2$s, header = %3$s, nullstr = %4$s\
        """
            .formatted(
                DuckSql.text(String.valueOf(found.delimiter())),
                DuckSql.text(String.valueOf(found.quote())),
                header,
                DuckSql.texts(nulls));
    return new Part(files, dialect, columns(values, header));
  }

  /** Gives a name to a column without one, and another name to the second of two equal ones. */
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

  List<String> columns() {
    return parts.stream().flatMap(part -> part.columns.stream()).distinct().toList();
  }

  /** Returns the query for the table's rows in a session. */
  @Override
  public String select(DuckSession session) {
    Map<String, String> copies = copies(session);
    return parts.stream()
        .map(
            part ->
                "SELECT %s FROM ".formatted(table.star())
                    + part.read(types, copies, table.partitions()))
        .collect(Collectors.joining(" UNION ALL BY NAME "));
  }

  private Map<String, String> copies(DuckSession session) {
    Map<String, String> copies = new LinkedHashMap<>();
    mixed.forEach((path, file) -> copies.put(path, session.copy(file)));
    return copies;
  }

  /**
   * Returns the first record that cannot be read, found by a second reading; null if there is none.
   */
  private @Nullable String reject(DuckSession session) {
    Map<String, String> copies = copies(session);
    for (Part part : parts) {
      try {
        String more = table.partitions() + ", store_rejects = true, rejects_limit = 1";
        session.row("SELECT count(COLUMNS(*)) FROM " + part.read(types, copies, more));
        List<List<String>> rejects =
            session.rows(
                """
                SELECT file_path, line, column_name, error_type
                FROM reject_errors JOIN reject_scans USING (scan_id, file_id)
                ORDER BY 2 LIMIT 1\
                """);
        if (!rejects.isEmpty()) {
          return told(rejects.get(0), copies);
        }
      } catch (SQLException e) {
        // Without a second reading there is no place.
      }
    }
    return null;
  }

  private String told(List<String> reject, Map<String, String> copies) {
    String file =
        copies.entrySet().stream()
            .filter(copy -> copy.getValue().equals(reject.get(0)))
            .map(Map.Entry::getKey)
            .findFirst()
            .orElse(reject.get(0));
    String column = reject.get(2);
    String reason =
        switch (reject.get(3)) {
          case "CAST" ->
              "the value of column %s is not a %s"
                  .formatted(column, types.getOrDefault(column, "VARCHAR"));
          case "MISSING COLUMNS", "TOO FEW COLUMNS" -> "fewer values than columns";
          case "TOO MANY COLUMNS" -> "more values than columns";
          case "UNQUOTED VALUE" -> "a quote that is not closed";
          case "LINE SIZE OVER MAXIMUM" -> "the line is too long";
          case "INVALID ENCODING", "INVALID UNICODE" -> "not text in UTF-8";
          default -> "the record cannot be read";
        };
    return "%s, line %s: %s".formatted(file, reject.get(1), reason);
  }
}
