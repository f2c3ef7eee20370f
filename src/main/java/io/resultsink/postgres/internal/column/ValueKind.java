package io.resultsink.postgres.internal.column;

/**
 * The kind of a value, independent of its Beam type. The class in brackets is the class of the
 * values that {@link FieldMapping#reader} returns.
 */
enum ValueKind {
  /** (Boolean). */
  BOOLEAN,
  /** (Byte, Short, Integer, Long). */
  INTEGER,
  /** (Float). */
  FLOAT,
  /** (Double). */
  DOUBLE,
  /** (BigDecimal). */
  DECIMAL,
  /** (String). */
  TEXT,
  /** (byte[]). */
  BYTES,
  /** (LocalDate). */
  DATE,
  /** A time of day (LocalTime). */
  TIME,
  /** The date and time of a wall clock, without a zone (LocalDateTime). */
  LOCAL_TIMESTAMP,
  /** A point in time (java.time.Instant, or Joda's). */
  INSTANT,
  /** A length of time (Duration). */
  INTERVAL,
  /** (java.util.UUID). */
  UUID,
  /** A value for a JSON document only: a row, a map, one of several types (Beam's values). */
  DOCUMENT,
  /** (Iterable, of Iterables when nested). */
  ARRAY,
  /** A value for a column of its PostgreSQL type only (byte[], in its binary form). */
  OWN
}
