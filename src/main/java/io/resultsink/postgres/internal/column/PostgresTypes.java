package io.resultsink.postgres.internal.column;

import static io.resultsink.postgres.internal.column.TypeLine.builtIn;
import static io.resultsink.postgres.internal.column.TypeLine.ofExtension;
import static io.resultsink.postgres.internal.column.ValueKind.ARRAY;
import static io.resultsink.postgres.internal.column.ValueKind.BOOLEAN;
import static io.resultsink.postgres.internal.column.ValueKind.BYTES;
import static io.resultsink.postgres.internal.column.ValueKind.DATE;
import static io.resultsink.postgres.internal.column.ValueKind.DECIMAL;
import static io.resultsink.postgres.internal.column.ValueKind.DOCUMENT;
import static io.resultsink.postgres.internal.column.ValueKind.INSTANT;
import static io.resultsink.postgres.internal.column.ValueKind.INTERVAL;
import static io.resultsink.postgres.internal.column.ValueKind.LOCAL_TIMESTAMP;
import static io.resultsink.postgres.internal.column.ValueKind.TEXT;
import static io.resultsink.postgres.internal.column.ValueKind.TIME;
import static io.resultsink.postgres.internal.column.ValueKind.UUID;

import io.resultsink.postgres.internal.column.TypeLine.Encoding;
import io.resultsink.postgres.internal.copy.FieldEncoder;
import io.resultsink.postgres.internal.copy.FieldEncoders;
import io.resultsink.postgres.internal.copy.TextEncoders;
import io.resultsink.postgres.internal.copy.TimeEncoders;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.beam.sdk.schemas.Schema.FieldType;
import org.jspecify.annotations.Nullable;

