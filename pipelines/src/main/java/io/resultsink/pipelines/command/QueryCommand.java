package io.resultsink.pipelines.command;

import io.resultsink.pipelines.engine.PreparedQuery;
import io.resultsink.pipelines.launch.BeamOptions;
import io.resultsink.pipelines.launch.CollectedRows;
import io.resultsink.pipelines.launch.CommandContext;
import io.resultsink.pipelines.launch.CursorRows;
import io.resultsink.pipelines.launch.ExitCode;
import io.resultsink.pipelines.launch.InterruptHook;
import io.resultsink.pipelines.launch.PipelineRun;
import io.resultsink.pipelines.launch.PublishRun;
import io.resultsink.pipelines.launch.RejectsFile;
import io.resultsink.pipelines.launch.UsageException;
import io.resultsink.pipelines.print.DryRunText;
import io.resultsink.pipelines.print.RowsFormat;
import io.resultsink.pipelines.query.QueryPipeline;
import io.resultsink.pipelines.query.QueryRequest;
import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.destination.Secret;
import io.resultsink.postgres.destination.TableName;
import io.resultsink.postgres.inspect.TargetInspector;
import io.resultsink.postgres.internal.rejects.RejectsTable;
import io.resultsink.postgres.report.DryRun;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.Callable;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.annotations.Internal;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.Row;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** The command {@code pgresult query}. */
@Internal
@Command(
    name = "query",
    sortOptions = false,
    header = "Run a query and publish its result as a PostgreSQL table, or print it.",
    customSynopsis = {
      "pgresult query -d DATABASE [-r RESULT] [OPTIONS] SQL [-- BEAM OPTIONS]",
      "       pgresult query -d DATABASE [-r RESULT] [OPTIONS] -q FILE [-- BEAM OPTIONS]"
    },
    footer = {
      "",
      "DATABASE is one of",
      "  FOLDER   a file in it is a table of its name, a subfolder one table of all its files,",
      "           its folders named key=value as columns: .parquet, .csv, .tsv, .txt, .json,",
      "           .jsonl, .ndjson and .avro, text also with .gz or .zst. Types are those that all",
      "           values have: no digit is lost, no date guessed (--types, --null override that).",
      "           A JSON table also has all its fields in the map v: v['code'].",
      "  FILE     one such table; SQL may be left out for all its rows",
      "  gs://... a folder of any other file system that Beam reads",
      "  postgresql://[user@]host[:port]/database[?schema=NAME]",
      "           names are found as in psql, or in schema if it is given; columns keep their"
          + " types",
      "  NAME     a named result, unless there is a folder of this name; NAME: never is a folder",
      "",
      "The engine of the query, unless --engine names another:",
      "  DATABASE             runner           engine    SQL",
      "  FOLDER or FILE       in this process  duckdb    DuckDB's, and only queries",
      "  postgresql://, NAME  any              postgres  the server's own",
      "  FOLDER or FILE       elsewhere        beam      Beam SQL, on all workers",
      "  gs://...             any              beam      Beam SQL, on all workers",
      "Beam SQL has no COUNT(DISTINCT x), no FILTER, no ORDER BY without LIMIT, no subqueries",
      "outside of FROM, WITH and set operations, no joins without an equal key, no median and",
      "no percentiles, no DATE_TRUNC, no PIVOT, no VALUES, no ROLLUP, no \"quoted names\".",
      "",
      "RESULT is one of",
      "  postgresql://[user@]host[:port]/database/table[?mode=...&...]",
      "           mode is append (default), replace, truncate, or update (with &unique=a,b)",
      "  embedded:table[?mode=...]",
      "           an embedded PostgreSQL for trying out, started when needed; see",
      "           pgresult embedded --help",
      "The table is created if it is missing. Columns without a name are _col0, _col1 by",
      "position. Write names that are words of SQL in \"double quotes\", for Beam SQL in",
      "`backticks`. SCHEDULED_TIME() is the time of a schedule's",
      "tick (see pgresult sched --help); here it is now. The pipeline runs here, on Beam's",
      "DirectRunner, unless -- --runner=... names another runner.",
      "",
      "Examples:",
      "  pgresult query -d samples \"SELECT * FROM www_access LIMIT 5\"",
      "  pgresult query -d samples -r 'embedded:code_counts?mode=replace' \\",
      "    \"SELECT v['code'] AS code, COUNT(1) AS hits FROM www_access GROUP BY v['code']\"",
      "  pgresult query -d orders.csv -r 'mydb:orders?mode=replace'",
      "  pgresult query -d gs://bucket/logs -r 'postgresql://app@db/shop/hits?mode=replace' \\",
      "    --password env:SHOP_PASSWORD -q hits.sql -w -- --runner=FlinkRunner \\",
      "    --flinkMaster=flink:8081",
      "",
      "Exit codes: 0 done, 1 the run failed, 2 wrong use, 3 refused by the preflight,",
      "130 interrupted."
    })
