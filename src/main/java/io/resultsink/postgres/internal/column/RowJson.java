package io.resultsink.postgres.internal.column;

import io.resultsink.postgres.internal.copy.RefusedValueException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import org.apache.beam.sdk.annotations.Internal;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.schemas.Schema.FieldType;
import org.apache.beam.sdk.schemas.Schema.LogicalType;
import org.apache.beam.sdk.schemas.logicaltypes.OneOfType;
import org.apache.beam.sdk.values.Row;
import org.joda.time.ReadableInstant;
import org.jspecify.annotations.Nullable;

/**
 * A row as a JSON object, for people to see what is wrong with it: every row has one, also one that
 * no table takes.
 *
 * <p>The forms are those of {@link JsonDocuments}. A value that its logical type refuses is shown
 * as its base value, or as the text of its object. What JSON has no form for is a string: NaN and
 * the infinities, half of a surrogate pair as its escape. A value that is too long is cut, and says
 * so.
 */
@Internal
public final class RowJson {

  /** A row that must not fail the run that rejects it cannot take more memory than a few chunks. */
  static final int MOST_CHARACTERS = 16 << 20;

  private final StringBuilder json = new StringBuilder();
  private final boolean asciiOnly;

  private RowJson(boolean asciiOnly) {
    this.asciiOnly = asciiOnly;
  }

  /**
   * Returns the object.
   *
   * @param asciiOnly whether other characters are written as escapes, for a database whose encoding
   *     may lack them
   */
  public static String of(Row row, boolean asciiOnly) {
    RowJson written = new RowJson(asciiOnly);
    written.row(row);
    return written.json.toString();
  }

  private void row(Row row) {
    Schema schema = row.getSchema();
    json.append('{');
    for (int i = 0; i < schema.getFieldCount(); i++) {
      separate(i > 0);
      name(schema.getField(i).getName());
      value(row.getValue(i), schema.getField(i).getType());
    }
    json.append('}');
  }

  private void value(@Nullable Object value, @Nullable FieldType type) {
    LogicalType<?, ?> logical = type == null ? null : type.getLogicalType();
    if (value == null || type == null || logical == null) {
      plain(value, type);
    } else if (value instanceof OneOfType.Value chosen && logical instanceof OneOfType one) {
      oneOf(chosen, one);
    } else {
      logical(value, type, logical);
    }
  }

  /** Writes what a column would get of the value; else its base value; else itself. */
  private void logical(Object value, FieldType type, LogicalType<?, ?> logical) {
    Object read = scalar(value, type);
    if (read != null) {
      plain(read, null);
      return;
    }
    Object base;
    try {
      base = ColumnTypes.baseValue(logical, value);
    } catch (RefusedValueException e) {
      plain(value, null);
      return;
    }
    value(base, logical.getBaseType());
  }

  /** Returns a value as a document has it; null for one without such a form. */
  private static @Nullable Object scalar(Object value, FieldType type) {
    try {
      FieldMapping mapping = ColumnTypes.of(type);
      return switch (mapping.kind()) {
        case DOCUMENT, ARRAY, OWN -> null;
        case DATE, TIME, LOCAL_TIMESTAMP, INSTANT ->
            JsonDocuments.text(mapping.kind(), mapping.read(value));
        default -> mapping.read(value);
      };
    } catch (RuntimeException e) { // the row is shown because something is wrong with it
      return null;
    }
  }

  private void plain(@Nullable Object value, @Nullable FieldType type) {
    if (value == null || value instanceof Boolean) {
      json.append(value);
    } else if (value instanceof Row row) {
      row(row);
    } else if (value instanceof Map<?, ?> map) {
      map(map, type);
    } else if (value instanceof Iterable<?> elements) {
      array(elements, type == null ? null : type.getCollectionElementType());
    } else if (value instanceof byte[] bytes) {
      bytes(bytes);
    } else if (value instanceof Number number && isNumber(number)) {
      json.append(number);
    } else {
      text(shown(value));
    }
  }

