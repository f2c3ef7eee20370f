package io.resultsink.pipelines.runner;

import io.resultsink.postgres.PostgresResultSink;
import io.resultsink.postgres.destination.Secret;
import io.resultsink.postgres.testing.SampleRows;
import java.util.Arrays;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.options.ValueProvider;

/** A template of a pipeline with the sink, translated for Dataflow without asking any Google. */
final class DataflowJob {

  private DataflowJob() {}

  /** What each launch of the template says. */
  public interface Options extends PipelineOptions {
    ValueProvider<String> getRunId();

    void setRunId(ValueProvider<String> runId);
  }

  /** URL, a password's reference or nothing, and Beam's options. */
  public static void main(String[] arguments) {
    String[] beam = Arrays.copyOfRange(arguments, 2, arguments.length);
    PipelineOptionsFactory.register(Options.class);
    Options options = PipelineOptionsFactory.fromArgs(beam).withValidation().as(Options.class);
    PostgresResultSink sink = PostgresResultSink.to(arguments[0]).withRunId(options.getRunId());
    if (!arguments[1].isEmpty()) {
      sink = sink.withPassword(Secret.parse(arguments[1]));
    }
    Pipeline pipeline = Pipeline.create(options);
    pipeline.apply("Rows", SampleRows.many(1000)).apply("Publish", sink);
    pipeline.run();
    System.exit(0);
  }
}
