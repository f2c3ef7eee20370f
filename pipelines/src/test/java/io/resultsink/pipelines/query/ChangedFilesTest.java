package io.resultsink.pipelines.query;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.resultsink.pipelines.duckdb.DuckQuery;
import io.resultsink.pipelines.duckdb.ReadOptions;
import io.resultsink.pipelines.engine.RowCursor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.stream.Stream;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.file.DataFileWriter;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Files that are others when they are read than when they were listed: the run fails. */
class ChangedFilesTest {

  private static final int ROWS = 30_000;

  @TempDir private Path folder;

  private enum Change {
    SHRANK("bytes when the run began and has") {
      @Override
      void happen(Path file) throws Exception {
        write(file, 10);
      }
    },

    GREW("bytes when the run began and has") {
      @Override
      void happen(Path file) throws Exception {
        write(file, ROWS + 10);
      }
    },

    WRITTEN_AGAIN("was written while the query ran") {
      @Override
      void happen(Path file) throws IOException {
        Files.setLastModifiedTime(file, FileTime.from(Instant.parse("2020-01-01T00:00:00Z")));
      }
    },

    REPLACED("was replaced by another while the query ran") {
      @Override
      void happen(Path file) throws IOException {
        FileTime written = Files.getLastModifiedTime(file);
        Path other = Files.copy(file, file.resolveSibling("_SUCCESS"));
        Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);
        Files.setLastModifiedTime(file, written);
      }
    },

    REMOVED("is gone or cannot be read any more") {
      @Override
      void happen(Path file) throws IOException {
        Files.delete(file);
      }
    };

    private final String words;

    Change(String words) {
      this.words = words;
    }

    abstract void happen(Path file) throws Exception;
  }

  private static void write(Path file, int rows) throws SQLException, IOException {
    if (file.toString().endsWith(".avro")) {
      writeAvro(file, rows);
      return;
    }
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = connection.createStatement()) {
      statement.execute(
          "COPY (SELECT range AS a, hash(range) AS b FROM range(%d)) TO '%s'"
              .formatted(rows, file));
    }
  }

  private static void writeAvro(Path file, int rows) throws IOException {
    org.apache.avro.Schema schema = SchemaBuilder.record("r").fields().requiredInt("a").endRecord();
    GenericRecord record = new GenericData.Record(schema);
    try (DataFileWriter<GenericRecord> writer =
        new DataFileWriter<>(new GenericDatumWriter<>(schema))) {
      writer.create(schema, file.toFile());
      for (int i = 0; i < rows; i++) {
        record.put("a", i);
        writer.append(record);
      }
    }
  }

  static Stream<Arguments> changed() {
    return Stream.of("csv", "jsonl", "avro", "parquet")
        .flatMap(format -> Stream.of(Change.values()).map(change -> Arguments.of(format, change)));
  }

  static Stream<Arguments> changedForBeam() {
    return changed()
        .filter(each -> !each.get()[0].equals("parquet") && each.get()[1] != Change.REPLACED);
  }

  @ParameterizedTest
  @MethodSource("changed")
  void duckDbFindsBeforeItReads(String format, Change change) throws Exception {
    DuckQuery query = ofDuckDb(format);
    change.happen(file(format));

    try (RowCursor rows = query.open()) {
      RuntimeException failure =
          assertThrows(RuntimeException.class, () -> rows.next(100, 1 << 20));
      assertTold(failure, format, change);
    }
  }

  @ParameterizedTest
  @MethodSource("changed")
  void duckDbFindsWhenItHasRead(String format, Change change) throws Exception {
    try (RowCursor rows = ofDuckDb(format).open()) {
      assertThat(rows.next(100, 1 << 20).size(), is(100));
      change.happen(file(format));

      RuntimeException failure =
          assertThrows(
              RuntimeException.class,
              () -> {
                while (!rows.next(10_000, 1 << 20).isEmpty()) {}
              });
      assertTold(failure, format, change);
    }
  }

  /** A worker reads parts that were cut at the launch: of one that shrank it would miss rows. */
  @ParameterizedTest
  @MethodSource("changedForBeam")
  void beamSqlFindsBeforeItReads(String format, Change change) throws Exception {
    write(file(format), ROWS);
    Pipeline pipeline =
        Pipeline.create(
            PipelineOptionsFactory.fromArgs(
                    "--enforceImmutability=false", "--enforceEncodability=false")
                .create());
    QueryPipeline.of(
            new QueryRequest(folder.toString(), null, "SELECT a FROM t", 100, Instant.EPOCH, null))
        .build(pipeline);
    change.happen(file(format));

    assertTold(
        assertThrows(RuntimeException.class, () -> pipeline.run().waitUntilFinish()),
        format,
        change);
  }

  private void assertTold(Throwable failure, String format, Change change) {
    Throwable root = failure;
    while (root.getCause() != null && !String.valueOf(root.getMessage()).startsWith("file ")) {
      root = root.getCause();
    }
    assertThat(root.getMessage(), containsString("file " + file(format) + " "));
    assertThat(root.getMessage(), containsString(change.words));
    assertThat(root.getMessage(), containsString("; the target is untouched; run it again when"));
  }

  private DuckQuery ofDuckDb(String format) throws SQLException, IOException {
    write(file(format), ROWS);
    return DuckQuery.prepare(folder.toString(), "SELECT * FROM t", Instant.EPOCH, ReadOptions.NONE);
  }

  private Path file(String format) {
    return folder.resolve("t." + format);
  }
}
