package io.resultsink.pipelines.query;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.LocalTime;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.file.DataFileWriter;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.beam.sdk.values.Row;
import org.joda.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AvroFormatTest {

  private static final Schema SCHEMA =
      new Schema.Parser()
          .parse(
              """
              {"type": "record", "name": "r", "fields": [
                {"name": "i", "type": "int"},
                {"name": "s", "type": ["null", "string"]},
                {"name": "e", "type": {"type": "enum", "name": "e", "symbols": ["A", "B"]}},
                {"name": "n", "type": {"type": "bytes", "logicalType": "decimal", "precision": 5, "scale": 2}},
                {"name": "d", "type": {"type": "int", "logicalType": "date"}},
                {"name": "t", "type": {"type": "long", "logicalType": "time-micros"}},
                {"name": "at", "type": {"type": "long", "logicalType": "timestamp-micros"}},
                {"name": "a", "type": {"type": "array", "items": "int"}},
                {"name": "raw", "type": {"type": "fixed", "name": "f", "size": 2}}
              ]}
              """);

  @TempDir Path folder;

  private String write(GenericRecord record) throws IOException {
    Path file = folder.resolve("t.avro");
    try (DataFileWriter<GenericRecord> writer =
        new DataFileWriter<>(new GenericDatumWriter<>(record.getSchema()))) {
      writer.create(record.getSchema(), file.toFile());
      writer.append(record);
    }
    return file.toString();
  }

  @Test
  void valuesArriveAsWhatTheyAre() throws IOException {
    GenericRecord record = new GenericData.Record(SCHEMA);
    record.put("i", 7);
    record.put("e", new GenericData.EnumSymbol(SCHEMA.getField("e").schema(), "B"));
    record.put("n", ByteBuffer.wrap(new BigDecimal("-1.25").unscaledValue().toByteArray()));
    record.put("d", (int) LocalDate.of(1969, 12, 31).toEpochDay());
    record.put("t", 1_000_001L);
    record.put("at", -1_000L);
    record.put("a", List.of(1, 2));
    record.put(
        "raw", new GenericData.Fixed(SCHEMA.getField("raw").schema(), new byte[] {1, (byte) 0xff}));
    String file = write(record);
    AvroFormat format = new AvroFormat();

    Row row;
    try (RowSource rows =
        format.open(FilePart.whole("t", file), format.schemaOf(List.of(file), 1))) {
      row = rows.next();
      assertThat(rows.next(), is(nullValue()));
    }

    assertThat(row.getValue("i"), is(7L));
    assertThat(row.getValue("s"), is(nullValue()));
    assertThat(row.getValue("e"), is("B"));
    assertThat(row.getValue("n"), is(new BigDecimal("-1.25")));
    assertThat(row.getLogicalTypeValue("d", LocalDate.class), is(LocalDate.of(1969, 12, 31)));
    assertThat(row.getLogicalTypeValue("t", LocalTime.class), is(LocalTime.of(0, 0, 1)));
    assertThat(row.getDateTime("at"), is(Instant.ofEpochMilli(-1)));
    assertThat(row.getValue("a"), is("[1, 2]"));
    assertThat(row.getBytes("raw"), is(new byte[] {1, (byte) 0xff}));
  }

  @Test
  void aFileThatIsNoneIsAnError() throws IOException {
    Path file = folder.resolve("t.avro");
    Files.write(file, "no Avro".getBytes(StandardCharsets.UTF_8));

    Exception failure =
        assertThrows(
            InputException.class, () -> new AvroFormat().schemaOf(List.of(file.toString()), 1));

    assertThat(failure.getMessage(), containsString(file + ": not an Avro data file"));
  }
}
