package io.resultsink.pipelines.duckdb;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import io.resultsink.pipelines.engine.RowCursor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.apache.beam.sdk.values.Row;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** CSV files whose lines end in several ways, or all by CR: every record, and no value cut. */
class MixedLinesTest {

  @TempDir Path folder;

  private FolderQueries queries;

  @BeforeEach
  void open() {
    queries = new FolderQueries(folder);
  }

  private static String unescaped(String text) {
    return text.replace("\\r", "\r").replace("\\n", "\n").replace("\\t", "\t");
  }

  private static String shown(List<Row> rows) {
    StringBuilder text = new StringBuilder();
    for (Row row : rows) {
      text.append(row.getValues()).append(' ');
    }
    return text.toString().trim().replace("\r", "\\r").replace("\n", "\\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '#',
      quoteCharacter = '`',
      value = {
        "a,b\\r\\n1,x\\r\\n2,y\\n3,z\\n # [1, x] [2, y] [3, z]",
        "a,b\\n1,x\\n2,y\\r\\n3,z # [1, x] [2, y] [3, z]",
        "a,b\\r\\n1,x\\n2,y\\n # [1, x] [2, y]",
        "a,b\\n1,x\\r2,y\\n # [1, x] [2, y]",
        "a,b\\r1,x\\r\\n2,y\\n3,z\\r # [1, x] [2, y] [3, z]",
        "a,b\\r1,x\\r2,y\\r # [1, x] [2, y]",
        "a,b\\r\\r\\n1,x\\r\\r\\n2,y\\r\\r\\n # [1, x] [2, y]",
        "a\\n1\\r\\n2\\n3\\r\\n # [1] [2] [3]",
        "a\\r1\\r\\n2\\r3\\n # [1] [2] [3]",
        "a\\r1\\n2\\r # [1] [2]",
        "a\\r\\n1\\n2\\r3\\r\\n # [1] [2] [3]",
        "a\\r\\r\\n1\\r\\r\\n2\\r\\r\\n # [1] [2]",
        "a,b\\r\\n1,\"x\\ny\"\\r\\n2,\"p\\rq\"\\r\\n # [1, x\\ny] [2, p\\rq]",
        "a,b\\n1,\"x\\r\\ny\"\\n2,\"p\"\\n # [1, x\\r\\ny] [2, p]",
        "a,b\\r\\n1,\"x\\ny\"\\n2,\"p\\r\\n\"\"q\"\"\"\\n # [1, x\\ny] [2, p\\r\\n\"q\"]",
        "a;b\\r"
            + "\\n"
            + "1;\"x,\\r"
            + "\\n"
            + ";y\"\\n"
            + "2;5\" disk\\n"
            + "3;\"\"\\n"
            + " # [1, x,\\r"
            + "\\n"
            + ";y] [2, 5\" disk] [3, null]",
        "\"a\\nx\",b\\r\\n1,x\\r\\n2,y\\r\\n # [1, x] [2, y]",
        "\"a\\nx\",b\\n1,x\\n2,y\\n # [1, x] [2, y]",
        "a,b\\r\\n1,'x\\r\\ny'\\n2,'p,\\nq'\\n3,'r'\\r\\n # [1, x\\r\\ny] [2, p,\\nq] [3, r]",
        "a\\tb\\r\\n1\\t\"x\\r\\n\"\\n2\\ty\\n # [1, x\\r\\n] [2, y]",
      })
  void everyRecordIsReadAsItIsWritten(String file, String rows) {
    queries.write("t.csv", unescaped(file));

    assertThat(shown(queries.rows("FROM t")), is(rows));
  }

  @Test
  void aLateLineOfAnotherKindLosesNothing() throws IOException {
    StringBuilder lines = new StringBuilder("who,film,stars,time\r\n");
    for (int i = 0; i < 60_000; i++) {
      lines.append(i % 600).append(',').append(i % 9_000).append(",4.0,96498").append(i);
      lines.append(i < 59_928 ? "\r\n" : "\n");
    }
    queries.write("ratings/year=2024/a.csv", lines.toString());
    queries.write("ratings/year=2025/b.csv", "who,film,stars,time\n1,2,0.5,7\n");
    try (var packed =
        new GZIPOutputStream(
            Files.newOutputStream(
                Files.createDirectories(folder.resolve("ratings/year=2026"))
                    .resolve("c.csv.gz")))) {
      packed.write("who,film,stars,time\r\n1,2,1.5,7\n".getBytes(StandardCharsets.UTF_8));
    }

    assertThat(
        shown(
            queries.rows(
                """
                SELECT year, count(*), sum(who), sum(film), sum(stars), max(time)
                FROM ratings GROUP BY ALL ORDER BY ALL\
                """)),
        is(
            "[2024, 60000, 17970000, 260970000, 240000.0, 9649859999]"
                + " [2025, 1, 1, 2, 0.5, 7] [2026, 1, 1, 2, 1.5, 7]"));
  }

  @Test
  void aBrokenRecordIsToldByThePlaceInTheUsersFile() {
    Path wide = queries.write("wide.csv", "a,b\r\n1,x\n2,y\n3,secret,z\n");

    assertThat(
        org.junit.jupiter.api.Assertions.assertThrows(
                RuntimeException.class, () -> queries.rows("FROM wide"))
            .getMessage(),
        is(wide + ", line 4: more values than columns"));
  }

  @Test
  void theCopyIsGoneWithTheSession() throws IOException {
    queries.write("t.csv", "a,b\r\n1,x\n2,y\n");
    DuckQuery query = queries.prepare("FROM t");
    long before = copies();
    try (RowCursor cursor = query.open()) {
      cursor.next(1, 1000);
      assertThat(copies(), is(before + 1));
    }

    assertThat(copies(), is(before));
  }

  private long copies() throws IOException {
    try (var folders = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      return folders
          .filter(path -> path.getFileName().toString().startsWith("pgresult-duckdb-"))
          .filter(path -> Files.exists(path.resolve("lines/0" + folder + "/t.csv")))
          .count();
    }
  }
}
