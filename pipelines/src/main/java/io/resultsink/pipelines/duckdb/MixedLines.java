package io.resultsink.pipelines.duckdb;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.zip.GZIPInputStream;

/**
 * A CSV file with several kinds of line ends: LF, CRLF, CR.
 *
 * <p>DuckDB refuses such a file, or cuts values of it if it is not strict. So it reads a copy, in
 * which LF ends every line. A line end inside of quotes is data and stays.
 *
 * @param quote the quote of values
 */
record MixedLines(String path, char quote) implements Serializable {

  private static final int BUFFER_BYTES = 1 << 16;

  /** A quote opens a value only after one of these, or after a line end. */
  private static final String DELIMITERS = ",;\t|";

  /** Opens the bytes of a file, unpacked. */
  static InputStream open(String path) throws IOException {
    InputStream bytes = Files.newInputStream(Path.of(path));
    return new BufferedInputStream(
        isGzip(path) ? new GZIPInputStream(bytes, BUFFER_BYTES) : bytes, BUFFER_BYTES);
  }

  /** Returns whether {@link #open} can unpack a file; Java cannot unpack Zstandard. */
  static boolean canOpen(String path) {
    return !path.toLowerCase(Locale.ROOT).endsWith(".zst");
  }

  private static boolean isGzip(String path) {
    return path.toLowerCase(Locale.ROOT).endsWith(".gz");
  }

  /** Returns whether a file has several kinds of line ends, those inside of quotes included. */
  static boolean isIn(String path) throws IOException {
    boolean lf = false;
    boolean crLf = false;
    boolean cr = false;
    int before = 0;
    try (InputStream bytes = open(path)) {
      for (int next; (next = bytes.read()) >= 0; before = next) {
        crLf |= next == '\n' && before == '\r';
        lf |= next == '\n' && before != '\r';
        cr |= next != '\n' && before == '\r';
        if (lf && crLf || lf && cr || crLf && cr) {
          return true;
        }
      }
    }
    return before == '\r' && (lf || crLf);
  }

  /** Returns the copy's name, without the ending of a packed file. */
  String copyName() {
    return isGzip(path) ? path.substring(0, path.length() - ".gz".length()) : path;
  }

  void copyTo(Path copy) throws IOException {
    try (InputStream from = open(path);
        OutputStream to = new BufferedOutputStream(Files.newOutputStream(copy), BUFFER_BYTES)) {
      boolean valueBegins = true;
      boolean quoted = false;
      boolean afterQuoted = false;
      int returns = 0;
      for (int next; (next = from.read()) >= 0; ) {
        if (quoted) {
          quoted = next != quote;
          afterQuoted = !quoted;
          to.write(next);
          continue;
        }
        if (next == '\r') {
          returns++;
          continue;
        }
        // All CRs before an LF are one line end with it, because a text converted twice for Windows
        // has two.
        for (int i = 0; i < returns && next != '\n'; i++) {
          to.write('\n');
        }
        valueBegins |= returns > 0;
        afterQuoted &= returns == 0;
        returns = 0;
        quoted = next == quote && (valueBegins || afterQuoted);
        afterQuoted = false;
        valueBegins = next == '\n' || DELIMITERS.indexOf(next) >= 0;
        to.write(next);
      }
      if (returns > 0) {
        to.write('\n');
      }
    }
  }
}
