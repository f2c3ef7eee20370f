package io.resultsink.pipelines.launch;

import io.resultsink.pipelines.print.RejectedLine;
import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.failure.ResultSinkException;
import io.resultsink.postgres.inspect.TargetInspector;
import io.resultsink.postgres.report.ResultSummary;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Objects;
import org.apache.beam.sdk.annotations.Internal;

/**
 * A file of the rows that did not fit, as JSON lines, written once the others are published.
 *
 * <p>It is there whole or as it was before, and readable by its owner alone: it holds the rows.
 */
@Internal
public record RejectsFile(Path path) {

  /** Writes those of a run, an empty file when all rows fit. */
  void write(PostgresTarget target, ResultSummary summary) {
    try (TargetInspector inspector = TargetInspector.of(target)) {
      Path folder = Objects.requireNonNull(path.toAbsolutePath().getParent());
      Path whole = Files.createTempFile(folder, ".pgresult", ".jsonl"); // for its owner alone
      try {
        long written = written(whole, inspector, summary);
        if (written != summary.rejected()) {
          throw new RunException(
              "%s is published as run %s; %d rows did not fit, and %s has %d of that run; %s was not written"
                  .formatted(
                      summary.table(),
                      summary.runId(),
                      summary.rejected(),
                      summary.rejects(),
                      written,
                      path));
        }
        Files.move(whole, path, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(whole);
      }
    } catch (IOException | UncheckedIOException | ResultSinkException e) {
      throw new RunException(
          "%s is published as run %s, and the rows that did not fit could not be written to %s (%s); run it again with --run-id %s: it publishes nothing, and writes the file"
              .formatted(summary.table(), summary.runId(), path, e.getMessage(), summary.runId()),
          e);
    }
  }

  private static long written(Path file, TargetInspector inspector, ResultSummary summary)
      throws IOException {
    try (Writer lines = Files.newBufferedWriter(file)) {
      return inspector.rejected(
          summary,
          row -> {
            try {
              lines.write(RejectedLine.of(summary, row));
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
    }
  }
}
