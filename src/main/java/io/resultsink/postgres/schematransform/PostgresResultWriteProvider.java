package io.resultsink.postgres.schematransform;

import com.google.auto.service.AutoService;
import java.util.List;
import org.apache.beam.sdk.schemas.transforms.SchemaTransform;
import org.apache.beam.sdk.schemas.transforms.SchemaTransformProvider;
import org.apache.beam.sdk.schemas.transforms.TypedSchemaTransformProvider;
import org.apache.beam.sdk.schemas.transforms.providers.ErrorHandling;

/**
 * The sink as a SchemaTransform, which Beam's expansion service offers to Python and YAML.
 *
 * <p>Its input is one bounded collection of rows, its output {@value PostgresResultWrite#PUBLISHED}
 * has one row for each publish: a {@link io.resultsink.postgres.report.ResultSummary} with names in
 * snake case. The output that {@code error_handling} names has the rows that do not fit the table:
 * a {@link io.resultsink.postgres.report.RejectedRow} each.
 */
@AutoService(SchemaTransformProvider.class)
public final class PostgresResultWriteProvider
    extends TypedSchemaTransformProvider<PostgresResultWriteConfiguration> {

  /** The name under which other languages find the sink. */
  public static final String IDENTIFIER =
      "beam:schematransform:io.resultsink:postgres_result_write:v1";

  @Override
  public String identifier() {
    return IDENTIFIER;
  }

  @Override
  public String description() {
    return "Publishes the rows of a bounded collection as a PostgreSQL table: atomically, exactly"
        + " once, and complete for every reader. The output `"
        + PostgresResultWrite.PUBLISHED
        + "` has one row per publish, which is emitted after the commit: the run's id, the table,"
        + " the number of rows, and how long it took. With `error_handling`, rows that do not fit the"
        + " table leave the result, and are given out there once the others are published.";
  }

  @Override
  public List<String> inputCollectionNames() {
    return List.of(PostgresResultWrite.INPUT);
  }

  @Override
  public List<String> outputCollectionNames() {
    return List.of(PostgresResultWrite.PUBLISHED);
  }

  @Override
  protected SchemaTransform from(PostgresResultWriteConfiguration configuration) {
    ErrorHandling handling = configuration.getErrorHandling();
    return new PostgresResultWrite(
        configuration.target(), handling == null ? null : handling.getOutput());
  }
}
