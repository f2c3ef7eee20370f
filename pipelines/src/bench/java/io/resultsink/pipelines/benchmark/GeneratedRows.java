package io.resultsink.pipelines.benchmark;

import org.apache.beam.sdk.io.GenerateSequence;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.Row;

/** The rows of a shape, made by the pipeline's workers. */
final class GeneratedRows extends PTransform<PBegin, PCollection<Row>> {

  private final Shape shape;
  private final long rows;

  GeneratedRows(Shape shape, long rows) {
    this.shape = shape;
    this.rows = rows;
  }

  @Override
  public PCollection<Row> expand(PBegin begin) {
    return begin
        .apply("Ids", GenerateSequence.from(0).to(rows))
        .apply("Generate", ParDo.of(new Generate(shape)))
        .setRowSchema(shape.schema());
  }

  private static final class Generate extends DoFn<Long, Row> {
    private final Shape shape;

    Generate(Shape shape) {
      this.shape = shape;
    }

    @ProcessElement
    public void process(@Element Long id, OutputReceiver<Row> output) {
      output.output(shape.row(id));
    }
  }
}
