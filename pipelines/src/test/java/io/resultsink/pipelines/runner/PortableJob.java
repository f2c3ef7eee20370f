package io.resultsink.pipelines.runner;

import io.resultsink.postgres.PostgresResultSink;
import io.resultsink.postgres.testing.FailingOnce;
import io.resultsink.postgres.testing.SampleRows;
import java.util.Arrays;
import java.util.List;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.options.PortablePipelineOptions;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.Row;

/** A pipeline that somebody submits: so many rows, into a table, by the runner that is named. */
final class PortableJob {

  private PortableJob() {}

  /** URL, rows, rows before a failure or -1, and Beam's options; says how often it failed. */
  public static void main(String[] arguments) {
    String url = arguments[0];
    long rows = Long.parseLong(arguments[1]);
    long failsAfter = Long.parseLong(arguments[2]);
    String[] beam = Arrays.copyOfRange(arguments, 3, arguments.length);
    PortablePipelineOptions options =
        PipelineOptionsFactory.fromArgs(beam).as(PortablePipelineOptions.class);
    // The steps run in this very process.
    options.setFilesToStage(List.of());

    Pipeline pipeline = Pipeline.create(options);
    PCollection<Row> result =
        pipeline.apply("Rows", rows == 0 ? SampleRows.none() : SampleRows.many(rows));
    FailingOnce failure = new FailingOnce(failsAfter);
    if (failsAfter >= 0) {
      result = result.apply("Fail once", failure.step()).setRowSchema(SampleRows.SCHEMA);
    }
    result.apply("Publish", PostgresResultSink.to(url));

    PipelineResult.State state = pipeline.run().waitUntilFinish();
    System.out.println(state + " after " + failure.failures() + " failures");
    System.exit(state == PipelineResult.State.DONE ? 0 : 1);
  }
}
