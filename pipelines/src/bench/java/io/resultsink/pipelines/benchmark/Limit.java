package io.resultsink.pipelines.benchmark;

import java.util.Locale;

/** The limit that a figure must keep. */
record Limit(Kind kind, double value) {

  /** On which side of the value. */
  enum Kind {
    AT_MOST("<="),
    BELOW("<"),
    AT_LEAST(">=");

    private final String sign;

    Kind(String sign) {
      this.sign = sign;
    }
  }

  static Limit atMost(double value) {
    return new Limit(Kind.AT_MOST, value);
  }

  static Limit below(double value) {
    return new Limit(Kind.BELOW, value);
  }

  static Limit atLeast(double value) {
    return new Limit(Kind.AT_LEAST, value);
  }

  boolean isMetBy(double measured) {
    return switch (kind) {
      case AT_MOST -> measured <= value;
      case BELOW -> measured < value;
      case AT_LEAST -> measured >= value;
    };
  }

  String text(String unit) {
    return String.format(Locale.ROOT, "%s %.4g %s", kind.sign, value, unit)
        .replaceFirst("(\\.\\d*?)0+ ", "$1 ")
        .replace(". ", " ")
        .strip();
  }
}
