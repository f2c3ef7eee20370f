package io.resultsink.pipelines.query;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** The format and the table name in a file's name. */
final class FileFormats {

  static final String KNOWN = ".jsonl, .json, .csv, .tsv, .avro, each also with .gz";

  private static final Map<String, String> FORMATS =
      Map.of("jsonl", "JSON", "json", "JSON", "csv", "CSV", "tsv", "TSV", "avro", "Avro");

  private FileFormats() {}

  /** Returns the table's name of a file; empty for a file that is not a table. */
  static Optional<String> tableName(String fileName) {
    String unpacked = unpacked(fileName);
    int dot = unpacked.lastIndexOf('.');
    boolean hidden = fileName.startsWith(".") || fileName.startsWith("_");
    return dot > 0 && !hidden && FORMATS.containsKey(extension(unpacked))
        ? Optional.of(unpacked.substring(0, dot))
        : Optional.empty();
  }

  static TableFormat ofAll(String table, List<String> files, int sample) {
    Set<String> formats = new TreeSet<>();
    files.forEach(file -> formats.add(FORMATS.getOrDefault(extension(unpacked(file)), "?")));
    if (formats.size() > 1) {
      throw new QueryException(
          "table %s has files of several formats, %s: %s"
              .formatted(table, String.join(" and ", formats), String.join(", ", files)));
    }
    return switch (formats.iterator().next()) {
      case "JSON" -> new JsonFormat(sample);
      case "CSV" -> new CsvFormat(',', sample);
      case "TSV" -> new CsvFormat('\t', sample);
      default -> new AvroFormat();
    };
  }

  private static String unpacked(String file) {
    return file.toLowerCase(Locale.ROOT).endsWith(".gz")
        ? file.substring(0, file.length() - ".gz".length())
        : file;
  }

  private static String extension(String file) {
    return file.substring(file.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
  }
}
