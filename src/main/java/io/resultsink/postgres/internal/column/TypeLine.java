package io.resultsink.postgres.internal.column;

import io.resultsink.postgres.internal.copy.FieldEncoder;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.apache.beam.sdk.schemas.Schema.FieldType;
import org.jspecify.annotations.Nullable;

/**
 * The line of a type in {@link PostgresTypes}.
 *
 * @param name pg_type.typname
 * @param shown the type as documentation writes it
 * @param oid the OID that every database has for it (pg_type.dat), by which an array names its
 *     elements' type; 0 for a type of an extension
 * @param encodings the ways in, the first that takes a field's values counts
 * @param read the kind as which values in binary form are read; null to read them as nothing but
 *     themselves
 * @param reader null together with {@code read}
 * @param alwaysCutsText whether its input function alters text that does not fit, whatever the
 *     modifier
 */
record TypeLine(
    String name,
    String shown,
    int oid,
    List<Encoding> encodings,
    @Nullable ValueKind read,
    @Nullable Function<ByteBuffer, ?> reader,
    boolean alwaysCutsText) {

  /** A way into a column. */
  @FunctionalInterface
  interface Encoding {
    /** Returns the encoder of a field's Beam values; null when the column does not take them. */
    @Nullable FieldEncoder encoder(FieldMapping mapping, int modifier);
  }

  /** A type of pg_catalog. */
  static TypeLine builtIn(String name, int oid) {
    return new TypeLine(name, BuiltInType.sql(name, -1), oid, List.of(), null, null, false);
  }

  /** A base type of this name in whatever schema; only a superuser can have made one. */
  static TypeLine ofExtension(String name) {
    return new TypeLine(name, name, 0, List.of(), null, null, false);
  }

  /** The same with another way in, for values that those before do not take. */
  TypeLine takes(Encoding encoding) {
    List<Encoding> more = new ArrayList<>(encodings);
    more.add(encoding);
    return new TypeLine(name, shown, oid, List.copyOf(more), read, reader, alwaysCutsText);
  }

  /** The same with values that can be read from their binary form, for columns of other types. */
  TypeLine gives(ValueKind kind, Function<ByteBuffer, ?> form) {
    return new TypeLine(name, shown, oid, encodings, kind, form, alwaysCutsText);
  }

  /** The same for a type that alters text that does not fit. */
  TypeLine cutsText() {
    return new TypeLine(name, shown, oid, encodings, read, reader, true);
  }

  /** The same for a type that is mostly written with a length. */
  TypeLine shownAs(String words) {
    return new TypeLine(name, words, oid, encodings, read, reader, alwaysCutsText);
  }

  boolean isBuiltIn() {
    return oid != 0;
  }

  /** Returns whether a type of its name is this one. */
  boolean isOf(PostgresType type) {
    return isBuiltIn() ? type.schema().equals("pg_catalog") : type.kind() == 'b';
  }

  /** Returns the encoder of a field's Beam values; null when the type does not take them. */
  @Nullable FieldEncoder encoder(FieldMapping mapping, int modifier) {
    for (Encoding encoding : encodings) {
      FieldEncoder encoder = encoding.encoder(mapping, modifier);
      if (encoder != null) {
        return encoder;
      }
    }
    return null;
  }

  /** Returns the line of the type table for values of this type in their binary form. */
  FieldMapping mapping(FieldType beam, PostgresType type) {
    Function<ByteBuffer, ?> form = reader;
    return read == null || form == null
        ? FieldMapping.of(beam, ValueKind.OWN, type)
        : FieldMapping.of(beam, read, type)
            .reading(value -> form.apply(ByteBuffer.wrap((byte[]) value)));
  }
}
