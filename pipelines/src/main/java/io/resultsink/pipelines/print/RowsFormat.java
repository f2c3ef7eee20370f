package io.resultsink.pipelines.print;

import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.beam.sdk.annotations.Internal;
import org.apache.beam.sdk.schemas.Schema.Field;
import org.apache.beam.sdk.values.Row;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;
import org.jspecify.annotations.Nullable;

/** The format of printed rows, by the names of {@code --format}. */
@Internal
public enum RowsFormat {
  table {
    @Override
    public void print(PrintedRows collected, PrintStream out) throws IOException {
      List<Field> fields = collected.schema().getFields();
      long[] printed = {0};
      TextTable text =
          new TextTable(
              collected.schema().getFieldNames(),
              fields.stream().map(field -> CellText.isNumeric(field.getType())).toList());
      text.print(
          consumer -> {
            printed[0] = 0;
            eachRow(
                collected,
                row -> {
                  printed[0]++;
                  consumer.accept(cells(row));
                });
          },
          out);
      out.println("(" + Figures.counted(printed[0], "row") + ")");
    }
  },

  csv {
    @Override
    public void print(PrintedRows collected, PrintStream out) throws IOException {
      CSVFormat format = CSVFormat.DEFAULT.builder().setRecordSeparator('\n').get();
      CSVPrinter csv = new CSVPrinter(out, format);
      csv.printRecord(collected.schema().getFieldNames());
      try (Stream<Row> rows = collected.rows()) {
        for (Row row : (Iterable<Row>) rows::iterator) {
          csv.printRecord(cells(row));
        }
      }
      csv.flush();
    }
  },

  json {
    @Override
    public void print(PrintedRows collected, PrintStream out) throws IOException {
      eachRow(collected, row -> out.println(JsonText.of(row)));
    }
  };

  /** Prints all rows. */
  public abstract void print(PrintedRows collected, PrintStream out) throws IOException;

  private static void eachRow(PrintedRows collected, Consumer<Row> consumer) throws IOException {
    try (Stream<Row> rows = collected.rows()) {
      rows.forEach(consumer);
    }
  }

  private static List<@Nullable String> cells(Row row) {
    List<@Nullable String> cells = new ArrayList<>(row.getFieldCount());
    for (int i = 0; i < row.getFieldCount(); i++) {
      cells.add(CellText.of(row.getValue(i)));
    }
    return cells;
  }
}
