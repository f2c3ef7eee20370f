package io.resultsink.pipelines.benchmark;

import io.resultsink.pipelines.print.TextTable;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The results as a table: what was measured, and below it what that means. */
final class ResultTable {

  private static final List<String> NAMES =
      List.of("what", "rows", "median", "least", "most", "bound", "");

  private ResultTable() {}

  /**
   * Prints it.
   *
   * @param complete whether all parts ran, so that a bound without a measurement is a failure
   */
  static void print(Results results, boolean complete, PrintStream out) throws IOException {
    List<List<String>> lines = new ArrayList<>();
    results
        .all()
        .forEach(
            (figure, series) -> {
              if (!figure.name().startsWith(Encoders.PREFIX)) {
                String rows = String.format(Locale.ROOT, "%,d", figure.rows());
                lines.add(line(figure.name(), rows, figure.unit(), series, "", ""));
              }
            });
    for (Finding finding : Bounds.all()) {
      Optional<Series> series = finding.from().apply(results);
      String bound = finding.limit() == null ? "" : finding.limit().text(finding.unit());
      if (series.isEmpty() && complete) {
        lines.add(List.of(finding.what(), "", "not measured", "", "", bound, ""));
      } else if (series.isPresent()) {
        lines.add(
            line(
                finding.what(), "", finding.unit(), series.get(), bound, verdict(finding, series)));
      }
    }
    new TextTable(NAMES, List.of(false, true, true, true, true, true, false))
        .print(lines::forEach, out);
  }

  static String verdict(Finding finding, Optional<Series> series) {
    if (finding.limit() == null) {
      return "";
    }
    return finding.limit().isMetBy(series.orElseThrow().median()) ? "met" : "NOT MET";
  }

  private static List<String> line(
      String what, String rows, String unit, Series series, String bound, String verdict) {
    return List.of(
        what,
        rows,
        (number(series.median()) + " " + unit).strip(),
        number(series.least()),
        number(series.most()),
        bound,
        verdict);
  }

  static String number(double value) {
    return String.format(Locale.ROOT, Math.abs(value) < 100 ? "%.2f" : "%,.0f", value);
  }
}
