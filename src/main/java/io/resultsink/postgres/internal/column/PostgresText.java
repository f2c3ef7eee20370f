package io.resultsink.postgres.internal.column;

import io.resultsink.postgres.internal.url.Identifier;
import java.util.regex.Pattern;
import org.apache.beam.sdk.annotations.Internal;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.schemas.Schema.FieldType;

/**
 * The Beam type of values of a type that only some databases have, such as an enum or an
 * extension's type. The value is text, and the input function of the target's type of that name
 * reads it.
 */
@Internal
public final class PostgresText extends PostgresValue<String> {

  private static final long serialVersionUID = 1;

  /** Checked, because the text is from another server and becomes part of a statement. */
  private static final Pattern MODIFIER =
      Pattern.compile(
          "( (year|month|day|hour|minute|second)( to (month|day|hour|minute|second))?)?"
              + "(\\([A-Za-z0-9_]+(, ?[A-Za-z0-9_]+)*\\))?");

  private static final Schema ARGUMENT =
      Schema.builder()
          .addStringField("schema")
          .addStringField("name")
          .addStringField("modifier")
          .addBooleanField("array")
          .build();

  private final String schema;
  private final String name;
  private final String modifier;
  private final boolean array;

  private PostgresText(String schema, String name, String modifier, boolean array) {
    super("resultsink:postgres_text:v1", FieldType.STRING, ARGUMENT, schema, name, modifier, array);
    this.schema = schema;
    this.name = name;
    this.modifier = modifier;
    this.array = array;
  }

  /**
   * Creates the type of a column.
   *
   * @param name pg_type.typname; for an array that of its elements
   * @param modifier as SQL writes it, such as {@code (Point,4326)} or {@code day to second(3)};
   *     empty for none
   * @throws IllegalArgumentException if the modifier has an unknown form
   */
  public static PostgresText of(String schema, String name, String modifier, boolean array) {
    if (!MODIFIER.matcher(modifier).matches()) {
      throw new IllegalArgumentException("no modifier of a type: " + modifier);
    }
    return new PostgresText(schema, name, modifier, array);
  }

  /** Returns pg_type.typname; for an array that of its elements. */
  public String name() {
    return name;
  }

  @Override
  PostgresType type() {
    String quoted =
        schema.equals("pg_catalog")
            ? BuiltInType.sql(name, -1)
            : Identifier.quote(schema) + "." + Identifier.quote(name);
    return new PostgresType(
        quoted + modifier + (array ? "[]" : ""),
        schema,
        array ? "_" + name : name,
        modifier.isEmpty() ? -1 : 0,
        'b',
        null,
        null);
  }
}
