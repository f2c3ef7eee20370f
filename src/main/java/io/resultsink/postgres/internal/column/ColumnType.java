package io.resultsink.postgres.internal.column;

import io.resultsink.postgres.internal.copy.ArrayEncoder;
import io.resultsink.postgres.internal.copy.FieldEncoder;
import io.resultsink.postgres.internal.copy.FieldEncoders;
import io.resultsink.postgres.internal.copy.TextEncoders;
import org.jspecify.annotations.Nullable;

/**
 * The way of a field's values into a column: the staging column's type, its encoder, and the way
 * from there to the target's column. They are one value, so that they always agree.
 *
 * @param staged the staging column's type as SQL writes it, with an empty search path
 */
record ColumnType(String staged, FieldEncoder encoder, Publishing publishing) {

  /** The way from a staged value to the target's. */
  enum Publishing {
    /** The staged value has the column's type, or the base type of its domain. */
    AS_IS,
    /**
     * The staged value is text, or an array of the element's base type. An explicit cast loses
     * nothing.
     */
    CAST,
    /**
     * The staged value is text for a type with a modifier, such as bit(3). A cast would cut it
     * without an error; the type's input function refuses a value that does not fit.
     */
    INPUT
  }

  /**
   * Returns the way from a field to an existing column.
   *
   * @throws RefusedTypeException if there is none
   */
  static ColumnType of(FieldMapping mapping, PostgresType target) {
    PostgresType base = withoutDomains(target);
    if (isOwnType(mapping, base)) {
      return mapping.isBinary()
          ? new ColumnType(base.sql(), FieldEncoders.BYTEA, Publishing.AS_IS)
          : new ColumnType(CreatedType.TEXT.sql(), TextEncoders.TEXT, fromText(target, base));
    }
    ColumnType found =
        isArray(base) ? ofArray(mapping, target, base) : ofScalar(mapping, target, base);
    if (found == null) {
      throw new RefusedTypeException(
          "result has "
              + mapping.created().sql()
              + ", table has "
              + target.sql()
              + hint(mapping, base));
    }
    return found;
  }

  /**
   * Returns whether every value of a named PostgreSQL type is one of the column's, the modifier
   * included.
   */
  private static boolean isOwnType(FieldMapping mapping, PostgresType base) {
    PostgresType own = mapping.created();
    return mapping.isOfNamedType()
        && own.schema().equals(base.schema())
        && own.name().equals(base.name())
        && (base.modifier() < 0
            || own.modifier() == base.modifier()
            || own.sql().equals(base.sql()));
  }

  private static @Nullable ColumnType ofScalar(
      FieldMapping mapping, PostgresType target, PostgresType base) {
    TypeLine line = PostgresTypes.of(base);
    FieldEncoder encoder = line == null ? null : line.encoder(mapping, base.modifier());
    if (encoder != null) {
      return new ColumnType(base.sql(), encoder, Publishing.AS_IS);
    }
    return line != null && line.isBuiltIn() ? null : ofText(mapping, target, base);
  }

  /** The way of a text into a type that PostgreSQL reads from text. */
  private static @Nullable ColumnType ofText(
      FieldMapping mapping, PostgresType target, PostgresType base) {
    TypeLine text = PostgresTypes.of(CreatedType.TEXT);
    if (mapping.kind() != ValueKind.TEXT || text == null) {
      return null;
    }
    FieldEncoder encoder = text.encoder(mapping, CreatedType.TEXT.modifier());
    if (encoder == null) {
      return null;
    }
    refuseCutParts(target, base);
    return new ColumnType(CreatedType.TEXT.sql(), encoder, fromText(target, base));
  }

  private static @Nullable ColumnType ofArray(
      FieldMapping mapping, PostgresType target, PostgresType base) {
    FieldMapping element = mapping.element();
    PostgresType targetElement = base.element();
    if (element == null || targetElement == null) {
      return null;
    }
    PostgresType single = withoutDomains(targetElement);
    ColumnType scalar =
        PostgresTypes.ofElement(single) == null
            ? ofText(element, targetElement, single)
            : ofScalar(element, targetElement, single);
    if (scalar == null) {
      return null;
    }
    PostgresType staged = scalar.publishing == Publishing.AS_IS ? single : CreatedType.TEXT;
    TypeLine line = PostgresTypes.ofElement(staged);
    if (line == null) {
      return null;
    }
    FieldEncoder encoder = new ArrayEncoder(line.oid(), scalar.encoder, mapping.dimensions());
    Publishing publishing = scalar.publishing;
    if (publishing == Publishing.AS_IS && targetElement.base() != null) {
      publishing = Publishing.CAST;
    }
    return new ColumnType(
        staged.sql() + "[]",
        mapping.reader() == null ? encoder : encoder.after(mapping::read),
        publishing);
  }

  /**
   * Refuses composites and ranges whose input function alters a part that does not fit. It would
   * round to the part's digits, cut blanks beyond its length, or cut a name.
   */
  private static void refuseCutParts(PostgresType target, PostgresType base) {
    for (PostgresType part : base.parts()) {
      PostgresType inner = withoutDomains(part);
      PostgresType single =
          isArray(inner) && inner.element() != null ? withoutDomains(inner.element()) : inner;
      if (PostgresTypes.cutsText(single)) {
        throw new RefusedTypeException(
            "result has text, table has "
                + target.sql()
                + " with a part of type "
                + single.sql()
                + ", to which PostgreSQL cuts or rounds text without an error; use a separate"
                + " column for each part");
      }
      refuseCutParts(target, single);
    }
  }

  private static Publishing fromText(PostgresType target, PostgresType base) {
    return target.modifier() >= 0 || base.modifier() >= 0 ? Publishing.INPUT : Publishing.CAST;
  }

  private static PostgresType withoutDomains(PostgresType type) {
    PostgresType found = type;
    for (PostgresType base = found.base(); base != null; base = found.base()) {
      found = base;
    }
    return found;
  }

  /** Some types that are not arrays have elements too: name, point, int2vector. */
  private static boolean isArray(PostgresType type) {
    return type.element() != null && type.name().startsWith("_");
  }

  private static boolean isMoney(PostgresType type) {
    return type.schema().equals("pg_catalog") && type.name().equals("money");
  }

  private static String hint(FieldMapping mapping, PostgresType base) {
    if (isMoney(base)) {
      return "; money rounds by the server's locale, numeric does not";
    }
    return mapping.kind() == ValueKind.LOCAL_TIMESTAMP && base.name().equals("timestamptz")
        ? "; its time zone is not known"
        : "";
  }
}
