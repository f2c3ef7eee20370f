package io.resultsink.postgres.report;

import java.util.List;
import org.apache.beam.sdk.annotations.Internal;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.schemas.Schema.FieldType;
import org.apache.beam.sdk.schemas.SchemaProvider;
import org.apache.beam.sdk.transforms.SerializableFunction;
import org.apache.beam.sdk.values.Row;
import org.apache.beam.sdk.values.TypeDescriptor;

/** The Beam schema of a summary: its accessors' names, in their order. */
@Internal
public final class SummarySchema implements SchemaProvider {

  private static final Schema SCHEMA =
      Schema.builder()
          .addStringField("runId")
          .addStringField("database")
          .addStringField("table")
          .addStringField("mode")
          .addInt64Field("rows")
          .addInt64Field("bytes")
          .addInt64Field("chunks")
          .addBooleanField("created")
          .addBooleanField("alreadyPublished")
          .addDateTimeField("publishedAt")
          .addInt64Field("stagingMillis")
          .addInt64Field("preparingMillis")
          .addInt64Field("lockMillis")
          .addInt64Field("publishingMillis")
          .addArrayField("lost", FieldType.STRING)
          .addInt64Field("rejected")
          .addStringField("rejects")
          .build();

  @Override
  public <T> Schema schemaFor(TypeDescriptor<T> type) {
    return SCHEMA;
  }

  @Override
  @SuppressWarnings("unchecked") // called only for ResultSummary, which names this provider
  public <T> SerializableFunction<T, Row> toRowFunction(TypeDescriptor<T> type) {
    return (SerializableFunction<T, Row>) (SerializableFunction<?, Row>) TO_ROW;
  }

  @Override
  @SuppressWarnings("unchecked")
  public <T> SerializableFunction<Row, T> fromRowFunction(TypeDescriptor<T> type) {
    return (SerializableFunction<Row, T>) (SerializableFunction<Row, ?>) FROM_ROW;
  }

  private static final SerializableFunction<ResultSummary, Row> TO_ROW =
      summary ->
          Row.withSchema(SCHEMA)
              .addValues(
                  summary.runId(),
                  summary.database(),
                  summary.table(),
                  summary.mode(),
                  summary.rows(),
                  summary.bytes(),
                  summary.chunks(),
                  summary.created(),
                  summary.alreadyPublished(),
                  summary.publishedAt(),
                  summary.stagingMillis(),
                  summary.preparingMillis(),
                  summary.lockMillis(),
                  summary.publishingMillis(),
                  summary.lost(),
                  summary.rejected(),
                  summary.rejects())
              .build();

  private static final SerializableFunction<Row, ResultSummary> FROM_ROW =
      row ->
          ResultSummary.builder()
              .runId(row.getString("runId"))
              .database(row.getString("database"))
              .table(row.getString("table"))
              .mode(row.getString("mode"))
              .rows(row.getInt64("rows"))
              .bytes(row.getInt64("bytes"))
              .chunks(row.getInt64("chunks"))
              .created(row.getBoolean("created"))
              .alreadyPublished(row.getBoolean("alreadyPublished"))
              .publishedAt(row.getDateTime("publishedAt").toInstant())
              .stagingMillis(row.getInt64("stagingMillis"))
              .preparingMillis(row.getInt64("preparingMillis"))
              .lockMillis(row.getInt64("lockMillis"))
              .publishingMillis(row.getInt64("publishingMillis"))
              .lost(List.copyOf(row.<String>getArray("lost")))
              .rejected(row.getInt64("rejected"))
              .rejects(row.getString("rejects"))
              .build();
}
