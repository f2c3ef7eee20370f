package io.resultsink.postgres.internal.column;

import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import org.apache.beam.sdk.annotations.Internal;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.schemas.Schema.FieldType;
import org.apache.beam.sdk.schemas.logicaltypes.EnumerationType;
import org.apache.beam.sdk.schemas.logicaltypes.OneOfType;
import org.apache.beam.sdk.values.Row;
import org.jspecify.annotations.Nullable;

/**
 * A row as a JSON object, for people to see what is wrong with it: every row has one, also one that
 * no table takes.
 *
 * <p>The forms are those of {@link JsonDocuments}. What JSON has no form for is a string: NaN and
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

  private void value(@Nullable Object sent, @Nullable FieldType type) {
    Object value = sent == null ? null : NamedTypes.read(sent, type);
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
    } else if (value instanceof OneOfType.Value chosen && logical(type) instanceof OneOfType one) {
      oneOf(chosen, one);
    } else if (value instanceof EnumerationType.Value label
        && logical(type) instanceof EnumerationType labels) {
      text(labels.toString(label));
    } else if (value instanceof Number number && isNumber(number)) {
      json.append(number);
    } else {
      text(value.toString());
    }
  }

  private static Schema.@Nullable LogicalType<?, ?> logical(@Nullable FieldType type) {
    return type == null ? null : type.getLogicalType();
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
      name(String.valueOf(entry.getKey()));
      value(entry.getValue(), type == null ? null : type.getMapValueType());
    }
    json.append('}');
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
    String name = type.getCaseEnumType().toString(chosen.getCaseType());
    json.append('{');
    name(name);
    value(chosen.getValue(), type.getFieldType(chosen));
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
