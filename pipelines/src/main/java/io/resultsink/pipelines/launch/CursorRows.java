package io.resultsink.pipelines.launch;

import io.resultsink.pipelines.engine.PreparedQuery;
import io.resultsink.pipelines.engine.RowCursor;
import io.resultsink.pipelines.print.PrintedRows;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.apache.beam.sdk.annotations.Internal;
import org.apache.beam.sdk.coders.RowCoder;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.values.Row;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one execution, to be printed in their order. If there are many, they are kept in a
 * file, so that memory does not depend on their number.
 */
@Internal
public final class CursorRows implements PrintedRows, AutoCloseable {

  private static final int BLOCK_ROWS = 1000;
  private static final long BLOCK_BYTES = 1 << 20;
  private static final int IN_MEMORY = 10_000;

  private final Schema schema;
  private final RowCoder coder;
  private final List<Row> first = new ArrayList<>();
  private @Nullable Path rest;

  /** Executes the query to its end. */
  public CursorRows(PreparedQuery query) throws IOException {
    schema = query.schema();
    coder = RowCoder.of(schema);
    RowCursor cursor = query.open();
    Thread interrupted = new Thread(cursor::cancel, "pgresult-interrupted");
    Runtime.getRuntime().addShutdownHook(interrupted);
    try (cursor) {
      List<Row> block = cursor.next(BLOCK_ROWS, BLOCK_BYTES);
      while (!block.isEmpty() && first.size() < IN_MEMORY) {
        first.addAll(block);
        block = cursor.next(BLOCK_ROWS, BLOCK_BYTES);
      }
      if (!block.isEmpty()) {
        keep(block, cursor);
      }
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    } finally {
      disarm(interrupted);
    }
  }

  private static void disarm(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The process is ending already.
    }
  }

  private void keep(List<Row> next, RowCursor cursor) throws IOException {
    rest = Files.createTempFile("pgresult-", ".rows");
    // Ctrl-C ends the process before the reading thread returns here.
    rest.toFile().deleteOnExit();
    List<Row> block = next;
    try (OutputStream file = new BufferedOutputStream(Files.newOutputStream(rest))) {
      while (!block.isEmpty()) {
        for (Row row : block) {
          file.write(1);
          coder.encode(row, file);
        }
        block = cursor.next(BLOCK_ROWS, BLOCK_BYTES);
      }
      file.write(0);
    }
  }

  @Override
  public Schema schema() {
    return schema;
  }

  @Override
  public Stream<Row> rows() throws IOException {
    if (rest == null) {
      return first.stream();
    }
    InputStream file = new BufferedInputStream(Files.newInputStream(rest));
    Iterator<Row> rows = new Kept(file, coder);
    Iterable<Row> all = () -> rows;
    return Stream.concat(
            first.stream(), java.util.stream.StreamSupport.stream(all.spliterator(), false))
        .onClose(() -> close(file));
  }

  private static void close(InputStream file) {
    try {
      file.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    if (rest != null) {
      Files.deleteIfExists(rest);
    }
  }

  /** Returns the rows of the file. */
  private static final class Kept implements Iterator<Row> {

    private final InputStream file;
    private final RowCoder coder;
    private int mark = -1;

    private Kept(InputStream file, RowCoder coder) {
      this.file = file;
      this.coder = coder;
    }

    @Override
    public boolean hasNext() {
      try {
        if (mark < 0) {
          mark = file.read();
          if (mark < 0) {
            throw new EOFException();
          }
        }
        return mark == 1;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public Row next() {
      if (!hasNext()) {
        throw new java.util.NoSuchElementException();
      }
      mark = -1;
      try {
        return coder.decode(file);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
