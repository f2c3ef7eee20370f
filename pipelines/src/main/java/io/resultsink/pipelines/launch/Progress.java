package io.resultsink.pipelines.launch;

import io.resultsink.pipelines.print.Figures;
import java.time.Duration;
import java.util.Map;
import org.apache.beam.sdk.annotations.Internal;

/** The progress of a run: a line that is redrawn on a terminal, and the final lines. */
@Internal
public final class Progress {

  private static final String CLEAR_LINE = "\r\u001b[K";

  private static final Duration LONG = Duration.ofSeconds(30);

  private final CommandContext context;
  private final long begin = System.nanoTime();
  private boolean drawn;
  private boolean advised;

  Progress(CommandContext context) {
    this.context = context;
  }

  Duration elapsed() {
    return Duration.ofNanos(System.nanoTime() - begin);
  }

  /** Redraws the line, if the output is a terminal. */
  void draw(RunMetrics counts) {
    if (context.interactive()) {
      String staged = counts.staged() == 0 ? "" : ", staged " + Figures.count(counts.staged());
      context
          .err()
          .print(
              CLEAR_LINE
                  + "  read %s rows%s, %s, %s"
                      .formatted(
                          Figures.count(counts.readInAll()),
                          staged,
                          rate(counts.readInAll()),
                          Figures.took(Duration.ofSeconds(elapsed().toSeconds()))));
      context.err().flush();
      drawn = true;
    }
  }

  /** Mentions a faster way once, if a run takes long. */
  void adviseFaster() {
    if (!advised && elapsed().compareTo(LONG) > 0) {
      clear();
      context.note(
          "  note: DirectRunner is slow at joins and many groups; -- --runner=FlinkRunner is not");
      advised = true;
    }
  }

  /** Clears the line for other output. */
  void clear() {
    if (drawn) {
      context.err().print(CLEAR_LINE);
      context.err().flush();
      drawn = false;
    }
  }

  /** Returns one line for each table that was read. */
  void read(RunMetrics counts) {
    for (Map.Entry<String, Long> table : counts.read().entrySet()) {
      line("read", table.getValue(), table.getKey(), rate(table.getValue()));
    }
    counts
        .cut()
        .forEach(
            (table, times) ->
                context.note(
                    "  note: %s of %s lost their microseconds; Beam SQL has milliseconds"
                        .formatted(Figures.counted(times, "timestamp"), table)));
  }

  void staged(long rows, long chunks) {
    line("staged", rows, Figures.counted(chunks, "chunk"), "");
  }

  private void line(String what, long rows, String which, String end) {
    String line =
        "  %-9s %10s %-4s  %-18s %s"
            .formatted(what, Figures.count(rows), rows == 1 ? "row" : "rows", which, end);
    context.note(line.stripTrailing());
  }

  private String rate(long rows) {
    double seconds = Math.max(0.001, elapsed().toMillis() / 1000.0);
    return Figures.count(Math.round(rows / seconds)) + "/s";
  }
}
