package io.resultsink.pipelines.print;

import io.resultsink.postgres.destination.Reset;
import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.report.DryRun;
import io.resultsink.postgres.report.DryRun.ColumnReport;
import io.resultsink.postgres.report.ResultSummary;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.annotations.Internal;

/** The text of a dry run's findings. */
@Internal
public final class DryRunText {

  private DryRunText() {}

  public static List<String> lines(DryRun report) {
    List<String> lines = new ArrayList<>();
    lines.add(line("target", target(report)));
    lines.add(line("mode", report.mode().option() + ": " + effect(report)));
    int names = report.columns().stream().mapToInt(c -> c.name().length()).max().orElse(0);
    int types = report.columns().stream().mapToInt(c -> c.type().length()).max().orElse(0);
    String label = "columns";
    for (ColumnReport column : report.columns()) {
      String format = "%-" + Math.max(1, names) + "s  %-" + Math.max(1, types) + "s  %s";
      lines.add(line(label, format.formatted(column.name(), column.type(), column.note())));
      label = "";
    }
    if (!report.keeps().isEmpty()) {
      lines.add(line("keeps", String.join(", ", report.keeps())));
    }
    if (!report.loses().isEmpty()) {
      lines.add(line("loses", ResultSummary.inWords(report.loses())));
    }
    label = "locks";
    for (String lock : report.locks()) {
      lines.add(line(label, lock + "; its readers may wait too"));
      label = "";
    }
    if (report.publishedRun() != null) {
      lines.add(
          line(
              "run",
              report.publishedRun().runId() + " is published already: nothing would change"));
    }
    label = "refused";
    for (String problem : report.problems()) {
      lines.add(line(label, problem));
      label = "";
    }
    lines.add("nothing was written");
    return lines;
  }

  private static String target(DryRun report) {
    String state = "missing, will be created";
    if (report.exists()) {
      String rows = report.rows() < 0 ? "" : ", about " + Figures.counted(report.rows(), "row");
      state = "exists" + rows + ", owner " + report.owner();
    }
    return "%s, table %s (%s)".formatted(report.database(), report.table(), state);
  }

  private static String effect(DryRun report) {
    if (!report.exists()) {
      return "the table is created with the result";
    }
    WriteMode mode = report.mode();
    return switch (mode) {
      case APPEND -> "rows are added; nobody waits";
      case REPLACE -> "swapped for a new table; readers wait milliseconds";
      case TRUNCATE ->
          report.reset() == Reset.TRUNCATE
              ? "emptied by TRUNCATE and filled; readers wait while the rows are loaded"
              : "all rows are deleted and the result's inserted; readers never wait";
      case UPDATE -> "rows are inserted, or update those with their key; readers never wait";
    };
  }

  private static String line(String label, String text) {
    return "%-9s %s".formatted(label, text).stripTrailing();
  }
}
