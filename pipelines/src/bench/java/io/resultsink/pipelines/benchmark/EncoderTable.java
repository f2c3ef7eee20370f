package io.resultsink.pipelines.benchmark;

import io.resultsink.pipelines.print.TextTable;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The encoders' figures, a line for each type: nanoseconds and bytes allocated, medians. */
final class EncoderTable {

  private static final List<String> NAMES =
      List.of("type", "sink ns", "B", "PgBulkInsert ns", "B", "text ns", "B", "");

  private EncoderTable() {}

  /** Prints it when they were measured. */
  static void print(Results results, PrintStream out) throws IOException {
    List<String> types =
        new ArrayList<>(Arrays.stream(EncodedType.values()).map(EncodedType::label).toList());
    types.add(Encoders.ROW);
    List<List<String>> lines = new ArrayList<>();
    for (String type : types) {
      Optional<Series> ours = results.find(Encoders.figure(type, Encoders.SINK));
      if (ours.isEmpty()) {
        continue;
      }
      List<String> line = new ArrayList<>();
      line.add(type);
      for (String who : List.of(Encoders.SINK, Encoders.PG_BULK_INSERT, Encoders.TEXT)) {
        line.add(median(results, Encoders.figure(type, who)));
        line.add(median(results, Encoders.figure(type, who + Encoders.ALLOCATES)));
      }
      Optional<Series> theirs = results.find(Encoders.figure(type, Encoders.PG_BULK_INSERT));
      boolean slower = theirs.isPresent() && Bounds.isSlower(ours.get(), theirs.get());
      line.add(slower ? "slower than PgBulkInsert" : "");
      lines.add(line);
    }
    if (!lines.isEmpty()) {
      new TextTable(NAMES, List.of(false, true, true, true, true, true, true, false))
          .print(lines::forEach, out);
      out.println();
    }
  }

  private static String median(Results results, String figure) {
    return results.find(figure).map(series -> ResultTable.number(series.median())).orElse("");
  }
}
