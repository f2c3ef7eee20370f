package io.resultsink.postgres.internal.column;

/** The types of columns that the sink creates, in a spelling that an empty search path finds. */
final class CreatedType {

  static final PostgresType BOOLEAN = BuiltInType.of("bool", -1);
  static final PostgresType SMALLINT = BuiltInType.of("int2", -1);
  static final PostgresType INTEGER = BuiltInType.of("int4", -1);
  static final PostgresType BIGINT = BuiltInType.of("int8", -1);
  static final PostgresType REAL = BuiltInType.of("float4", -1);
  static final PostgresType DOUBLE_PRECISION = BuiltInType.of("float8", -1);
  static final PostgresType NUMERIC = BuiltInType.of("numeric", -1);
  static final PostgresType TEXT = BuiltInType.of("text", -1);
  static final PostgresType BYTEA = BuiltInType.of("bytea", -1);
  static final PostgresType DATE = BuiltInType.of("date", -1);
  static final PostgresType TIME = BuiltInType.of("time", -1);
  static final PostgresType TIMESTAMP = BuiltInType.of("timestamp", -1);
  static final PostgresType TIMESTAMPTZ = BuiltInType.of("timestamptz", -1);
  static final PostgresType INTERVAL = BuiltInType.of("interval", -1);
  static final PostgresType UUID = BuiltInType.of("uuid", -1);
  static final PostgresType JSONB = BuiltInType.of("jsonb", -1);

  private static final int LONGEST_LENGTH = 10_485_760;
  private static final int LARGEST_PRECISION = 1000;

  private CreatedType() {}

  /** Returns {@code varchar(n)}, or {@code text} for a length that varchar does not have. */
  static PostgresType varchar(int length) {
    return length < 1 || length > LONGEST_LENGTH
        ? TEXT
        : BuiltInType.of("varchar", length + Modifiers.HEADER);
  }

  /** Returns {@code char(n)}, or {@code text} for a length that char does not have. */
  static PostgresType character(int length) {
    return length < 1 || length > LONGEST_LENGTH
        ? TEXT
        : BuiltInType.of("bpchar", length + Modifiers.HEADER);
  }

  /**
   * Returns {@code numeric(p,s)}, or {@code numeric} if not every supported server accepts this
   * precision and scale.
   */
  static PostgresType numeric(int precision, int scale) {
    return precision < 1 || precision > LARGEST_PRECISION || scale < 0 || scale > precision
        ? NUMERIC
        : BuiltInType.of("numeric", (precision << 16 | scale) + Modifiers.HEADER);
  }

  /** Returns an array of as many dimensions as its values have. */
  static PostgresType arrayOf(PostgresType element) {
    return new PostgresType(
        element.sql() + "[]",
        "pg_catalog",
        "_" + element.name(),
        element.modifier(),
        'b',
        null,
        element);
  }
}
