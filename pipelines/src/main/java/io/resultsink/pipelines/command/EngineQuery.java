package io.resultsink.pipelines.command;

import io.resultsink.pipelines.duckdb.DuckQuery;
import io.resultsink.pipelines.duckdb.ReadOptions;
import io.resultsink.pipelines.engine.Engine;
import io.resultsink.pipelines.engine.PreparedQuery;
import io.resultsink.pipelines.engine.ReadQuery;
import io.resultsink.pipelines.launch.BeamOptions;
import io.resultsink.pipelines.launch.UsageException;
import io.resultsink.pipelines.postgres.PostgresQuery;
import io.resultsink.pipelines.query.DatabaseName;
import io.resultsink.pipelines.query.QueryPipeline;
import io.resultsink.pipelines.query.QueryRequest;
import io.resultsink.pipelines.schedule.ScheduledQuery;
import io.resultsink.postgres.PostgresResultSink;
import io.resultsink.postgres.destination.PostgresTarget;
import java.util.List;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.schemas.Schema;
import org.jspecify.annotations.Nullable;

/** A query and the engine that executes it. Only this class knows all engines. */
final class EngineQuery {

  private final Engine engine;
  private final BeamOptions beam;
  private final QueryRequest request;
  private final @Nullable PreparedQuery prepared;

  private EngineQuery(
      Engine engine, BeamOptions beam, QueryRequest request, @Nullable PreparedQuery prepared) {
    this.engine = engine;
    this.beam = beam;
    this.request = request;
    this.prepared = prepared;
  }

  /**
   * Chooses the engine, which finds the columns of the result.
   *
   * @param forced the engine that the user names; null for the default one
   * @param files the user's options for files
   */
  static EngineQuery of(
      QueryRequest request, BeamOptions beam, @Nullable Engine forced, ReadOptions files) {
    return of(request, beam, forced, files, false);
  }

  /** Chooses the engine as {@link #of} does, for rows that are printed. */
  static EngineQuery printed(
      QueryRequest request, BeamOptions beam, @Nullable Engine forced, ReadOptions files) {
    return of(request, beam, forced, files, true);
  }

  private static EngineQuery of(
      QueryRequest request,
      BeamOptions beam,
      @Nullable Engine forced,
      ReadOptions files,
      boolean printed) {
    Engine engine = choose(request.database(), beam, forced);
    checkFiles(engine, files);
    if (engine != Engine.duckdb && request.sql() == null) {
      throw new UsageException(SqlText.NONE);
    }
    return new EngineQuery(engine, beam, request, prepare(engine, request, files, printed));
  }

  /** Refuses options for files with an engine that has none. */
  static void checkFiles(Engine engine, ReadOptions files) {
    if (engine != Engine.duckdb && !files.equals(ReadOptions.NONE)) {
      throw new UsageException(
          "--types and --null are only for --engine duckdb; this query has --engine " + engine);
    }
  }

  /** Returns the engine of a stored name. */
  static @Nullable Engine engineNamed(@Nullable String name) {
    return name == null ? null : Engine.valueOf(name);
  }

  /** Returns the engine for a DATABASE. */
  static Engine choose(String database, BeamOptions beam, @Nullable Engine forced) {
    DatabaseName name = DatabaseName.parse(database);
    Engine.Tables tables = Engine.Tables.IN_FILES_ELSEWHERE;
    if (name.server().isPresent()) {
      tables = Engine.Tables.ON_SERVER;
    } else if (name.isLocalFolder()) {
      tables = Engine.Tables.IN_FILES_HERE;
    }
    try {
      return Engine.of(tables, beam.local(), forced);
    } catch (IllegalArgumentException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    }
  }

  /** Prepares the query; null for Beam SQL, whose query is part of a pipeline. */
  private static @Nullable PreparedQuery prepare(
      Engine engine, QueryRequest request, ReadOptions files, boolean printed) {
    return switch (engine) {
      case duckdb ->
          DuckQuery.prepare(request.database(), request.sql(), request.scheduledTime(), files);
      case postgres ->
          PostgresQuery.prepare(
              request.database(),
              request.databasePassword(),
              String.valueOf(request.sql()),
              request.scheduledTime(),
              printed);
      case beam -> null;
    };
  }

  /** Checks that a text is one query, as far as that is possible without its tables. */
  static void checkSyntax(Engine engine, String sql) {
    switch (engine) {
      case duckdb -> DuckQuery.checkSyntax(sql);
      case postgres -> PostgresQuery.checkSyntax(sql);
      case beam -> QueryPipeline.checkSyntax(sql);
    }
  }

  /** Returns warnings for a stored query that will run repeatedly. */
  static List<String> notes(ScheduledQuery query) {
    Engine engine =
        choose(
            query.database(), BeamOptions.of(query.runnerOptions()), engineNamed(query.engine()));
    return engine == Engine.duckdb ? DuckQuery.notes(query.database(), query.sql()) : List.of();
  }

  Engine engine() {
    return engine;
  }

  /** Returns the prepared query; null for Beam SQL, which needs a pipeline. */
  @Nullable PreparedQuery prepared() {
    return prepared;
  }

  /** Adds the query and the sink to a pipeline. */
  void build(Pipeline pipeline, PostgresTarget target) {
    if (prepared == null) {
      QueryPipeline.of(request.into(target)).build(pipeline);
      return;
    }
    ReadQuery read = ReadQuery.of(prepared, engine.title());
    pipeline
        .apply("Query", beam.isDirect() ? read.keptInMemory() : read)
        .apply("Publish " + target.table(), PostgresResultSink.to(target));
  }

  /** Returns warnings for a query that will run repeatedly. */
  List<String> notes() {
    return prepared == null ? List.of() : prepared.notes();
  }

  /** Returns the columns of the result. */
  Schema schema() {
    return prepared == null
        ? QueryPipeline.of(request).build(Pipeline.create(beam.options())).getSchema()
        : prepared.schema();
  }
}
