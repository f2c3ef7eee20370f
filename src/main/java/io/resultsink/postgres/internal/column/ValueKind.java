package io.resultsink.postgres.internal.column;

/**
 * The kind of a value, whatever Beam type it came by. The class of the values is in brackets: it is
 * what {@link FieldMapping#reader} gives.
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
  /** A wall clock's date and time, of no known zone (LocalDateTime). */
  LOCAL_TIMESTAMP,
  /** A point in time (java.time.Instant, or Joda's). */
  INSTANT,
  /** A length of time (Duration). */
  INTERVAL,
  /** (java.util.UUID). */
  UUID,
  /**
   * A value that only a JSON document can hold: a row, a map, one of several types (Beam's values).
   */
  DOCUMENT,
  /** (Iterable, of Iterables when nested). */
  ARRAY,
  /** A value that only a column of its own PostgreSQL type takes (byte[], in its binary form). */
  OWN
}
