package io.resultsink.pipelines.benchmark;

import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.schemas.Schema.FieldType;
import org.apache.beam.sdk.schemas.logicaltypes.SqlTypes;
import org.apache.beam.sdk.schemas.logicaltypes.UuidLogicalType;
import org.apache.beam.sdk.values.Row;
import org.joda.time.Instant;

/** Rows of types that cost more to encode. */
final class WideRows {

  private static final Schema PLACE =
      Schema.builder().addStringField("city").addInt32Field("zip").build();

  static final Schema SCHEMA =
      Schema.builder()
          .addInt64Field("id")
          .addInt32Field("quantity")
          .addInt32Field("visits")
          .addInt32Field("clicks")
          .addInt64Field("sent")
          .addInt64Field("received")
          .addFloatField("share")
          .addDoubleField("score")
          .addDoubleField("weight")
          .addBooleanField("active")
          .addDecimalField("price")
          .addDecimalField("tax")
          .addDecimalField("total")
          .addDecimalField("rate")
          .addDecimalField("balance")
          .addStringField("name")
          .addStringField("country")
          .addStringField("note")
          .addStringField("path")
          .addField("day", FieldType.logicalType(SqlTypes.DATE))
          .addDateTimeField("created")
          .addDateTimeField("changed")
          .addField("token", FieldType.logicalType(new UuidLogicalType()))
          .addField("place", FieldType.row(PLACE))
          .addField("counts", FieldType.map(FieldType.STRING, FieldType.INT64))
          .addField("labels", FieldType.map(FieldType.STRING, FieldType.STRING))
          .addArrayField("orders", FieldType.INT64)
          .addArrayField("tags", FieldType.STRING)
          .addArrayField("ratios", FieldType.DOUBLE)
          .addArrayField("amounts", FieldType.DECIMAL)
          .build();

  static final String SQL =
      """
      i AS id, (i % 100 + :generation)::integer AS quantity, (i % 1000)::integer AS visits,
      (-i % 100000)::integer AS clicks, i * 1024 AS sent, i * 7919 % 1000003 AS received,
      (i % 1000)::float4 / 8 AS share, i::float8 / 2 AS score, (i % 9973)::float8 / 16 AS weight,
      i % 2 = 0 AS active, (i % 1000000) * 0.01 AS price, (i % 1000) * 0.001 AS tax,
      i * 0.00001 AS total, (i % 10000) * 0.0001 AS rate, 12345678901234567890.5 - i AS balance,
      'customer ' || i AS name, 'country-' || i % 200 AS country,
      'a note that says how it went with ' || i AS note, '/shop/item/' || i % 5000 AS path,
      date '2020-01-01' + (i % 2000)::integer AS day, to_timestamp(1700000000 + i) AS created,
      to_timestamp(1750000000 + i % 86400) AS changed,
      lpad(to_hex(i), 32, '0')::uuid AS token,
      jsonb_build_object('city', 'city-' || i % 50, 'zip', (i % 99999)::integer) AS place,
      jsonb_build_object('seen', i, 'bought', i % 10) AS counts,
      jsonb_build_object('colour', 'c' || i % 7) AS labels,
      ARRAY[i, i + 1, i + 2] AS orders, ARRAY['tag-' || i % 30, 'all'] AS tags,
      ARRAY[i::float8 / 4] AS ratios, ARRAY[(i % 100) * 0.1, 2.50] AS amounts
      """;

  private static final LocalDate FIRST_DAY = LocalDate.of(2020, 1, 1);
  private static final BigDecimal BALANCE = new BigDecimal("12345678901234567890.5");
  private static final BigDecimal FIXED_AMOUNT = new BigDecimal("2.50");

  private WideRows() {}

  static Object[] values(long id, int generation) {
    return new Object[] {
      id,
      (int) (id % 100) + generation,
      (int) (id % 1000),
      (int) (-id % 100_000),
      id * 1024,
      id * 7919 % 1_000_003,
      id % 1000 / 8f,
      id / 2.0,
      id % 9973 / 16.0,
      id % 2 == 0,
      BigDecimal.valueOf(id % 1_000_000, 2),
      BigDecimal.valueOf(id % 1000, 3),
      BigDecimal.valueOf(id, 5),
      BigDecimal.valueOf(id % 10_000, 4),
      BALANCE.subtract(BigDecimal.valueOf(id)),
      "customer " + id,
      "country-" + id % 200,
      "a note that says how it went with " + id,
      "/shop/item/" + id % 5000,
      FIRST_DAY.plusDays(id % 2000),
      Instant.ofEpochSecond(1_700_000_000L + id),
      Instant.ofEpochSecond(1_750_000_000L + id % 86_400),
      new UUID(0, id),
      Row.withSchema(PLACE).attachValues("city-" + id % 50, (int) (id % 99_999)),
      Map.of("seen", id, "bought", id % 10),
      Map.of("colour", "c" + id % 7),
      List.of(id, id + 1, id + 2),
      List.of("tag-" + id % 30, "all"),
      List.of(id / 4.0),
      List.of(BigDecimal.valueOf(id % 100, 1), FIXED_AMOUNT)
    };
  }
}
