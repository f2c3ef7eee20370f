package io.resultsink.postgres.internal.column;

import static io.resultsink.postgres.internal.column.ValueKind.BOOLEAN;
import static io.resultsink.postgres.internal.column.ValueKind.BYTES;
import static io.resultsink.postgres.internal.column.ValueKind.INTERVAL;
import static io.resultsink.postgres.internal.column.ValueKind.TEXT;
import static io.resultsink.postgres.internal.column.ValueKind.TIME;

import io.resultsink.postgres.internal.copy.ElementType;
import io.resultsink.postgres.internal.copy.FieldEncoder;
import io.resultsink.postgres.internal.copy.FieldEncoders;
import io.resultsink.postgres.internal.copy.NumericEncoder;
import io.resultsink.postgres.internal.copy.TextEncoders;
import io.resultsink.postgres.internal.copy.TimeEncoders;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Which column types take values of which kind, and the encoder that writes them: one line per type
 * that PostgreSQL brings and that has an encoder.
 *
 * <p>A line takes a kind when some value of it arrives without loss; the encoder refuses the others
 * one by one. What is decided here beyond that:
 *
 * <ul>
 *   <li>Numbers become each other when nothing is lost; see {@link ExactNumbers}.
 *   <li>Only what has one text form becomes text: integers, decimals, UUIDs, documents.
 *   <li>Text becomes what it is read as only where PostgreSQL has no other way in: UUIDs, JSON,
 *       timetz. Text for a number, a date or a truth value is a mistake more often than not.
 *   <li>An instant in a timestamp without time zone is its UTC wall clock. A wall clock in a
 *       timestamp with time zone would be a guess, and is refused.
 *   <li>A timestamp at midnight becomes a date, a date a timestamp at midnight.
 *   <li>money is refused: how it rounds depends on the server's locale.
 * </ul>
 */
final class Conversions {

  private static final int MODIFIER_HEADER = 4;
  private static final int INTERVAL_PRECISION = 0xffff;
  private static final int INTERVAL_SECOND = 1 << 12;

  private Conversions() {}

  /** The encoder of a mapping's values for a type that has one; null when it does not take them. */
  static @Nullable FieldEncoder encoder(FieldMapping mapping, PostgresType type) {
    ValueKind kind = mapping.kind();
    int modifier = type.modifier();
    FieldEncoder encoder =
        switch (type.name()) {
          case "bool" -> only(BOOLEAN, kind, FieldEncoders.BOOL);
          case "int2" -> map(ExactNumbers.longs(kind), FieldEncoders::int2);
          case "int4" -> map(ExactNumbers.longs(kind), FieldEncoders::int4);
          case "int8" -> map(ExactNumbers.longs(kind), FieldEncoders::int8);
          case "float4" -> map(ExactNumbers.floats(kind), FieldEncoders::float4);
          case "float8" -> map(ExactNumbers.doubles(kind), FieldEncoders::float8);
          case "numeric" -> map(ExactNumbers.decimals(kind), numeric(modifier)::after);
          case "text" -> map(TextForms.texts(kind), TextEncoders.TEXT::after);
          case "varchar", "bpchar" -> map(TextForms.texts(kind), characters(modifier)::after);
          case "name" -> map(TextForms.texts(kind), TextEncoders.NAME::after);
          case "char" -> only(TEXT, kind, TextEncoders.SINGLE_BYTE);
          case "bytea" -> only(BYTES, kind, FieldEncoders.BYTEA);
          case "date" -> map(ExactTimes.dates(kind), TimeEncoders.DATE::after);
          case "time" -> only(TIME, kind, TimeEncoders.time(digits(modifier)));
          case "timetz" ->
              only(
                  TEXT,
                  kind,
                  TimeEncoders.timeWithZone(digits(modifier))
                      .after(value -> TextForms.timeWithOffset((String) value)));
          case "timestamp" ->
              map(
                  ExactTimes.wallClocks(kind),
                  reader -> TimeEncoders.timestamp(reader, digits(modifier)));
          case "timestamptz" ->
              map(
                  ExactTimes.instants(kind),
                  reader -> TimeEncoders.timestamp(reader, digits(modifier)));
          case "interval" -> keepsSeconds(modifier) ? interval(kind, modifier) : null;
          case "uuid" -> uuid(kind);
          case "json" -> only(TEXT, kind, TextForms.JSON);
          case "jsonb" -> only(TEXT, kind, TextForms.JSONB);
          default -> null;
        };
    if (encoder == null) {
      return document(mapping, type);
    }
    return mapping.reader() == null ? encoder : encoder.after(mapping::read);
  }

