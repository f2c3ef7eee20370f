package io.resultsink.pipelines.query;

import io.resultsink.postgres.PostgresResultSink;
import java.time.Instant;
import java.util.Map;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.annotations.Internal;
import org.apache.beam.sdk.extensions.sql.SqlTransform;
import org.apache.beam.sdk.extensions.sql.meta.BeamSqlTable;
import org.apache.beam.sdk.extensions.sql.meta.provider.ReadOnlyTableProvider;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.schemas.Schema.Field;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.transforms.SimpleFunction;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.Row;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.parser.SqlParseException;

/** A query as a pipeline: tables, SQL, and where its rows go. */
@Internal
public final class QueryPipeline {

  private static final String SCHEMA = "database";

  private final QueryRequest request;

  private QueryPipeline(QueryRequest request) {
    this.request = request;
  }

  /** The pipeline of a request; nothing is read yet. */
  public static QueryPipeline of(QueryRequest request) {
    return new QueryPipeline(request);
  }

  /**
   * Adds the query to a pipeline and, when the request has a target, the sink. Reads as much of the
   * tables that the SQL names as their columns take, and runs nothing.
   *
   * @return the rows of the result
   */
  public PCollection<Row> build(Pipeline pipeline) {
    FileSystems.setDefaultPipelineOptions(pipeline.getOptions());
    Map<String, BeamSqlTable> tables =
        InputTables.of(request.database(), request.sample(), request.databasePassword());
    PCollection<Row> rows = withColumnNames(query(pipeline, tables));
    if (request.target() != null) {
      rows.apply("Publish " + request.target().table(), PostgresResultSink.to(request.target()));
    }
    return rows;
  }

  /**
   * Checks that a text is SQL; whether its tables and columns exist is seen when it runs.
   *
   * @throws QueryException saying where it is not
   */
  public static void checkSyntax(String sql) {
    scheduled(sql, Instant.EPOCH);
  }

  private static ScheduledSql scheduled(String sql, Instant time) {
    try {
      return ScheduledSql.of(sql, time);
    } catch (SqlParseException e) {
      throw SqlProblem.ofSyntax(e);
    }
  }

  private PCollection<Row> query(Pipeline pipeline, Map<String, BeamSqlTable> tables) {
    if (request.sql() == null) {
      throw new QueryException("no SQL; Beam SQL needs a SELECT");
    }
    ScheduledSql sql = scheduled(request.sql(), request.scheduledTime());
    SqlTransform query =
        SqlTransform.query(sql.text())
            .withAutoLoading(false)
            .withDefaultTableProvider(SCHEMA, new ReadOnlyTableProvider("input", tables));
    try {
      return pipeline.apply("Query", query);
    } catch (RuntimeException e) {
      throw SqlProblem.of(e, sql, request.database(), tables.keySet());
    }
  }

  /** Calcite calls a column without a name {@code EXPR$2}; Treasure Data calls it {@code _col2}. */
  private static PCollection<Row> withColumnNames(PCollection<Row> rows) {
    Schema.Builder named = Schema.builder();
    int position = 0;
    for (Field field : rows.getSchema().getFields()) {
      boolean unnamed = field.getName().equals("EXPR$" + position);
      named.addField(unnamed ? field.withName("_col" + position) : field);
      position++;
    }
    // The same rows: only the schema that says their names is another.
    Schema schema = named.build();
    return rows.apply("Name columns", MapElements.via(new Rename(schema))).setRowSchema(schema);
  }

  private static final class Rename extends SimpleFunction<Row, Row> {

    private final Schema schema;

    private Rename(Schema schema) {
      this.schema = schema;
    }

    @Override
    public Row apply(Row row) {
      return Row.withSchema(schema).attachValues(row.getValues());
    }
  }
}