public final class QueryCommand implements Callable<Integer> {

  private final CommandContext context;

  @Mixin private QueryOptions options = new QueryOptions();
  @Mixin private ResultOptions resultOptions = new ResultOptions();

  /** Creates the command in {@code context}. */
  public QueryCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() throws IOException {
    options.check();
    BeamOptions beam = BeamOptions.of(context.beamOptions());
    String sql = options.sql(context);
    Secret password =
        options.databasePassword == null ? null : Secret.parse(options.databasePassword);
    Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    QueryRequest request =
        new QueryRequest(options.database, password, sql, options.sample, now, null);
    if (options.result == null) {
      return print(beam, request);
    }
    RejectsFile file = options.rejectsFile();
    if (file != null && !beam.local() && !options.wait) {
      throw new UsageException(
          "--rejects "
              + options.rejects
              + " is written when the run is over; wait for it with -w, or name a table");
    }
    PostgresTarget target = rejecting(target(options.result, beam), file);
    EngineQuery query = EngineQuery.of(request, beam, options.engine, options.files());
    return options.dryRun
        ? report(target, query)
        : new PublishRun(context, beam).rejectingInto(file).run(target, options.wait, query::build);
  }

  /** A file gets its rows from the sink's own table, once they are there. */
  private PostgresTarget rejecting(PostgresTarget target, @Nullable RejectsFile file) {
    if (options.rejects == null) {
      return target;
    }
    if (target.rejects() != null) {
      throw new UsageException("--rejects and the rejects of RESULT are both given; use one");
    }
    TableName table = file == null ? table(options.rejects) : new TableName(null, RejectsTable.OWN);
    return target.toBuilder().rejects(table).build();
  }

  private static TableName table(String name) {
    if (name.contains("/")) {
      throw new UsageException(
          "--rejects " + name + " is neither a table nor a file that ends in .jsonl");
    }
    return TableName.parse(name);
  }

  private int print(BeamOptions beam, QueryRequest request) throws IOException {
    if (!beam.local()) {
      throw new UsageException(
          beam.runner() + " runs elsewhere and cannot send rows here; name a table with -r");
    }
    RowsFormat format = options.format == null ? RowsFormat.table : options.format;
    EngineQuery query = EngineQuery.printed(request, beam, options.engine, options.files());
    PreparedQuery prepared = query.prepared();
    if (prepared != null) {
      try (CursorRows rows = new CursorRows(prepared)) {
        format.print(rows, context.out());
      }
      return ExitCode.DONE;
    }
    Pipeline pipeline = Pipeline.create(beam.options());
    PCollection<Row> rows = QueryPipeline.of(request).build(pipeline);
    try (CollectedRows collected = CollectedRows.of(rows)) {
      new PipelineRun(context, beam, null, InterruptHook::arm).complete(pipeline);
      format.print(collected, context.out());
    }
    return ExitCode.DONE;
  }

  private PostgresTarget target(String result, BeamOptions beam) {
    PostgresTarget target = resultOptions.target(result, context, beam);
    if (options.runId == null) {
      return target;
    }
    if (target.runId() != null && !options.runId.equals(target.runId())) {
      throw new UsageException("--run-id contradicts the run_id of RESULT; use one");
    }
    return target.toBuilder().runId(options.runId).build();
  }

  private int report(PostgresTarget target, EngineQuery query) {
    Schema schema = query.schema();
    DryRun report;
    try (TargetInspector inspector = TargetInspector.of(target)) {
      report = inspector.check(schema);
    }
    DryRunText.lines(report).forEach(context::say);
    query.notes().forEach(note -> context.say("note: " + note));
    return report.problems().isEmpty() ? ExitCode.DONE : ExitCode.REFUSED;
  }
}
