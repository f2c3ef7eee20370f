package io.resultsink.pipelines.query;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.schemas.Schema.TypeName;
import org.apache.beam.sdk.values.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files to rows, without a pipeline. */
class TableFilesTest {

  @TempDir Path folder;

  private Path write(String name, String... lines) throws IOException {
    return Files.writeString(folder.resolve(name), String.join("\n", lines) + "\n");
  }

  private static List<Row> read(TableFormat format, int sample, Path... files) throws IOException {
    List<String> names = new ArrayList<>();
    for (Path file : files) {
      names.add(file.toString());
    }
    Schema schema = format.schemaOf(names, sample);
    List<Row> rows = new ArrayList<>();
    for (String name : names) {
      try (RowSource source = format.open(FilePart.whole("t", name), schema)) {
        for (Row row; (row = source.next()) != null; ) {
          rows.add(row);
        }
      }
    }
    return rows;
  }

  private static TypeName type(Row row, String field) {
    return row.getSchema().getField(field).getType().getTypeName();
  }

  @Test
  void jsonColumnsGetTheTypesOfTheirValues() throws IOException {
    Path file =
        write(
            "t.jsonl",
            "{\"i\":1,\"d\":1,\"b\":true,\"s\":\"x\",\"n\":{\"a\":[1,2.50]},\"z\":null}",
            "",
            "{\"i\":-2,\"d\":2.5,\"b\":null,\"s\":7,\"extra\":\"e\"}");

    List<Row> rows = read(new JsonFormat(100), 100, file);

    Row first = rows.get(0);
    assertThat(type(first, "i"), is(TypeName.INT64));
    assertThat(type(first, "d"), is(TypeName.DOUBLE));
    assertThat(type(first, "b"), is(TypeName.BOOLEAN));
    assertThat(type(first, "z"), is(TypeName.STRING));
    assertThat(first.getValue("d"), is(1.0));
    assertThat(first.getValue("n"), is("{\"a\":[1,2.50]}"));
    assertThat(rows.get(1).getValue("b"), is(nullValue()));
    assertThat(rows.get(1).getValue("s"), is("7"));
    assertThat(rows, hasSize(2));
  }

  @Test
  void jsonRowsHaveAllFieldsInTheMap() throws IOException {
    Path file = write("t.jsonl", "{\"a\":1}", "{\"a\":1.50,\"late\":[true],\"none\":null}");

    List<Row> rows = read(new JsonFormat(1), 1, write("s.jsonl", "{\"a\":1.5}"), file);

    Map<String, String> map = rows.get(2).getMap("v");
    assertThat(map.get("a"), is("1.50"));
    assertThat(map.get("late"), is("[true]"));
    assertThat(map.get("none"), is(nullValue()));
    assertThat(rows.get(2).getSchema().getFieldNames(), contains("a", "v"));
  }

  @Test
  void aFieldNamedAsTheMapTakesItsPlace() throws IOException {
    List<Row> rows = read(new JsonFormat(10), 10, write("t.json", "{\"v\":5}"));

    assertThat(rows.get(0).getValue("v"), is(5L));
  }

  @Test
  void aLaterJsonValueThatDoesNotFitIsAnErrorWithItsLine() throws IOException {
    Path file = write("t.jsonl", "{\"n\":1}", "{\"n\":2}", "{\"n\":\"secret\"}");

    Exception failure = assertThrows(InputException.class, () -> read(new JsonFormat(2), 2, file));

    assertThat(
        failure.getMessage(),
        is(
            file
                + ", line 3: field n does not fit its type BIGINT, inferred from the first 2"
                + " records: found a string; --sample=N infers from more records"));
  }

  @Test
  void aNumberThatWouldBeRoundedIsAnError() throws IOException {
    Path file = write("t.jsonl", "{\"n\":1.5}", "{\"n\":9007199254740993}");

    Exception failure = assertThrows(InputException.class, () -> read(new JsonFormat(1), 1, file));

    assertThat(
        failure.getMessage(), containsString(", line 2: field n does not fit its type DOUBLE"));
  }

  @Test
  void aBrokenJsonLineIsAnErrorThatDoesNotRepeatIt() throws IOException {
    Path file = write("t.jsonl", "{\"n\":1}", "", "{\"n\": secret}");

    Exception failure = assertThrows(InputException.class, () -> read(new JsonFormat(9), 9, file));

    assertThat(failure.getMessage(), containsString(file + ", line 3: broken JSON at column "));
    assertThat(failure.getMessage(), not(containsString("secret")));
  }

  @Test
  void linesThatAreNoObjectsAreErrors() throws IOException {
    for (String line :
        new String[] {"[{\"a\":1}]", "5", "{\"a\":1} {\"a\":2}", "{\"a\":1,\"a\":2}"}) {
      Path file = write("t.json", line);
      Exception failure =
          assertThrows(InputException.class, () -> read(new JsonFormat(9), 9, file), line);
      assertThat(failure.getMessage(), containsString(file + ", line 1: "));
    }
  }

