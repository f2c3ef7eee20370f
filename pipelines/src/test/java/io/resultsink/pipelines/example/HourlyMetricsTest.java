package io.resultsink.pipelines.example;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;

import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.Row;
import org.joda.time.Instant;
import org.junit.jupiter.api.Test;

class HourlyMetricsTest {

  @Test
  void sumsUpEachHour() {
    Pipeline pipeline = Pipeline.create();
    PCollection<Row> metrics =
        pipeline
            .apply(
                Create.of(
                    List.of(
                        request("2026-11-21T10:00:00Z", 200, 50),
                        request("2026-11-21T10:59:59.999Z", 500, 7),
                        request("2026-11-21T11:00:00Z", 404, 9))))
            .apply(new HourlyMetrics());

    assertThat(
        metrics.getSchema().getFieldNames(), contains("hour", "requests", "failures", "bytes"));
    PAssert.that(metrics)
        .satisfies(
            rows -> {
              List<String> shown = new ArrayList<>();
              rows.forEach(row -> shown.add(show(row)));
              shown.sort(null);
              assertThat(
                  shown,
                  contains("2026-11-21T10:00:00.000Z 2 1 57", "2026-11-21T11:00:00.000Z 1 0 9"));
              return null;
            });
    pipeline.run().waitUntilFinish();
  }

  private static AccessLogEntry request(String time, int code, long size) {
    return SampleAccessLog.entry(0).toBuilder()
        .setTime(Instant.parse(time))
        .setCode(code)
        .setSize(size)
        .build();
  }

  private static String show(Row row) {
    return row.getDateTime("hour").toInstant()
        + " "
        + row.getInt64("requests")
        + " "
        + row.getInt64("failures")
        + " "
        + row.getInt64("bytes");
  }
}
