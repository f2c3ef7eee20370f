package io.resultsink.pipelines.launch;

import io.resultsink.pipelines.embedded.FileTree;
import io.resultsink.pipelines.print.PrintedRows;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.apache.beam.sdk.annotations.Internal;
import org.apache.beam.sdk.coders.CoderException;
import org.apache.beam.sdk.coders.RowCoder;
import org.apache.beam.sdk.io.TextIO;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.transforms.SimpleFunction;
import org.apache.beam.sdk.util.CoderUtils;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.Row;

/**
 * Rows that a pipeline returns to the process that launched it, through a file.
 *
 * <p>One worker writes the whole file, so the rows of an {@code ORDER BY ... LIMIT} keep their
 * order. The reader's memory does not depend on the number of rows.
 */
@Internal
public final class CollectedRows implements PrintedRows, AutoCloseable {

  private final Path folder;
  private final Schema schema;

  private CollectedRows(Path folder, Schema schema) {
    this.folder = folder;
    this.schema = schema;
  }

  /** Adds a step that writes the rows to a new temporary folder. */
  public static CollectedRows of(PCollection<Row> rows) {
    Path folder;
    try {
      folder = Files.createTempDirectory("pgresult-");
    } catch (IOException e) {
      throw new UncheckedIOException("no temporary folder for the rows", e);
    }
    Schema schema = rows.getSchema();
    rows.apply("Encode", MapElements.via(new Encode(schema)))
        .apply("Collect", TextIO.write().to(folder + "/rows").withoutSharding());
    return new CollectedRows(folder, schema);
  }

  /** Returns the columns of the rows. */
  @Override
  public Schema schema() {
    return schema;
  }

  /**
   * Returns the rows, once the pipeline is done. Can be called again. The caller closes the stream.
   */
  @Override
  public Stream<Row> rows() throws IOException {
    Path file = folder.resolve("rows");
    if (!Files.exists(file)) {
      return Stream.of();
    }
    BufferedReader lines = Files.newBufferedReader(file);
    return lines.lines().map(this::decode).onClose(() -> close(lines));
  }

  private static void close(BufferedReader lines) {
    try {
      lines.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Row decode(String line) {
    try {
      return CoderUtils.decodeFromBase64(RowCoder.of(schema), line);
    } catch (CoderException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Removes the folder. */
  @Override
  public void close() throws IOException {
    FileTree.delete(folder);
  }

  private static final class Encode extends SimpleFunction<Row, String> {

    private final Schema schema;

    private Encode(Schema schema) {
      this.schema = schema;
    }

    @Override
    public String apply(Row row) {
      try {
        return CoderUtils.encodeToBase64(RowCoder.of(schema), row);
      } catch (CoderException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
