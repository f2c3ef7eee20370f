package io.resultsink.postgres.schematransform;

import io.resultsink.postgres.PostgresResultSink;
import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.failure.InvalidTargetException;
import io.resultsink.postgres.report.ResultSummary;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.schemas.transforms.SchemaTransform;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.transforms.SerializableFunction;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionRowTuple;
import org.apache.beam.sdk.values.Row;
import org.apache.beam.sdk.values.TypeDescriptors;

/** The sink as a transform of named collections of rows. */
final class PostgresResultWrite extends SchemaTransform {

  static final String INPUT = "input";
  static final String PUBLISHED = "published";

  private final PostgresTarget target;

  PostgresResultWrite(PostgresTarget target) {
    this.target = target;
  }

  PostgresTarget target() {
    return target;
  }

  @Override
  public PCollectionRowTuple expand(PCollectionRowTuple input) {
    PostgresResultSink sink = PostgresResultSink.to(target);
    // Checked here, because an expansion service does not call PTransform.validate.
    requireOneLaunch(sink, input.getPipeline().getOptions());
    PCollection<ResultSummary> published = input.getSinglePCollection().apply("Publish", sink);
    return PCollectionRowTuple.of(PUBLISHED, rows(published));
  }

  private static void requireOneLaunch(PostgresResultSink sink, PipelineOptions options) {
    try {
      sink.validate(options);
    } catch (InvalidTargetException e) {
      throw new InvalidTargetException(
          "a classic template is built once and launched often, and every launch would be the same"
              + " run; launch the pipeline itself, or build a Flex Template");
    }
  }

  private static PCollection<Row> rows(PCollection<ResultSummary> published) {
    Schema schema = published.getSchema().toSnakeCase();
    SerializableFunction<ResultSummary, Row> toRow = published.getToRowFunction();
    return published
        .apply(
            "SummaryRows",
            MapElements.into(TypeDescriptors.rows())
                .via(
                    summary ->
                        Row.withSchema(schema).attachValues(toRow.apply(summary).getValues())))
        .setRowSchema(schema);
  }
}