  private static String shown(Object value) {
    try {
      return value instanceof ReadableInstant instant
          ? ExactTimes.javaInstant(instant).toString()
          : String.valueOf(value);
    } catch (RuntimeException e) { // an object of the user's may do anything
      return value.getClass().getName();
    }
  }

  private static boolean isNumber(Number number) {
    return !(number instanceof Double || number instanceof Float)
        || Double.isFinite(number.doubleValue());
  }

  private void map(Map<?, ?> map, @Nullable FieldType type) {
    json.append('{');
    boolean more = false;
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      separate(more);
      if (json.length() >= MOST_CHARACTERS) {
        json.append("\"...\":\"(more entries)\"");
        break;
      }
      more = true;
      name(key(entry.getKey(), type == null ? null : type.getMapKeyType()));
      value(entry.getValue(), type == null ? null : type.getMapValueType());
    }
    json.append('}');
  }

  private static String key(@Nullable Object key, @Nullable FieldType type) {
    Object read = key == null || type == null ? null : scalar(key, type);
    return read != null ? shown(read) : key != null ? shown(key) : "null";
  }

  private void array(Iterable<?> elements, @Nullable FieldType type) {
    json.append('[');
    boolean more = false;
    for (Object element : elements) {
      separate(more);
      if (json.length() >= MOST_CHARACTERS) {
        json.append("\"... (more elements)\"");
        break;
      }
      more = true;
      value(element, type);
    }
    json.append(']');
  }

  /** Encodes no more than fits, because the whole could be as large as the heap. */
  private void bytes(byte[] bytes) {
    int room = Math.max(0, MOST_CHARACTERS - json.length()) / 4 * 3;
    boolean cut = bytes.length > room;
    byte[] shown = cut ? Arrays.copyOf(bytes, room) : bytes;
    json.append('"').append(Base64.getEncoder().encodeToString(shown));
    if (cut) {
      json.append("... (").append(bytes.length).append(" bytes)");
    }
    json.append('"');
  }

  private void oneOf(OneOfType.Value chosen, OneOfType type) {
    int number = chosen.getCaseType().getValue();
    String name = type.getCaseEnumType().getEnumName(number);
    json.append('{');
    name(name == null ? Integer.toString(number) : name);
    value(chosen.getValue(), name == null ? null : type.getFieldType(chosen));
    json.append('}');
  }

  private void separate(boolean more) {
    if (more) {
      json.append(',');
    }
  }

  private void name(String name) {
    text(name);
    json.append(':');
  }

  private void text(String text) {
    int room = Math.max(0, MOST_CHARACTERS - json.length());
    boolean cut = text.length() > room;
    json.append('"');
    for (int i = 0; i < (cut ? room : text.length()); i++) {
      character(text, i);
    }
    if (cut) {
      json.append("... (").append(text.length()).append(" characters)");
    }
    json.append('"');
  }

  private void character(String text, int index) {
    char c = text.charAt(index);
    if (c == '"' || c == '\\') {
      json.append('\\').append(c);
    } else if (c < ' ' || c == 0x7f || (c > 0x7f && asciiOnly) || isHalf(text, index)) {
      json.append("\\u").append(Character.forDigit(c >> 12, 16));
      json.append(Character.forDigit(c >> 8 & 15, 16));
      json.append(Character.forDigit(c >> 4 & 15, 16));
      json.append(Character.forDigit(c & 15, 16));
    } else {
      json.append(c);
    }
  }

  /** Returns whether a character is half of a pair that has no other half. */
  private static boolean isHalf(String text, int index) {
    char c = text.charAt(index);
    return Character.isHighSurrogate(c)
        ? index + 1 == text.length() || !Character.isLowSurrogate(text.charAt(index + 1))
        : Character.isLowSurrogate(c)
            && (index == 0 || !Character.isHighSurrogate(text.charAt(index - 1)));
  }
}