  /** Returns whether a type has a line above; other types take text. */
  static boolean hasEncoder(PostgresType type) {
    return type.schema().equals("pg_catalog") && ElementType.named(type.name()) != null;
  }

  /** Returns whether a type, or that of an array's elements, has a length in characters. */
  static boolean countsCharacters(PostgresType type) {
    if (type.base() != null) {
      return countsCharacters(type.base());
    }
    if (type.element() != null) {
      return countsCharacters(type.element());
    }
    return type.schema().equals("pg_catalog")
        && (type.name().equals("varchar") || type.name().equals("bpchar"))
        && type.modifier() >= MODIFIER_HEADER;
  }

  /**
   * Returns whether the type's input function alters a text that does not fit instead of refusing
   * it. That of bit(3), and those that extensions bring, refuse.
   */
  static boolean cutsText(PostgresType type) {
    if (!type.schema().equals("pg_catalog")) {
      return false;
    }
    return switch (type.name()) {
      case "name", "char", "jsonb", "money" -> true;
      default -> hasEncoder(type) && type.modifier() >= 0;
    };
  }

  /** Documents and arrays as JSON, written from the Beam value itself. */
  private static @Nullable FieldEncoder document(FieldMapping mapping, PostgresType type) {
    boolean anyLength = type.modifier() < 0;
    return switch (mapping.kind()) {
      case DOCUMENT ->
          switch (type.name()) {
            case "jsonb" -> JsonDocuments.jsonb(mapping.type());
            case "json", "text" -> JsonDocuments.json(mapping.type());
            case "varchar" -> anyLength ? JsonDocuments.json(mapping.type()) : null;
            default -> null;
          };
      case ARRAY ->
          switch (type.name()) {
            case "jsonb" -> JsonDocuments.jsonb(mapping.type());
            case "json" -> JsonDocuments.json(mapping.type());
            default -> null;
          };
      default -> null;
    };
  }

  private static @Nullable FieldEncoder only(
      ValueKind wanted, ValueKind kind, FieldEncoder encoder) {
    return kind == wanted ? encoder : null;
  }

  private static <T> @Nullable FieldEncoder map(
      @Nullable T reader, Function<T, FieldEncoder> encoder) {
    return reader == null ? null : encoder.apply(reader);
  }

  private static @Nullable FieldEncoder uuid(ValueKind kind) {
    return switch (kind) {
      case UUID -> FieldEncoders.UUID;
      case TEXT -> FieldEncoders.UUID.after(value -> TextForms.uuid((String) value));
      default -> null;
    };
  }

  private static @Nullable FieldEncoder interval(ValueKind kind, int modifier) {
    int precision = modifier < 0 ? INTERVAL_PRECISION : modifier & INTERVAL_PRECISION;
    return only(
        INTERVAL, kind, TimeEncoders.interval(Math.min(precision, TimeEncoders.MICROSECONDS)));
  }

  /** {@code interval hour} and the like cut what is smaller. */
  private static boolean keepsSeconds(int modifier) {
    return modifier < 0 || (modifier >> 16 & INTERVAL_SECOND) != 0;
  }

  private static NumericEncoder numeric(int modifier) {
    if (modifier < MODIFIER_HEADER) {
      return new NumericEncoder();
    }
    int packed = modifier - MODIFIER_HEADER;
    return new NumericEncoder(packed >> 16 & 0xffff, scale(packed));
  }

  /** The scale of numeric; since PostgreSQL 15 it is a signed number of 11 bits. */
  static int scale(int packed) {
    return ((packed & 0x7ff) ^ 1024) - 1024;
  }

  private static FieldEncoder characters(int modifier) {
    return modifier < MODIFIER_HEADER
        ? TextEncoders.TEXT
        : TextEncoders.atMost(modifier - MODIFIER_HEADER);
  }

  private static int digits(int modifier) {
    return modifier < 0 ? TimeEncoders.MICROSECONDS : modifier;
  }
}
