package io.resultsink.postgres.schematransform;

import io.resultsink.postgres.PostgresResultSink;
import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.failure.InvalidTargetException;
import io.resultsink.postgres.report.ResultSummary;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.schemas.transforms.SchemaTransform;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.transforms.SerializableFunction;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionRowTuple;
import org.apache.beam.sdk.values.Row;
import org.apache.beam.sdk.values.TypeDescriptors;
import org.jspecify.annotations.Nullable;

/** The sink as a transform of named collections of rows. */
final class PostgresResultWrite extends SchemaTransform {

  static final String INPUT = "input";
  static final String PUBLISHED = "published";

  private final PostgresTarget target;
  private final @Nullable String errors;

  /**
   * Writes to a target.
   *
   * @param errors the name of the output of rows that do not fit; null when they fail the run, or
   *     leave it for a table alone
   */
  PostgresResultWrite(PostgresTarget target, @Nullable String errors) {
    if (errors != null && (errors.isEmpty() || errors.equals(PUBLISHED))) {
      throw new InvalidTargetException(
          "error_handling's output is '" + errors + "'; give it a name of its own, such as errors");
    }
    this.target = target;
    this.errors = errors;
  }

  PostgresTarget target() {
    return target;
  }

  @Override
  public PCollectionRowTuple expand(PCollectionRowTuple input) {
    PostgresResultSink sink = PostgresResultSink.to(target);
    // Checked here, because an expansion service does not call PTransform.validate.
    requireOneLaunch(sink, input.getPipeline().getOptions());
    List<PCollection<Row>> rejected = new ArrayList<>();
    PCollection<ResultSummary> published =
        input
            .getSinglePCollection()
            .apply("Publish", errors == null ? sink : sink.withRejectedRows(rejected::add));
    PCollectionRowTuple outputs = PCollectionRowTuple.of(PUBLISHED, rows(published));
    return errors == null ? outputs : outputs.and(errors, rejected.get(0));
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
