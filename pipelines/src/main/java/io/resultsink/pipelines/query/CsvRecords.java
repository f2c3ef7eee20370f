package io.resultsink.pipelines.query;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PushbackReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.jspecify.annotations.Nullable;

/** The records of a CSV file after its header line, each as wide as the header. */
final class CsvRecords implements Closeable {

  private static final int BYTE_ORDER_MARK = '\uFEFF';

  // The decoder reads some thousand bytes ahead of the current line.
  private static final String NOT_UTF_8 = "not UTF-8 text, in this line or soon after";

  private final String file;
  private final CSVParser parser;
  private final Iterator<CSVRecord> records;
  private final List<String> header;
  private long line;

  private CsvRecords(String file, CSVParser parser) throws IOException {
    this.file = file;
    this.parser = parser;
    this.records = parser.iterator();
    List<String> first = read();
    if (first == null) {
      throw new InputException(file, 1, "no header line; the first line names the columns");
    }
    this.header = first;
    checkHeader();
  }

  static CsvRecords open(String file, char delimiter) throws IOException {
    Reader reader =
        new InputStreamReader(InputFiles.open(file), StandardCharsets.UTF_8.newDecoder());
    PushbackReader text = new PushbackReader(reader);
    try {
      int first = text.read();
      if (first >= 0 && first != BYTE_ORDER_MARK) {
        text.unread(first);
      }
    } catch (CharacterCodingException e) {
      text.close();
      throw new InputException(file, 1, NOT_UTF_8);
    }
    CSVFormat format =
        CSVFormat.DEFAULT.builder().setDelimiter(delimiter).setIgnoreEmptyLines(true).get();
    CSVParser parser = CSVParser.builder().setReader(text).setFormat(format).get();
    try {
      return new CsvRecords(file, parser);
    } catch (IOException | RuntimeException e) {
      parser.close();
      throw e;
    }
  }

  private void checkHeader() {
    Set<String> seen = new HashSet<>();
    for (String name : header) {
      if (name.isEmpty()) {
        throw new InputException(file, line, "the header has a column without a name");
      }
      if (!seen.add(name)) {
        throw new InputException(file, line, "the header names column " + name + " twice");
      }
    }
  }

  List<String> header() {
    return header;
  }

  /** Returns the position of each of the table's columns in this file. */
  int[] positionsOf(List<String> columns) {
    if (!Set.copyOf(columns).equals(Set.copyOf(header))) {
      throw new InputException(
          file,
          line,
          "the header differs from that of the table's first file: "
              + header
              + " instead of "
              + columns);
    }
    return columns.stream().mapToInt(header::indexOf).toArray();
  }

  /** Returns the next record, or null after the last. */
  @Nullable List<String> next() throws IOException {
    List<String> record = read();
    if (record != null && record.size() != header.size()) {
      throw failure(
          "%d values, where the header names %d columns".formatted(record.size(), header.size()));
    }
    return record;
  }

  private @Nullable List<String> read() throws IOException {
    line = parser.getCurrentLineNumber() + 1;
    try {
      return records.hasNext() ? records.next().toList() : null;
    } catch (UncheckedIOException | IllegalStateException e) {
      throw failure(reason(e));
    }
  }

  private static String reason(RuntimeException e) {
    return e.getCause() instanceof CharacterCodingException
        ? NOT_UTF_8
        : "broken CSV: a quoted value does not end, or goes on after its quote";
  }

  /** Returns a failure of the last record; {@code line} is its first line. */
  InputException failure(String reason) {
    return new InputException(file, line, reason);
  }

  @Override
  public void close() throws IOException {
    parser.close();
  }
}
