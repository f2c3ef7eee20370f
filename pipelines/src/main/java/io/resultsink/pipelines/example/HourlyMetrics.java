package io.resultsink.pipelines.example;

import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.schemas.transforms.Group;
import org.apache.beam.sdk.schemas.transforms.Select;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.Sum;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.Row;
import org.apache.beam.sdk.values.TypeDescriptors;
import org.joda.time.DateTimeZone;

/** The figures of a dashboard for each hour of an access log. */
final class HourlyMetrics extends PTransform<PCollection<AccessLogEntry>, PCollection<Row>> {

  private static final Schema REQUEST =
      Schema.builder()
          .addDateTimeField("hour")
          .addInt64Field("requests")
          .addInt64Field("failures")
          .addInt64Field("bytes")
          .build();

  @Override
  public PCollection<Row> expand(PCollection<AccessLogEntry> log) {
    return log.apply("Requests", MapElements.into(TypeDescriptors.rows()).via(HourlyMetrics::count))
        .setRowSchema(REQUEST)
        .apply(
            "Per hour",
            Group.<Row>byFieldNames("hour")
                .aggregateField("requests", Sum.ofLongs(), "requests")
                .aggregateField("failures", Sum.ofLongs(), "failures")
                .aggregateField("bytes", Sum.ofLongs(), "bytes"))
        .apply(
            "Columns",
            Select.fieldNames("key.hour", "value.requests", "value.failures", "value.bytes"));
  }

  private static Row count(AccessLogEntry entry) {
    return Row.withSchema(REQUEST)
        .addValues(
            entry.getTime().toDateTime(DateTimeZone.UTC).hourOfDay().roundFloorCopy().toInstant(),
            1L,
            entry.getCode() >= 500 ? 1L : 0L,
            entry.getSize())
        .build();
  }
}
