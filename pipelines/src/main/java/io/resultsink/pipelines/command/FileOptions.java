package io.resultsink.pipelines.command;

import io.resultsink.pipelines.duckdb.ReadOptions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/** The options with which a command describes files. */
final class FileOptions {

  @Option(
      names = "--types",
      paramLabel = "COLUMN=TYPE",
      split = ",(?![^(]*\\))",
      splitSynopsisLabel = ",",
      description =
          "the type of a column of CSV or JSON files, instead of the one that its values have")
  private Map<String, String> types = new LinkedHashMap<>();

  @Option(
      names = "--null",
      paramLabel = "TEXT",
      description =
          "a text that means NULL in CSV files, in addition to the empty value, such as NA")
  private List<String> nulls = new ArrayList<>();

  /** Returns whether no option is given. */
  boolean empty() {
    return types.isEmpty() && nulls.isEmpty();
  }

  ReadOptions read() {
    return new ReadOptions(types, nulls);
  }
}
