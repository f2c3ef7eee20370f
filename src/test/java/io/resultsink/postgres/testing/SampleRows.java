package io.resultsink.postgres.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.Reshuffle;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.Row;
import org.apache.beam.sdk.values.TypeDescriptors;
import org.jspecify.annotations.Nullable;

/** Results to publish, and the same as SQL, so that the server compares them. */
public final class SampleRows {

  /** Columns of {@link #many} and {@link #sql}. */
  public static final Schema SCHEMA =
      Schema.builder()
          .addInt64Field("id")
          .addNullableStringField("name")
          .addDoubleField("score")
          .build();

  /** {@link #SCHEMA}'s columns as SQL lists them. */
  public static final String COLUMNS = "id, name, score";

  /** The id in a row_json, also beside a U+0000, which PostgreSQL's JSON does not read. */
  public static final String ID_OF_JSON = "substring(row_json FROM '\"id\":(-?[0-9]+)')::bigint";

  private static final int ROWS_PER_SPLIT = 500;

  private SampleRows() {}

  /** Rows with ids from 0, in as many bundles as the runner makes of a hundred splits. */
  public static PTransform<PBegin, PCollection<Row>> many(long count) {
    return new Many(count, null);
  }

  /** As {@link #many}, all with the same score. */
  public static PTransform<PBegin, PCollection<Row>> many(long count, double score) {
    return new Many(count, score);
  }

  /** As {@link #many}; those whose id is a multiple of {@code every} fit no table. */
  public static PTransform<PBegin, PCollection<Row>> spoiled(long count, long every) {
    return PTransform.compose(
        begin ->
            begin
                .apply(many(count))
                .apply(
                    "Spoil",
                    MapElements.into(TypeDescriptors.rows()).via(row -> spoiled(row, every)))
                .setRowSchema(SCHEMA));
  }

  private static Row spoiled(Row row, long every) {
    return row.getInt64("id") % every == 0 ? bad(row.getInt64("id")) : row;
  }

  /** A row that fits no table. */
  public static Row bad(long id) {
    return Row.withSchema(SCHEMA).addValues(id, "Zq7\0Zq7", id / 2.0).build();
  }

  /** The rows of {@link #spoiled} that fit, as a query. */
  public static String sqlOfFitting(long count, long every) {
    return "SELECT " + COLUMNS + " FROM (" + sql(count) + ") rows WHERE id % " + every + " <> 0";
  }

  /** What {@link #many} gives, as a query. */
  public static String sql(long count) {
    return """
    SELECT i AS id, CASE WHEN i %% 7 > 0 THEN 'näme-' || i END AS name, i / 2.0::float8 AS score
    FROM generate_series(0, %d - 1) AS i
    """
        .formatted(count);
  }

  /** One of the rows that {@link #many} gives. */
  public static Row row(long id) {
    return row(id, id / 2.0);
  }

  /** One of those that {@link #many(long, double)} gives. */
  public static Row row(long id, double score) {
    return Row.withSchema(SCHEMA).addValues(id, id % 7 > 0 ? "näme-" + id : null, score).build();
  }

  /** Rows of any schema, each as its values. */
  public static PTransform<PBegin, PCollection<Row>> of(Schema schema, List<?>... rows) {
    List<Row> built = new ArrayList<>();
    for (List<?> values : rows) {
      Row.Builder row = Row.withSchema(schema);
      values.forEach(row::addValue);
      built.add(row.build());
    }
    return built.isEmpty() ? Create.empty(schema) : Create.of(built).withRowSchema(schema);
  }

  /** An empty result. */
  public static PTransform<PBegin, PCollection<Row>> none() {
    return of(SCHEMA);
  }

  private static final class Many extends PTransform<PBegin, PCollection<Row>> {
    private final long count;
    private final @Nullable Double score;

    Many(long count, @Nullable Double score) {
      this.count = count;
      this.score = score;
    }

    @Override
    public PCollection<Row> expand(PBegin begin) {
      long splits = (count + ROWS_PER_SPLIT - 1) / ROWS_PER_SPLIT;
      return begin
          .apply("Splits", Create.of(LongStream.range(0, splits).boxed().toList()))
          .apply("Spread", Reshuffle.viaRandomKey())
          .apply("Generate", ParDo.of(new Generate(count, score)))
          .setRowSchema(SCHEMA);
    }
  }

  private static final class Generate extends DoFn<Long, Row> {
    private final long count;
    private final @Nullable Double score;

    Generate(long count, @Nullable Double score) {
      this.count = count;
      this.score = score;
    }

    @ProcessElement
    public void process(@Element Long split, OutputReceiver<Row> rows) {
      long end = Math.min(count, (split + 1) * ROWS_PER_SPLIT);
      for (long id = split * ROWS_PER_SPLIT; id < end; id++) {
        rows.output(score == null ? row(id) : row(id, score));
      }
    }
  }
}
