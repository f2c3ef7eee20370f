package io.resultsink.pipelines.benchmark;

import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.values.Row;
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

  /** Returns a row with an id, a customer and a time of its own, and the rest of another. */
  static Row numbered(Row row, long id) {
    Object[] values = row.getValues().toArray();
    values[0] = id;
    values[1] = customer(id);
    values[5] = created(id);
    return Row.withSchema(SCHEMA).attachValues(values);
  }

  /** Returns the columns of the same row as SQL. */
  static String numbered(String id, String row) {
    return "%1$s AS id, %1$s * 7919 %% 1000003 AS customer, %2$s.quantity, %2$s.price, %2$s.paid,"
        .concat(" to_timestamp(1700000000 + %1$s) AS created, %2$s.country, %2$s.note")
        .formatted(id, row);
  }

  private static long customer(long id) {
    return id * 7919 % 1_000_003;
  }

  private static Instant created(long id) {
    return Instant.ofEpochSecond(FIRST_SECOND + id);
  }

  static Object[] values(long id, int generation) {
    return new Object[] {
      id,
      customer(id),
      (int) (id % 100) + generation,
      id % 100_000 / 4.0,
      id % 3 == 0,
      created(id),
      "country-" + id % 200,
      "order " + (1_000_000_000_000L + id) + " paid by card, sent by parcel"
    };
  }
}
