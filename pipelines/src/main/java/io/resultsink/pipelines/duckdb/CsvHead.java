package io.resultsink.pipelines.duckdb;

import io.resultsink.pipelines.query.InputException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.StringReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/** The beginning of a CSV file: its first record, its delimiter and its quotes. */
final class CsvHead {

  private static final int CHARACTERS = 1 << 16;
  private static final int LINES = 100;
  private static final char BYTE_ORDER_MARK = '\uFEFF';

  /** The delimiter of a file, and its quote. */
  record Dialect(char delimiter, char quote) {

    /** Returns the values of the first record of a text that may end inside of a record. */
    List<String> firstRecord(String head) {
      CSVFormat format = CSVFormat.DEFAULT.builder().setDelimiter(delimiter).setQuote(quote).get();
      try (CSVParser parser = CSVParser.parse(new StringReader(head), format)) {
        for (CSVRecord csvRecord : parser) {
          return csvRecord.toList();
        }
      } catch (IOException | RuntimeException e) {
        // The quotes are not real ones, so the first line is the first record.
      }
      String line = head.lines().findFirst().orElse("");
      return List.of(line.split(Pattern.quote(String.valueOf(delimiter)), -1));
    }
  }

  private CsvHead() {}

  /** Returns the first lines of a file. */
  static String of(DuckSession session, String file) throws SQLException {
    if (!MixedLines.canOpen(file)) {
      return byDuckDb(session, file);
    }
    char[] head = new char[CHARACTERS];
    try (Reader text =
        new InputStreamReader(MixedLines.open(file), StandardCharsets.UTF_8.newDecoder())) {
      int length = 0;
      for (int read; length < CHARACTERS; length += read) {
        read = text.read(head, length, CHARACTERS - length);
        if (read < 0) {
          break;
        }
      }
      int begin = length > 0 && head[0] == BYTE_ORDER_MARK ? 1 : 0;
      return new String(head, begin, length - begin);
    } catch (CharacterCodingException e) {
      throw new InputException(file + ": not text in UTF-8");
    } catch (IOException e) {
      throw new InputException(file + ": cannot be read");
    }
  }

  private static String byDuckDb(DuckSession session, String file) throws SQLException {
    try {
      return session
          .rows(
              """
              SELECT line FROM read_csv(%s, columns = {'line': 'VARCHAR'}, auto_detect = false,
                header = false, delim = chr(1), quote = '', escape = '')
              LIMIT %d\
              """
                  .formatted(DuckSql.text(file), LINES))
          .stream()
          .map(line -> line.get(0))
          .collect(Collectors.joining("\n"));
    } catch (SQLException e) {
      throw new InputException(
          file + ": not text in UTF-8, or with several kinds of line ends; unpack it first");
    }
  }

  /**
   * Finds delimiter and quotes by the first records of a file.
   *
   * @param readable the file, or the copy that is read instead
   */
  static Dialect sniff(DuckSession session, String file, String readable) throws SQLException {
    String known = file.toLowerCase(Locale.ROOT).contains(".tsv") ? ", delim = '\t'" : "";
    List<String> sniffed;
    try {
      sniffed =
          session.row(
              "SELECT Delimiter, Quote FROM sniff_csv(%s%s)"
                  .formatted(DuckSql.text(readable), known));
    } catch (SQLException e) {
      throw new InputException(
          file + ": not CSV; neither commas, semicolons, tabs nor bars separate its values");
    }
    // Without quotes among the first records, later records may still have them.
    return new Dialect(only(sniffed.get(0), ','), only(sniffed.get(1), '"'));
  }

  private static char only(String found, char otherwise) {
    return found.length() == 1 ? found.charAt(0) : otherwise;
  }
}