/**
 * The PostgreSQL types whose binary form is known here. Each has one line: its name, its OID where
 * every database has the same, the values it takes, and their encoder. Every other type takes text,
 * which PostgreSQL reads.
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
final class PostgresTypes {

  /** In the order of the types page. */
  private static final List<TypeLine> LINES =
      List.of(
          builtIn("bool", 16).takes(only(BOOLEAN, FieldEncoders.BOOL)),
          builtIn("int2", 21).takes(read(ExactNumbers::longs, FieldEncoders::int2)),
          builtIn("int4", 23).takes(read(ExactNumbers::longs, FieldEncoders::int4)),
          builtIn("int8", 20).takes(read(ExactNumbers::longs, FieldEncoders::int8)),
          builtIn("numeric", 1700)
              .takes(read(ExactNumbers::decimals, Modifiers::numeric))
              .gives(DECIMAL, BinaryForms::numeric),
          builtIn("float4", 700).takes(read(ExactNumbers::floats, FieldEncoders::float4)),
          builtIn("float8", 701).takes(read(ExactNumbers::doubles, FieldEncoders::float8)),
          builtIn("text", 25)
              .takes(read(TextConversions::texts, TextEncoders.TEXT::after))
              .takes(documents(JsonDocuments::json, DOCUMENT)),
          builtIn("varchar", 1043)
              .shownAs("varchar(n)")
              .takes(read(TextConversions::texts, Modifiers::characters))
              .takes(ofAnyLength(documents(JsonDocuments::json, DOCUMENT)))
              .gives(TEXT, BinaryForms::text),
          builtIn("bpchar", 1042)
              .shownAs("char(n)")
              .takes(read(TextConversions::texts, Modifiers::characters))
              .gives(TEXT, BinaryForms::text),
          builtIn("name", 19)
              .takes(read(TextConversions::texts, TextEncoders.NAME::after))
              .gives(TEXT, BinaryForms::text)
              .cutsText(),
          builtIn("char", 18).takes(only(TEXT, TextEncoders.SINGLE_BYTE)).cutsText(),
          builtIn("bytea", 17).takes(only(BYTES, FieldEncoders.BYTEA)),
          builtIn("date", 1082)
              .takes(read(ExactTimes::dates, TimeEncoders.DATE::after))
              .gives(DATE, BinaryForms::date),
          builtIn("time", 1083).takes(only(TIME, Modifiers::time)).gives(TIME, BinaryForms::time),
          builtIn("timetz", 1266).takes(only(TEXT, Modifiers::timeWithZone)),
          builtIn("timestamp", 1114)
              .takes(read(ExactTimes::wallClocks, Modifiers::timestamp))
              .gives(LOCAL_TIMESTAMP, BinaryForms::timestamp),
          builtIn("timestamptz", 1184)
              .takes(read(ExactTimes::instants, Modifiers::timestamp))
              .gives(INSTANT, BinaryForms::instant),
          builtIn("interval", 1186)
              .takes(only(INTERVAL, Modifiers::interval))
              .gives(INTERVAL, BinaryForms::interval),
          builtIn("uuid", 2950)
              .takes(only(UUID, FieldEncoders.UUID))
              .takes(
                  only(TEXT, FieldEncoders.UUID.after(text -> TextConversions.uuid((String) text))))
              .gives(UUID, BinaryForms::uuid),
          builtIn("json", 114)
              .takes(only(TEXT, TextConversions.JSON))
              .takes(documents(JsonDocuments::json, DOCUMENT, ARRAY))
              .gives(TEXT, BinaryForms::text),
          builtIn("jsonb", 3802)
              .takes(only(TEXT, TextConversions.JSONB))
              .takes(documents(JsonDocuments::jsonb, DOCUMENT, ARRAY))
              .gives(TEXT, BinaryForms::jsonb)
              .cutsText(),
          builtIn("money", 790).cutsText(),
          ofExtension("citext").takes(read(TextConversions::texts, TextEncoders.TEXT::after)));

  private static final Map<String, TypeLine> BY_NAME =
      LINES.stream().collect(Collectors.toMap(TypeLine::name, line -> line));

  private PostgresTypes() {}

  /** Returns the lines, in the order of the types page. */
  static List<TypeLine> all() {
    return LINES;
  }

  /** Returns the line of a type that is no domain; null for one that takes text. */
  static @Nullable TypeLine of(PostgresType type) {
    TypeLine line = BY_NAME.get(type.name());
    return line != null && line.isOf(type) ? line : null;
  }

  /** Returns the line of a type that arrays can be sent of in binary form; else null. */
  static @Nullable TypeLine ofElement(PostgresType type) {
    TypeLine line = of(type);
    return line != null && line.isBuiltIn() ? line : null;
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
        && Modifiers.isGiven(type.modifier());
  }

  /**
   * Returns whether the type's input function alters a text that does not fit instead of refusing
   * it. That of bit(3), and those that extensions bring, refuse.
   */
  static boolean cutsText(PostgresType type) {
    TypeLine line = ofElement(type);
    return line != null && (line.alwaysCutsText() || type.modifier() >= 0);
  }

  private static Encoding only(ValueKind wanted, FieldEncoder encoder) {
    return only(wanted, modifier -> encoder);
  }

  private static Encoding only(ValueKind wanted, OfModifier encoder) {
    return values((kind, modifier) -> kind == wanted ? encoder.of(modifier) : null);
  }

  private static <T> Encoding read(Readers<T> readers, Function<T, FieldEncoder> encoder) {
    return read(readers, (reader, modifier) -> encoder.apply(reader));
  }

  private static <T> Encoding read(Readers<T> readers, OfReader<T> encoder) {
    return values(
        (kind, modifier) -> {
          T reader = readers.of(kind);
          return reader == null ? null : encoder.of(reader, modifier);
        });
  }

  /** Takes values of the kind's class, which the mapping reads from Beam's. */
  private static Encoding values(OfKind encoders) {
    return (mapping, modifier) -> {
      FieldEncoder encoder = encoders.of(mapping.kind(), modifier);
      return encoder == null || mapping.reader() == null ? encoder : encoder.after(mapping::read);
    };
  }

  /** Takes documents and arrays as JSON, written from the Beam value itself. */
  private static Encoding documents(Function<FieldType, FieldEncoder> encoder, ValueKind... kinds) {
    List<ValueKind> taken = List.of(kinds);
    return (mapping, modifier) ->
        taken.contains(mapping.kind()) ? encoder.apply(mapping.type()) : null;
  }

  private static Encoding ofAnyLength(Encoding encoding) {
    return (mapping, modifier) -> modifier < 0 ? encoding.encoder(mapping, modifier) : null;
  }

  /** Readers of values by their kind, for the encoder; null for kinds that are not taken. */
  private interface Readers<T> {
    @Nullable T of(ValueKind kind);
  }

  private interface OfModifier {
    @Nullable FieldEncoder of(int modifier);
  }

  private interface OfReader<T> {
    FieldEncoder of(T reader, int modifier);
  }

  private interface OfKind {
    @Nullable FieldEncoder of(ValueKind kind, int modifier);
  }
}
