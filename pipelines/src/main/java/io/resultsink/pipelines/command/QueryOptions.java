package io.resultsink.pipelines.command;

import io.resultsink.pipelines.duckdb.ReadOptions;
import io.resultsink.pipelines.engine.Engine;
import io.resultsink.pipelines.launch.CommandContext;
import io.resultsink.pipelines.launch.RejectsFile;
import io.resultsink.pipelines.launch.UsageException;
import io.resultsink.pipelines.print.RowsFormat;
import io.resultsink.pipelines.query.QueryRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The options of {@code pgresult query}. */
final class QueryOptions {

  @Option(
      names = {"-d", "--database"},
      paramLabel = "DATABASE",
      required = true,
      description = "the tables: a folder, a file, a named result or a URL (see below)")
  String database = "";

  @Option(
      names = {"-r", "--result"},
      paramLabel = "RESULT",
      description = "the table that gets the rows (see below); without it they are printed")
  @Nullable String result;

  @Option(
      names = {"-w", "--wait"},
      description =
          "wait for a runner on a cluster; without it the job's id is printed. A runner in this"
              + " process is always waited for")
  boolean wait;

  @Option(
      names = {"-q", "--query"},
      paramLabel = "FILE",
      description = "read the SQL from a file")
  @Nullable Path queryFile;

  @Option(
      names = {"-f", "--format"},
      paramLabel = "FORMAT",
      description = "the format of printed rows: ${COMPLETION-CANDIDATES} (one object a line)")
  @Nullable RowsFormat format;

  @Option(
      names = "--dry-run",
      description = "show what would happen to the table, and write nothing")
  boolean dryRun;

  @Option(
      names = "--run-id",
      paramLabel = "ID",
      description =
          "the id of the run, such as 2026-11-22T10. A run publishes once: if it is launched again"
              + " with the same id, it changes nothing")
  @Nullable String runId;

  @Option(
      names = "--rejects",
      paramLabel = "FILE|TABLE",
      description =
          "rows that do not fit the table leave the result, and go to a file of JSON lines"
              + " (NAME.jsonl) or to a table beside it; the others are published")
  @Nullable String rejects;

  @Option(
      names = "--engine",
      paramLabel = "ENGINE",
      description = "the engine of the query: ${COMPLETION-CANDIDATES} (see below)")
  @Nullable Engine engine;

  @Mixin private FileOptions files = new FileOptions();

  @Option(
      names = "--sample",
      paramLabel = "ROWS",
      description =
          "the number of records from which Beam SQL infers a table's columns (${DEFAULT-VALUE})")
  int sample = QueryRequest.DEFAULT_SAMPLE;

  @Option(
      names = "--database-password",
      paramLabel = "REF",
      description = "the reference to the password of a postgresql:// DATABASE")
  @Nullable String databasePassword;

  @Parameters(
      paramLabel = "SQL",
      arity = "0..1",
      description =
          "one SELECT; - reads it from standard input. Without it, all rows of the one table of a"
              + " folder or file")
  @Nullable String sqlArgument;

  /** Refuses combinations of options that exclude each other. */
  void check() {
    if (result == null && dryRun) {
      throw new UsageException("--dry-run shows what would happen to a table; name it with -r");
    }
    if (result == null && rejects != null) {
      throw new UsageException("--rejects is for rows that a table refuses; name it with -r");
    }
    if (result == null && runId != null) {
      throw new UsageException("--run-id names a publish; name its table with -r");
    }
    if (result != null && format != null) {
      throw new UsageException("--format is for printed rows; with -r they go to the table");
    }
    if (runId != null && runId.isBlank()) {
      throw new UsageException("--run-id is empty");
    }
    if (sample < 1) {
      throw new UsageException("--sample " + sample + " is too small; at least 1");
    }
  }

  /** The file of rows that do not fit; null when they go to a table, or fail the run. */
  @Nullable RejectsFile rejectsFile() {
    if (rejects == null || !rejects.endsWith(".jsonl")) {
      return null;
    }
    Path file = Path.of(rejects);
    Path folder = file.toAbsolutePath().getParent();
    if (Files.isDirectory(file) || folder == null || !Files.isDirectory(folder)) {
      throw new UsageException("--rejects " + rejects + " is in no folder that is there");
    }
    return new RejectsFile(file);
  }

  /** Returns the SQL, from the argument, a file or standard input; null if there is none. */
  @Nullable String sql(CommandContext context) throws IOException {
    return sqlArgument == null && queryFile == null
        ? null
        : SqlText.of(sqlArgument, queryFile, context);
  }

  /** Returns the options for files. */
  ReadOptions files() {
    return files.read();
  }
}
