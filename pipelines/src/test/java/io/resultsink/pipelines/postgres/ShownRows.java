package io.resultsink.pipelines.postgres;

import io.resultsink.pipelines.engine.RowCursor;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.values.Row;

/** The rows of a query as texts, one a row. */
final class ShownRows {

  private ShownRows() {}

  static List<String> of(PostgresQuery query) {
    List<String> shown = new ArrayList<>();
    try (RowCursor cursor = query.open()) {
      for (List<Row> rows = cursor.next(100, 1 << 20);
          !rows.isEmpty();
          rows = cursor.next(100, 1 << 20)) {
        for (Row row : rows) {
          shown.add(String.join(" ", row.getValues().stream().map(String::valueOf).toList()));
        }
      }
    }
    return shown;
  }
}
