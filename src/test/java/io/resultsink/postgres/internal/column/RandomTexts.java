package io.resultsink.postgres.internal.column;

import java.time.ZoneOffset;
import java.util.List;
import java.util.Random;
import java.util.UUID;

/** Texts that PostgreSQL reads as something else, some with mistakes in them. */
final class RandomTexts {

  private RandomTexts() {}

  static String blanks(Random random, int most) {
    return "x".repeat(random.nextInt(4)) + " ".repeat(random.nextInt(most - 3));
  }

  static String uuid(Random random) {
    return mistaken(new UUID(random.nextLong(), random.nextLong()).toString(), "-{}0aFg", random);
  }

  static String bits(Random random) {
    return mistaken("101".substring(random.nextInt(3)), "01 2", random);
  }

  static String offsetTime(Random random) {
    return RandomValues.time(random)
        .atOffset(ZoneOffset.ofTotalSeconds(random.nextInt(30_000) - 15_000))
        .toString();
  }

  static String json(Random random) {
    List<String> documents =
        List.of(
            "{\"a\": [1, -2.5e3, null, true, {\"\\u00e9\\ud83d\\ude00\": \"\\n\\\\\"}]}",
            "[[[]], {}, \"\", 0, -0, 1E-5, 1e+10, false]",
            " \"a\\/b\\u0041\" ",
            "12345678901234567890.123456789012345678901234567890");
    String document = documents.get(random.nextInt(documents.size()));
    return random.nextBoolean() ? document : mistaken(document, "{}[]\",:\\u0e-+.1 \tnäé", random);
  }

  /** Without escapes, with names that meet. */
  static String plainJson(Random random) {
    StringBuilder document = new StringBuilder();
    plainValue(document, 0, random);
    String text = document.toString();
    return random.nextInt(3) > 0 ? text : mistaken(text, "{}[]\",:-.01 \té", random);
  }

  private static void plainValue(StringBuilder document, int depth, Random random) {
    document.append(blank(random));
    switch (random.nextInt(depth == 4 ? 6 : 10)) {
      case 0 -> document.append("true");
      case 1 -> document.append("null");
      case 2 -> document.append(random.nextInt(20) - 9);
      case 3 -> document.append(random.nextInt(400) / 8.0 - 9);
      case 4, 5 -> plainString(document, random);
      case 6, 7 -> {
        document.append('[');
        for (int i = random.nextInt(4); i > 0; i--) {
          plainValue(document, depth + 1, random);
          document.append(i > 1 ? "," : "");
        }
        document.append(blank(random)).append(']');
      }
      default -> {
        document.append('{');
        for (int i = random.nextInt(4); i > 0; i--) {
          document.append(blank(random));
          plainString(document, random);
          document.append(blank(random)).append(':');
          plainValue(document, depth + 1, random);
          document.append(i > 1 ? "," : "");
        }
        document.append(blank(random)).append('}');
      }
    }
    document.append(blank(random));
  }

  private static void plainString(StringBuilder document, Random random) {
    String letters = "aaabcdeé";
    int begin = random.nextInt(letters.length());
    int end = begin + random.nextInt(letters.length() - begin + 1);
    document.append('"').append(letters, begin, end).append('"');
  }

  private static String blank(Random random) {
    return random.nextInt(8) == 0 ? " " : "";
  }

  private static String mistaken(String text, String characters, Random random) {
    StringBuilder mistaken = new StringBuilder(text);
    for (int i = random.nextInt(3); i > 0; i--) {
      int at = random.nextInt(mistaken.length());
      char other = characters.charAt(random.nextInt(characters.length()));
      switch (random.nextInt(3)) {
        case 0 -> mistaken.setCharAt(at, other);
        case 1 -> mistaken.insert(at, other);
        default -> mistaken.deleteCharAt(at);
      }
      if (mistaken.isEmpty()) {
        return "";
      }
    }
    return mistaken.toString();
  }
}
