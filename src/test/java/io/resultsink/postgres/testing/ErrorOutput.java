package io.resultsink.postgres.testing;

import io.resultsink.postgres.PostgresResultSink;
import io.resultsink.postgres.report.ResultSummary;
import java.util.List;
import java.util.stream.LongStream;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.errorhandling.BadRecord;
import org.apache.beam.sdk.transforms.errorhandling.ErrorHandler.BadRecordErrorHandler;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.Row;

/** The rows that a sink has given to an error handler. */
public final class ErrorOutput {

  private final Captured<BadRecord> records = new Captured<>(BadRecord.class);

  /** Publishes rows in a pipeline of their own, those that do not fit to this output. */
  public ResultSummary publish(
      Runners runner, PTransform<PBegin, PCollection<Row>> rows, PostgresResultSink sink) {
    Pipeline pipeline = runner.pipeline();
    BadRecordErrorHandler<PCollection<BadRecord>> handler = handler(pipeline);
    return Runners.publish(pipeline, rows, sink.withErrorHandler(handler), handler::close);
  }

  /** A handler of a pipeline, to be closed before that runs. */
  public BadRecordErrorHandler<PCollection<BadRecord>> handler(Pipeline pipeline) {
    return pipeline.registerBadRecordErrorHandler(
        PTransform.<PCollection<BadRecord>, PCollection<BadRecord>>compose(
            errors -> errors.apply("CaptureErrors", ParDo.of(records.fn()))));
  }

  /** All of them. */
  public List<BadRecord> records() {
    return records.elements();
  }

  /** Their rows as JSON, sorted. */
  public List<String> rows() {
    return records().stream()
        .map(record -> record.getRecord().getHumanReadableJsonRecord())
        .sorted()
        .toList();
  }

  /** The ids of their rows, sorted, each as often as it was given. */
  public List<Long> ids() {
    return rows().stream()
        .map(json -> Long.parseLong(json.replaceFirst(".*?\"id\":(-?\\d+).*", "$1")))
        .sorted()
        .toList();
  }

  /** The ids of {@link SampleRows#spoiled}. */
  public static List<Long> spoiled(long count, long every) {
    return LongStream.range(0, count).filter(id -> id % every == 0).boxed().toList();
  }
}
