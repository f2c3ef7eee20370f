package io.resultsink.pipelines.print;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.schemas.Schema.FieldType;
import org.apache.beam.sdk.schemas.logicaltypes.SqlTypes;
import org.apache.beam.sdk.values.Row;
import org.joda.time.Instant;
import org.junit.jupiter.api.Test;

class RowsFormatTest {

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);

  private String printed() {
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @Test
  void tablesLookAsInPsql() throws IOException {
    TextTable table = new TextTable(List.of("code", "hits"), List.of(false, true));

    table.print(
        row -> {
          row.accept(List.of("200", "91204"));
          row.accept(Arrays.asList("naïve\nline", null));
        },
        out);

    assertThat(
        printed(),
        is(
            """
                code     | hits
            -------------+-------
             200         | 91204
             naïve\\nline |
            """));
  }

  @Test
  void jsonKeepsTypes() {
    Schema schema =
        Schema.builder()
            .addInt64Field("i")
            .addDoubleField("d")
            .addDecimalField("n")
            .addBooleanField("b")
            .addNullableField("z", FieldType.STRING)
            .addField("day", FieldType.logicalType(SqlTypes.DATE))
            .addDateTimeField("at")
            .addByteArrayField("raw")
            .addArrayField("a", FieldType.STRING)
            .addMapField("m", FieldType.STRING, FieldType.INT64)
            .build();
    Row row =
        Row.withSchema(schema)
            .addValues(
                1L,
                Double.NaN,
                new BigDecimal("1E+3"),
                true,
                null,
                LocalDate.of(2026, 11, 22),
                Instant.ofEpochMilli(1_234),
                new byte[] {1, (byte) 0xff},
                List.of("x\"y"),
                Map.of("k", 2L))
            .build();

    assertThat(
        JsonText.of(row),
        is(
            "{\"i\":1,\"d\":\"NaN\",\"n\":1000,\"b\":true,\"z\":null,\"day\":\"2026-11-22\","
                + "\"at\":\"1970-01-01T00:00:01.234Z\",\"raw\":\"\\\\x01ff\",\"a\":[\"x\\\"y\"],"
                + "\"m\":{\"k\":2}}"));
  }
}
