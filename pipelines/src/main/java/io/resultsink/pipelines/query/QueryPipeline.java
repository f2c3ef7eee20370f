package io.resultsink.pipelines.query;

import io.resultsink.pipelines.query.beamsql.BeamSql;
import io.resultsink.pipelines.query.beamsql.RefusedQuery;
import io.resultsink.postgres.PostgresResultSink;
import java.time.Instant;
import java.util.Map;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.annotations.Internal;
import org.apache.beam.sdk.extensions.sql.meta.BeamSqlTable;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.Row;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.parser.SqlParseException;

/** The pipeline of a query: tables, SQL, and the sink or the collected rows. */
@Internal
public final class QueryPipeline {

  private final QueryRequest request;

  private QueryPipeline(QueryRequest request) {
    this.request = request;
  }

  /** Creates the pipeline of a request, without reading anything. */
  public static QueryPipeline of(QueryRequest request) {
    return new QueryPipeline(request);
  }

  /**
   * Adds the query to a pipeline and, if the request has a target, the sink. Reads as much of the
   * named tables as is needed to find their columns, and runs nothing.
   *
   * @return the rows of the result
   */
  public PCollection<Row> build(Pipeline pipeline) {
    FileSystems.setDefaultPipelineOptions(pipeline.getOptions());
    Map<String, BeamSqlTable> tables =
        FolderTables.of(DatabaseName.parse(request.database()), request.sample());
    PCollection<Row> rows = query(pipeline, tables);
    if (request.target() != null) {
      rows.apply("Publish " + request.target().table(), PostgresResultSink.to(request.target()));
    }
    return rows;
  }

  /**
   * Checks that a text is SQL that is accepted. Does not check whether its tables and columns
   * exist.
   *
   * @throws QueryException with the place of the problem
   */
  public static void checkSyntax(String sql) {
    ScheduledSql checked = scheduled(sql, Instant.EPOCH);
    try {
      BeamSql.check(checked.text());
    } catch (SqlParseException e) {
      throw SqlProblem.ofSyntax(e);
    } catch (RefusedQuery e) {
      throw SqlProblem.ofRefusal(e, checked);
    }
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
    try {
      return BeamSql.query(pipeline, sql.text(), tables);
    } catch (SqlParseException e) {
      throw SqlProblem.ofSyntax(e);
    } catch (RefusedQuery e) {
      throw SqlProblem.ofRefusal(e, sql);
    } catch (Exception e) {
      throw SqlProblem.of(e, sql, request.database(), tables.keySet());
    }
  }
}
