package io.resultsink.pipelines.print;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.resultsink.postgres.internal.rejects.RejectsTable.Rejected;
import io.resultsink.postgres.report.ResultSummary;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import org.apache.beam.sdk.annotations.Internal;

/** A row that did not fit, as a line of JSON. */
@Internal
public final class RejectedLine {

  private static final JsonFactory JSON = new JsonFactory();

  private RejectedLine() {}

  /** The line of a row of a run, with its end. */
  public static String of(ResultSummary summary, Rejected row) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(text)) {
      json.writeStartObject();
      json.writeStringField("run_id", summary.runId());
      json.writeStringField("table", summary.table());
      json.writeStringField("rejected_at", row.rejectedAt().toString());
      json.writeStringField("column", row.column());
      json.writeStringField("reason", row.reason());
      json.writeStringField("sqlstate", row.sqlState());
      json.writeFieldName("row");
      json.writeRawValue(row.row());
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.append('\n').toString();
  }
}
