package io.resultsink.postgres.internal.column;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import io.resultsink.postgres.failure.SqlState;
import io.resultsink.postgres.internal.copy.FieldEncoder;
import io.resultsink.postgres.internal.copy.NumericEncoder;
import io.resultsink.postgres.internal.copy.RefusedValueException;
import io.resultsink.postgres.internal.copy.TextEncoders;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.time.OffsetTime;
import java.time.format.DateTimeParseException;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Conversions of texts that stand for other values. They are read before they are sent, so that
 * errors name the column.
 */
final class TextConversions {

  private static final int DEEPEST = 1000;

  /** A number of at most so many characters is in range, unless it has an exponent. */
  static final int LONGEST_UNCHECKED_NUMBER = 1000;

  private static final JsonFactory JSON_PARSERS = parsers().build();
  private static final JsonFactory JSONB_PARSERS =
      parsers().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  /** Encodes a JSON document as it is written. */
  static final FieldEncoder JSON =
      document(TextEncoders.TEXT, 0, JSON_PARSERS, "it is not a valid JSON document");

  /**
   * Encodes a JSON document that PostgreSQL parses. Its text and its numbers must be in
   * PostgreSQL's range. No object may have a name twice, because PostgreSQL would keep only the
   * last.
   */
  static final FieldEncoder JSONB =
      document(
          TextEncoders.JSONB,
          1,
          JSONB_PARSERS,
          "it is not a valid JSON document, or has a name twice in an object");

  private TextConversions() {}

  /**
   * Returns the conversion of a kind's values to text; null if they have no text form or several,
   * as dates and binary fractions have.
   */
  static @Nullable Function<Object, String> texts(ValueKind kind) {
    return switch (kind) {
      case TEXT -> value -> (String) value;
      case INTEGER, UUID -> Object::toString;
      case DECIMAL -> value -> plain((BigDecimal) value);
      default -> null;
    };
  }

  /** Reads a UUID in any form that PostgreSQL reads. */
  static UUID uuid(String text) {
    int start = 0;
    int end = text.length();
    if (end > 1 && text.charAt(0) == '{' && text.charAt(end - 1) == '}') {
      start++;
      end--;
    }
    long[] halves = new long[2];
    int digits = 0;
    for (int i = start; i < end; i++) {
      char c = text.charAt(i);
      // PostgreSQL accepts a hyphen after any group of four digits.
      if (c == '-' && digits > 0 && digits < 32 && digits % 4 == 0 && text.charAt(i - 1) != '-') {
        continue;
      }
      int digit = c < 128 ? Character.digit(c, 16) : -1;
      if (digit < 0 || digits == 32) {
        throw noUuid();
      }
      halves[digits / 16] = halves[digits / 16] << 4 | digit;
      digits++;
    }
    if (digits != 32) {
      throw noUuid();
    }
    return new UUID(halves[0], halves[1]);
  }

  /** Reads a time of day with its offset, in ISO 8601. */
  static OffsetTime timeWithOffset(String text) {
    try {
      return OffsetTime.parse(text);
    } catch (DateTimeParseException e) {
      throw new RefusedValueException(
          "it is not a time with an offset, such as 10:15:30+01:00", SqlState.INVALID_TEXT);
    }
  }

  private static JsonFactoryBuilder parsers() {
    return new JsonFactoryBuilder()
        .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
        .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
        .streamReadConstraints(
            StreamReadConstraints.builder()
                .maxNestingDepth(DEEPEST)
                .maxNumberLength(Integer.MAX_VALUE)
                .maxStringLength(Integer.MAX_VALUE)
                .build());
  }

  private static RefusedValueException noUuid() {
    return new RefusedValueException("it is not a UUID", SqlState.INVALID_TEXT);
  }

  private static String plain(BigDecimal number) {
    String reason = NumericEncoder.reasonAgainst(number);
    if (reason != null) {
      throw new RefusedValueException(reason, SqlState.NUMBER_OUT_OF_RANGE);
    }
    return number.toPlainString();
  }

  /**
   * Returns an encoder of texts that refuses those that are not documents.
   *
   * @param before the bytes of the field before the text
   * @param otherwise the reason for a refusal
   */
  private static FieldEncoder document(
      FieldEncoder encoder, int before, JsonFactory parsers, String otherwise) {
    return (value, buffer) -> {
      int begin = buffer.size() + Integer.BYTES + before;
      encoder.encode(value, buffer);
      if (!PlainJson.is(buffer.array(), begin, buffer.size())) {
        parse((String) value, parsers, otherwise);
      }
    };
  }

  private static void parse(String text, JsonFactory parsers, String otherwise) {
    try (JsonParser parser = parsers.createParser(text)) {
      // Without an escape, the encoder itself sees all characters of a string.
      if (!hasOneValue(parser, text.indexOf('\\') >= 0)) {
        throw new RefusedValueException(otherwise, SqlState.INVALID_TEXT);
      }
    } catch (StreamConstraintsException e) {
      throw new RefusedValueException("it is JSON nested more than " + DEEPEST + " deep");
    } catch (JsonProcessingException e) {
      throw new RefusedValueException(otherwise, SqlState.INVALID_TEXT);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean hasOneValue(JsonParser parser, boolean escaped) throws IOException {
    boolean jsonb = parser.isEnabled(StreamReadFeature.STRICT_DUPLICATE_DETECTION);
    int depth = 0;
    int values = 0;
    for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
      if (depth == 0) {
        values++;
      }
      if (token.isStructStart()) {
        depth++;
      } else if (token.isStructEnd()) {
        depth--;
      } else if (jsonb && token.isNumeric()) {
        checkNumber(parser);
      } else if (jsonb && escaped && hasText(token)) {
        TextEncoders.check(parser.getText());
      }
    }
    return values == 1;
  }

  private static boolean hasText(JsonToken token) {
    return token == JsonToken.FIELD_NAME || token == JsonToken.VALUE_STRING;
  }

  private static void checkNumber(JsonParser parser) throws IOException {
    if (parser.getTextLength() <= LONGEST_UNCHECKED_NUMBER && !hasExponent(parser)) {
      return;
    }
    String reason;
    try {
      reason = NumericEncoder.reasonAgainst(new BigDecimal(parser.getText()));
    } catch (NumberFormatException e) {
      reason = "its exponent is out of range";
    }
    if (reason != null) {
      throw new RefusedValueException("it has a number that jsonb cannot hold: " + reason);
    }
  }

  private static boolean hasExponent(JsonParser parser) throws IOException {
    char[] text = parser.getTextCharacters();
    int end = parser.getTextOffset() + parser.getTextLength();
    for (int i = parser.getTextOffset(); i < end; i++) {
      if (text[i] == 'e' || text[i] == 'E') {
        return true;
      }
    }
    return false;
  }
}
