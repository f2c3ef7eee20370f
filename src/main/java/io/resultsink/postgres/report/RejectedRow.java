package io.resultsink.postgres.report;

import org.apache.beam.sdk.annotations.Internal;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.transforms.errorhandling.BadRecord;
import org.apache.beam.sdk.values.Row;

/** A row that did not fit its table, as error outputs have it. */
@Internal
public final class RejectedRow {

  /**
   * The fields of such a row.
   *
   * <ul>
   *   <li>the run
   *   <li>the table that the other rows were published into
   *   <li>the time
   *   <li>the column that the row does not fit; empty when it is not one alone
   *   <li>the reason, in a sentence without a value
   *   <li>the server's SQLSTATE for it
   *   <li>the row as JSON
   * </ul>
   */
  public static final Schema SCHEMA =
      Schema.builder()
          .addStringField("run_id")
          .addStringField("table")
          .addDateTimeField("rejected_at")
          .addStringField("column")
          .addStringField("reason")
          .addStringField("sqlstate")
          .addStringField("row")
          .build();

  private RejectedRow() {}

  /** The same as a Beam error handler takes it: the row as JSON, and all else as description. */
  public static BadRecord badRecord(Row rejected) {
    return BadRecord.builder()
        .setRecord(
            BadRecord.Record.builder()
                .setHumanReadableJsonRecord(rejected.getString("row"))
                .build())
        .setFailure(
            BadRecord.Failure.builder()
                .setDescription(
                    "%s (SQLSTATE %s); rejected from %s at %s in run %s"
                        .formatted(
                            rejected.getString("reason"),
                            rejected.getString("sqlstate"),
                            rejected.getString("table"),
                            rejected.getDateTime("rejected_at"),
                            rejected.getString("run_id")))
                .build())
        .build();
  }
}
