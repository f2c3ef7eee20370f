package io.resultsink.pipelines.benchmark;

import org.apache.beam.sdk.schemas.Schema;
import org.joda.time.Instant;

/** Orders: what a dashboard's table has, and all of it types that JdbcIO writes too. */
final class NarrowRows {

  static final Schema SCHEMA =
      Schema.builder()
          .addInt64Field("id")
          .addInt64Field("customer")
          .addInt32Field("quantity")
          .addDoubleField("price")
          .addBooleanField("paid")
          .addDateTimeField("created")
          .addStringField("country")
          .addStringField("note")
          .build();

  static final String SQL =
      """
      i AS id, i * 7919 % 1000003 AS customer, (i % 100 + :generation)::integer AS quantity,
      (i % 100000)::float8 / 4 AS price, i % 3 = 0 AS paid,
      to_timestamp(1700000000 + i) AS created, 'country-' || i % 200 AS country,
      'order ' || 1000000000000 + i || ' paid by card, sent by parcel' AS note
      """;

  private static final long FIRST_SECOND = 1_700_000_000L;

  private NarrowRows() {}

  static Object[] values(long id, int generation) {
    return new Object[] {
      id,
      id * 7919 % 1_000_003,
      (int) (id % 100) + generation,
      id % 100_000 / 4.0,
      id % 3 == 0,
      Instant.ofEpochSecond(FIRST_SECOND + id),
      "country-" + id % 200,
      "order " + (1_000_000_000_000L + id) + " paid by card, sent by parcel"
    };
  }
}