  @Test
  void partsOfAFileHaveAllItsLinesOnce() throws IOException {
    String[] lines = new String[200];
    for (int i = 0; i < lines.length; i++) {
      lines[i] = "{\"n\":" + i + ",\"x\":\"" + "é".repeat(i % 7) + "\"}";
    }
    Path file = write("t.jsonl", lines);
    JsonFormat format = new JsonFormat(9);
    Schema schema = format.schemaOf(List.of(file.toString()), 9);
    for (long size : new long[] {1, 7, 64, 1000}) {
      List<Object> numbers = new ArrayList<>();
      for (long start = 0; start < Files.size(file); start += size) {
        FilePart part = new FilePart("t", file.toString(), start, start + size);
        try (RowSource rows = format.open(part, schema)) {
          for (Row row; (row = rows.next()) != null; ) {
            numbers.add(row.getValue("n"));
          }
        }
      }
      assertThat(numbers, hasSize(lines.length));
      for (int i = 0; i < lines.length; i++) {
        assertThat(numbers.get(i), equalTo((long) i));
      }
    }
  }

  @Test
  void anErrorInAPartSaysTheLineOfTheFile() throws IOException {
    Path file = write("t.jsonl", "{\"n\":1}", "{\"n\":2}", "{\"n\":3}", "{\"n\":");
    JsonFormat format = new JsonFormat(1);
    Schema schema = format.schemaOf(List.of(file.toString()), 1);
    FilePart part = new FilePart("t", file.toString(), 10, 1000);

    Exception failure =
        assertThrows(
            InputException.class,
            () -> {
              try (RowSource rows = format.open(part, schema)) {
                while (rows.next() != null) {}
              }
            });

    assertThat(failure.getMessage(), containsString(", line 4: broken JSON"));
  }

  @Test
  void csvColumnsGetTheTypesOfTheirValues() throws IOException {
    Path file =
        write(
            "t.csv",
            "\uFEFFid,title,stars,seen,zip",
            "1,\"Toy, \"\"Story\"\"\",4.0,true,01234",
            "2,,,,",
            "3,\"two",
            "lines\",3,FALSE,99999");

    List<Row> rows = read(new CsvFormat(',', 100), 100, file);

    assertThat(rows, hasSize(3));
    assertThat(
        rows.get(0).getValues(), contains((Object) 1L, "Toy, \"Story\"", 4.0, true, "01234"));
    assertThat(rows.get(1).getValue("title"), is(nullValue()));
    assertThat(rows.get(2).getValue("title"), is("two\nlines"));
  }

  @Test
  void laterCsvFilesMayOrderTheirColumnsOtherwise() throws IOException {
    List<Row> rows =
        read(
            new CsvFormat('\t', 10),
            10,
            write("1.tsv", "a\tb", "1\tx"),
            write("2.tsv", "b\ta", "y\t2"));

    assertThat(rows.get(1).getValues(), contains((Object) 2L, "y"));
  }

  @Test
  void brokenCsvIsAnErrorWithItsLine() throws IOException {
    Map<String, String> broken =
        Map.of(
            "a,b\n1,2\n3\n", ", line 3: 1 values, where the header names 2 columns",
            "a,b\n1,2\n\"3,4\n", ", line 3: broken CSV",
            "a,a\n1,2\n", ", line 1: the header names column a twice",
            "a,\n1,2\n", ", line 1: the header has a column without a name",
            "", ", line 1: no header line",
            "a,b\n1,2\n\nx,2\n", ", line ");
    for (Map.Entry<String, String> one : broken.entrySet()) {
      Path file = Files.writeString(folder.resolve("t.csv"), one.getKey());
      Exception failure =
          assertThrows(
              InputException.class, () -> read(new CsvFormat(',', 1), 1, file), one.getKey());
      assertThat(failure.getMessage(), containsString(file + one.getValue()));
    }
  }

  @Test
  void textThatIsNotUtf8IsAnError() throws IOException {
    Path file = folder.resolve("t.csv");
    Files.write(file, new byte[] {'a', '\n', (byte) 0xff, '\n'});

    Exception failure =
        assertThrows(InputException.class, () -> read(new CsvFormat(',', 9), 9, file));

    assertThat(failure.getMessage(), containsString("not UTF-8 text"));
  }

  @Test
  void aHeaderOfOtherColumnsIsAnError() throws IOException {
    Path one = write("1.csv", "a,b", "1,2");
    Path two = write("2.csv", "a,c", "1,2");

    Exception failure =
        assertThrows(InputException.class, () -> read(new CsvFormat(',', 9), 9, one, two));

    assertThat(failure.getMessage(), containsString(two + ", line 1: the header differs"));
  }

  @Test
  void packedFilesAreUnpacked() throws IOException {
    Path file = folder.resolve("t.jsonl.gz");
    try (OutputStream packed = new GZIPOutputStream(Files.newOutputStream(file))) {
      packed.write("{\"n\":1}\n{\"n\":2}".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    assertThat(read(new JsonFormat(9), 9, file), hasSize(2));
  }

  @Test
  void tablesWithoutRecordsHaveTheColumnsThatAreKnown() throws IOException {
    assertThat(read(new CsvFormat(',', 9), 9, write("t.csv", "a,b")), is(empty()));
    assertThat(read(new JsonFormat(9), 9, write("t.jsonl", "")), is(empty()));
  }
}
