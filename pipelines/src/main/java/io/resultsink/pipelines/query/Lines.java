package io.resultsink.pipelines.query;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** The lines of a file or a part of it, as bytes, with the number of each. */
final class Lines implements Closeable {

  private final FilePart part;
  private final InputStream stream;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream(1024);
  private long position;
  private long linesRead;

  private Lines(FilePart part, InputStream stream, long position) {
    this.part = part;
    this.stream = stream;
    this.position = position;
  }

  static Lines open(FilePart part) throws IOException {
    if (part.start() == 0) {
      return new Lines(part, InputFiles.open(part.file()), 0);
    }
    // A line that begins before the part belongs to the part before.
    Lines lines =
        new Lines(part, InputFiles.openAt(part.file(), part.start() - 1), part.start() - 1);
    try {
      lines.readLine();
      lines.linesRead = 0;
      return lines;
    } catch (IOException e) {
      lines.close();
      throw e;
    }
  }

  /** Returns the next line without its end; null if the next one begins after the part. */
  byte @Nullable [] next() throws IOException {
    return position >= part.end() || !readLine() ? null : line.toByteArray();
  }

  private boolean readLine() throws IOException {
    line.reset();
    int next = stream.read();
    if (next < 0) {
      return false;
    }
    linesRead++;
    while (next >= 0) {
      position++;
      if (next == '\n') {
        return true;
      }
      line.write(next);
      next = stream.read();
    }
    return true;
  }

  /** Returns the number of the last line; the lines before the part are counted now. */
  long number() throws IOException {
    if (part.start() == 0) {
      return linesRead;
    }
    FilePart before = new FilePart(part.table(), part.file(), 0, part.start());
    try (Lines earlier = open(before)) {
      while (earlier.next() != null) {}
      return earlier.linesRead + linesRead;
    }
  }

  @Override
  public void close() throws IOException {
    stream.close();
  }
}
