package io.resultsink.postgres.destination;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.not;

import io.resultsink.postgres.failure.InvalidTargetException;
import io.resultsink.postgres.testing.Torture;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Text that should have been a URL is a target, or refused in words: no other exception, no endless
 * reading, no password in the words.
 */
@Tag("attack")
class TargetUrlMutationTest {

  private static final int ROUNDS = Torture.rounds(2_000, 20_000);

  /** Long enough for a machine under load; what hangs takes for ever. */
  private static final Duration LONGEST = Duration.ofSeconds(10);

  private static final String PASSWORD = "Zq7xKw9vJ4";

  /** As much of the password as chance does not write. */
  private static final int TELLING = 5;

  /** What is valid follows a semicolon, but where the problem says it already. */
  private static final Pattern WAY_OUT =
      Pattern.compile(
          "; |such as|as in|(is|name is) empty$|more than once$|cannot store$"
              + "|not UTF-8 once its %XX are decoded$|half of a surrogate pair$");

  private static final List<String> PIECES =
      List.of(
          "%",
          "%2",
          "%zz",
          "%00",
          "%C3",
          "%ED%A0%80",
          "%2F",
          "%40",
          ":",
          "/",
          "//",
          "?",
          "#",
          "@",
          "[",
          "]",
          "[::1]",
          "::",
          "&",
          "&&",
          "=",
          ",",
          ".",
          "..",
          "+",
          " ",
          "\t",
          "\n",
          "\r",
          "\u0000",
          "\u0001",
          "\u00a0",
          "\u202e",
          "\ufeff",
          "\ufffd",
          "ß",
          "\ud83d",
          "\ude00",
          "💾",
          "\"",
          "'",
          "\\",
          "$1",
          "${x}",
          "{}",
          "postgresql:",
          "jdbc:",
          "file:///",
          "http://",
          "mode=",
          "mode=replace",
          "&mode=update",
          "&unique=a",
          "&unique=[a",
          "&unique=a]",
          "&unique=,",
          "&schema=s",
          "&password=x",
          "&ssl=true",
          "&sslmode=verify-full",
          "&keep=all",
          "&min_rows=-1",
          "&min_rows=99999999999999999999",
          "&lock_timeout=9999999999999999999d",
          "&lock_timeout=0ms",
          "&staging_ttl=1e9s",
          "&socketTimeout=2147483648",
          ":0",
          ":65536",
          ":99999999999",
          "٣",
          "a".repeat(64),
          "%F0%9F%92%BE".repeat(16),
          "x=".repeat(500));

  @Test
  void aUrlWithMistakesIsATargetOrRefusedInWords() {
    Random random = Torture.random("mistakes");
    for (int round = 0; round < ROUNDS; round++) {
      PostgresTarget target = TargetUrlRoundTripTest.randomTarget(random);
      String url = target.toString().replaceFirst("@", ":" + PASSWORD + "@");
      read(mutated(url, random));
    }
    Torture.tried(ROUNDS);
  }

  @Test
  void anyTextIsATargetOrRefusedInWords() {
    Random random = Torture.random("any text");
    for (int round = 0; round < ROUNDS; round++) {
      StringBuilder text = new StringBuilder();
      for (int i = random.nextInt(12); i >= 0; i--) {
        text.append(piece(random));
      }
      read(random.nextBoolean() ? "postgresql://" + text : text.toString());
    }
    Torture.tried(ROUNDS);
  }

  @Test
  void whateverThePasswordIsNoMessageHasIt() {
    Random random = Torture.random("password");
    for (int round = 0; round < ROUNDS; round++) {
      // Written as it is, as users do who have not heard of percent-encoding.
      String password = mutated(PASSWORD + PASSWORD, random);
      read("postgresql://app:" + password + "@db.example.com:5432/shop/ranking?mode=replace");
    }
    Torture.tried(ROUNDS);
  }

  private static void read(String url) {
    String which = "seed " + Torture.seed() + ", " + shown(url);
    long begin = System.nanoTime();
    InvalidTargetException refusal = refusalOf(url, which);
    assertThat(which, Duration.ofNanos(System.nanoTime() - begin), is(lessThan(LONGEST)));
    if (refusal == null) {
      return;
    }
    String said = refusal.getMessage();
    for (int i = 0; i + TELLING <= PASSWORD.length(); i++) {
      assertThat(which, said, not(containsString(PASSWORD.substring(i, i + TELLING))));
    }
    for (String problem : refusal.problems()) {
      assertThat(which + ": " + problem, WAY_OUT.matcher(problem).find(), is(true));
    }
  }

  /** What the parser says against it; null when it is one, and then its text is one too. */
  private static @Nullable InvalidTargetException refusalOf(String url, String which) {
    PostgresTarget target;
    try {
      target = PostgresTarget.parse(url);
    } catch (InvalidTargetException e) {
      return e;
    } catch (RuntimeException | Error e) {
      throw new AssertionError(which, e);
    }
    try {
      target.validate();
      PostgresTarget again = PostgresTarget.parse(target.toString());
      PostgresTarget silent = target.toBuilder().password(null).build();
      assertThat(which, again, is(silent));
    } catch (RuntimeException e) {
      throw new AssertionError(which, e);
    }
    return null;
  }

  private static String mutated(String text, Random random) {
    StringBuilder mutated = new StringBuilder(text);
    for (int i = random.nextInt(4); i >= 0; i--) {
      int at = random.nextInt(mutated.length() + 1);
      int to = Math.min(mutated.length(), at + 1 + random.nextInt(3));
      switch (random.nextInt(4)) {
        case 0 -> mutated.delete(at, to);
        case 1 -> mutated.replace(at, to, piece(random));
        case 2 -> mutated.insert(at, mutated.substring(at, to));
        default -> mutated.insert(at, piece(random));
      }
    }
    return mutated.toString();
  }

  private static String piece(Random random) {
    return random.nextInt(3) == 0
        ? TargetUrlRoundTripTest.text(random, 6)
        : PIECES.get(random.nextInt(PIECES.size()));
  }

  /** So that a console shows what it was. */
  private static String shown(String url) {
    StringBuilder shown = new StringBuilder();
    for (char c : url.toCharArray()) {
      if (c >= ' ' && c < 127) {
        shown.append(c);
      } else {
        shown.append(String.format("\\u%04x", (int) c));
      }
    }
    return shown.toString();
  }
}
