package io.resultsink.pipelines.print;

import java.io.PrintStream;
import java.util.List;
import java.util.function.Consumer;
import org.apache.beam.sdk.annotations.Internal;
import org.jspecify.annotations.Nullable;

/** A table of rows below their column names, as in psql. */
@Internal
public final class TextTable {

  /** A pass over all rows, which is made twice. */
  public interface Rows {
    /** Passes each row on, as its texts. */
    void forEach(Consumer<List<@Nullable String>> row) throws java.io.IOException;
  }

  private final List<String> names;
  private final List<Boolean> numeric;

  /**
   * Creates a table of these columns.
   *
   * @param numeric whether each column is aligned to the right
   */
  public TextTable(List<String> names, List<Boolean> numeric) {
    this.names = names.stream().map(Printable::line).toList();
    this.numeric = numeric;
  }

  /** Prints the rows. The first pass measures their widths. */
  public void print(Rows rows, PrintStream out) throws java.io.IOException {
    int[] widths = names.stream().mapToInt(TextTable::width).toArray();
    rows.forEach(
        row -> {
          for (int i = 0; i < widths.length; i++) {
            widths[i] = Math.max(widths[i], width(shown(row.get(i))));
          }
        });
    StringBuilder header = new StringBuilder();
    StringBuilder rule = new StringBuilder();
    for (int i = 0; i < widths.length; i++) {
      int space = widths[i] - width(names.get(i));
      header.append(i == 0 ? " " : "| ");
      header
          .append(" ".repeat(space / 2))
          .append(names.get(i))
          .append(" ".repeat(space - space / 2));
      header.append(' ');
      rule.append(i == 0 ? "" : "+").append("-".repeat(widths[i] + 2));
    }
    out.println(header.toString().stripTrailing());
    out.println(rule);
    rows.forEach(row -> out.println(line(row, widths)));
  }

  private String line(List<@Nullable String> row, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < widths.length; i++) {
      String value = shown(row.get(i));
      String space = " ".repeat(widths[i] - width(value));
      line.append(i == 0 ? " " : "| ");
      line.append(numeric.get(i) ? space + value : value + space).append(' ');
    }
    return line.toString().stripTrailing();
  }

  /** Returns a cell's text on one line. */
  private static String shown(@Nullable String value) {
    return value == null ? "" : Printable.line(value);
  }

  private static int width(String text) {
    return text.codePointCount(0, text.length());
  }
}
