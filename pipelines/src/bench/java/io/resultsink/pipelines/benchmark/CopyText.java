package io.resultsink.pipelines.benchmark;

import java.util.HexFormat;
import java.util.List;

/** A row as text COPY wants it: what has to be built for the driver's CopyManager by hand. */
final class CopyText {

  private CopyText() {}

  static void row(List<?> values, StringBuilder text) {
    for (int i = 0; i < values.size(); i++) {
      if (i > 0) {
        text.append('\t');
      }
      value(values.get(i), text);
    }
    text.append('\n');
  }

  private static void value(Object value, StringBuilder text) {
    if (value instanceof String string) {
      escaped(string, text);
    } else if (value instanceof byte[] bytes) {
      text.append("\\\\x").append(HexFormat.of().formatHex(bytes));
    } else if (value instanceof List<?> elements) {
      array(elements, text);
    } else {
      text.append(value);
    }
  }

  private static void array(List<?> elements, StringBuilder text) {
    text.append('{');
    for (int i = 0; i < elements.size(); i++) {
      if (i > 0) {
        text.append(',');
      }
      if (elements.get(i) instanceof String string) {
        text.append('"');
        escaped(string.replace("\\", "\\\\").replace("\"", "\\\""), text);
        text.append('"');
      } else {
        text.append(elements.get(i));
      }
    }
    text.append('}');
  }

  private static void escaped(String value, StringBuilder text) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      switch (c) {
        case '\\' -> text.append("\\\\");
        case '\t' -> text.append("\\t");
        case '\n' -> text.append("\\n");
        case '\r' -> text.append("\\r");
        default -> text.append(c);
      }
    }
  }
}
