package io.resultsink.postgres.internal.column;

/**
 * The types of columns that the sink creates, written so that they are found with an empty search
 * path.
 */
final class CreatedType {

  static final PostgresType BOOLEAN = base("boolean", "bool", -1);
  static final PostgresType SMALLINT = base("smallint", "int2", -1);
  static final PostgresType INTEGER = base("integer", "int4", -1);
  static final PostgresType BIGINT = base("bigint", "int8", -1);
  static final PostgresType REAL = base("real", "float4", -1);
  static final PostgresType DOUBLE_PRECISION = base("double precision", "float8", -1);
  static final PostgresType NUMERIC = base("numeric", "numeric", -1);
  static final PostgresType TEXT = base("text", "text", -1);
  static final PostgresType BYTEA = base("bytea", "bytea", -1);
  static final PostgresType DATE = base("date", "date", -1);
  static final PostgresType TIME = base("time without time zone", "time", -1);
  static final PostgresType TIMESTAMP = base("timestamp without time zone", "timestamp", -1);
  static final PostgresType TIMESTAMPTZ = base("timestamp with time zone", "timestamptz", -1);
  static final PostgresType INTERVAL = base("interval", "interval", -1);
  static final PostgresType UUID = base("uuid", "uuid", -1);
  static final PostgresType JSONB = base("jsonb", "jsonb", -1);

  private static final int MODIFIER_HEADER = 4;
  private static final int LONGEST_LENGTH = 10_485_760;
  private static final int LARGEST_PRECISION = 1000;

  private CreatedType() {}

  /** {@code varchar(n)}; {@code text} when there can be no such length. */
  static PostgresType varchar(int length) {
    return length < 1 || length > LONGEST_LENGTH
        ? TEXT
        : base("character varying(" + length + ")", "varchar", length + MODIFIER_HEADER);
  }

  /** {@code char(n)}; {@code text} when there can be no such length. */
  static PostgresType character(int length) {
    return length < 1 || length > LONGEST_LENGTH
        ? TEXT
        : base("character(" + length + ")", "bpchar", length + MODIFIER_HEADER);
  }

  /** {@code numeric(p,s)}; {@code numeric} when every server must not know such a one. */
  static PostgresType numeric(int precision, int scale) {
    return precision < 1 || precision > LARGEST_PRECISION || scale < 0 || scale > precision
        ? NUMERIC
        : base(
            "numeric(" + precision + "," + scale + ")",
            "numeric",
            (precision << 16 | scale) + MODIFIER_HEADER);
  }

  /** An array, of as many dimensions as its values have. */
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

  private static PostgresType base(String sql, String name, int modifier) {
    return new PostgresType(sql, "pg_catalog", name, modifier, 'b', null, null);
  }
}
