package io.resultsink.pipelines.duckdb;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The format of a file, by the end of its name. */
enum FileFormat {
  CSV(List.of(".csv", ".tsv", ".txt"), true),
  JSON(List.of(".json", ".jsonl", ".ndjson"), true),
  PARQUET(List.of(".parquet"), false),
  AVRO(List.of(".avro"), false);

  private static final List<String> COMPRESSED = List.of("", ".gz", ".zst");

  private final List<String> endings;
  private final boolean compressible;

  FileFormat(List<String> endings, boolean compressible) {
    this.endings = endings;
    this.compressible = compressible;
  }

  /** Returns the format of a file; null if its name has no known ending. */
  static @Nullable FileFormat of(String file) {
    for (FileFormat format : values()) {
      if (format.ending(file) != null) {
        return format;
      }
    }
    return null;
  }

  /** Returns a file's name without the ending for this format. */
  String stem(String file) {
    String ending = ending(file);
    return ending == null ? file : file.substring(0, file.length() - ending.length());
  }

  private @Nullable String ending(String file) {
    String name = file.toLowerCase(Locale.ROOT);
    for (String ending : endings) {
      for (String packed : compressible ? COMPRESSED : COMPRESSED.subList(0, 1)) {
        if (name.endsWith(ending + packed)) {
          return ending + packed;
        }
      }
    }
    return null;
  }

  /** Returns all endings, for messages. */
  static String known() {
    return ".parquet, .csv, .tsv, .txt, .json, .jsonl, .ndjson, .avro";
  }
}
