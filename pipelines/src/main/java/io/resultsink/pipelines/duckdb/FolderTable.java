package io.resultsink.pipelines.duckdb;

import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A table: a file, or all the files of a subfolder.
 *
 * @param place the file or subfolder
 * @param files in the order of their paths, all of one format
 */
record FolderTable(String name, String place, FileFormat format, List<InputFile> files)
    implements Serializable {

  private static final Pattern WHOLE = Pattern.compile("-?(0|[1-9][0-9]{0,17})");
  private static final Pattern DATE = Pattern.compile("\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d)");

  List<String> paths() {
    return files.stream().map(InputFile::path).toList();
  }

  long bytes() {
    return files.stream().mapToLong(InputFile::bytes).sum();
  }

  /** Returns the files as an argument of a function that reads them. */
  String argument() {
    return DuckSql.texts(paths());
  }

  /**
   * Returns the options that make columns of folders named {@code key=value}; empty if there are
   * none. A value keeps all its digits: {@code 01} is text.
   */
  String partitions() {
    Map<String, String> types = partitionTypes();
    return types.isEmpty()
        ? ""
        : ", hive_partitioning = true, hive_types = {%s}"
            .formatted(
                types.entrySet().stream()
                    .map(type -> DuckSql.name(type.getKey()) + ": " + type.getValue())
                    .collect(Collectors.joining(", ")));
  }

  /** Returns all columns, without those that DuckDB makes of folders above the table. */
  String star() {
    Map<String, String> below = partitionTypes();
    List<String> above =
        Stream.of(place.split("/"))
            .filter(step -> step.indexOf('=') > 0)
            .map(step -> step.substring(0, step.indexOf('=')))
            .filter(name -> !below.isEmpty() && !below.containsKey(name))
            .distinct()
            .map(DuckSql::name)
            .toList();
    return above.isEmpty() ? "*" : "* EXCLUDE (%s)".formatted(String.join(", ", above));
  }

  /** Returns the columns that folders give, and their types. */
  Map<String, String> partitionTypes() {
    Map<String, String> types = new LinkedHashMap<>();
    for (InputFile file : files) {
      String below = file.path().substring(place.length());
      for (String step : below.split("/")) {
        int equals = step.indexOf('=');
        if (equals > 0 && !below.endsWith("/" + step)) {
          types.merge(
              step.substring(0, equals),
              typeOf(step.substring(equals + 1)),
              (one, other) -> one.equals(other) ? one : "VARCHAR");
        }
      }
    }
    return types;
  }

  private static String typeOf(String value) {
    if (WHOLE.matcher(value).matches()) {
      return "BIGINT";
    }
    return DATE.matcher(value).matches() ? "DATE" : "VARCHAR";
  }
}
