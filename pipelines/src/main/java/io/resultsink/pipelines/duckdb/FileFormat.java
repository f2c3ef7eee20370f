package io.resultsink.pipelines.duckdb;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The format of a file, as the end of its name says. */
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

  /** The format of a file, null when its name says none that can be read. */
  static @Nullable FileFormat of(String file) {
    for (FileFormat format : values()) {
      if (format.ending(file) != null) {
        return format;
      }
    }
    return null;
  }

  /** Returns what a file's name is without the ending that says this format. */
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

  /** All endings, for messages. */
  static String known() {
    return ".parquet, .csv, .tsv, .txt, .json, .jsonl, .ndjson, .avro";
  }
}
