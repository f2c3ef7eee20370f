package io.resultsink.postgres.destination;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

import io.resultsink.postgres.internal.url.PercentEncoding;
import io.resultsink.postgres.testing.Torture;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Whatever PostgreSQL can name, and any password, survives being written as a URL. */
@Tag("attack")
class TargetUrlRoundTripTest {

  private static final int ROUNDS = Torture.rounds(1_000, 20_000);

  /** Those that mean something in URLs or SQL, and one of each length in UTF-8. */
  static final String AWKWARD = "%:/?#[]@!$&'()*+,;= .\"\\\n\tüß€💾%2E%00-_~^|`<>{}0aZ";

  @Test
  void parsesWhatItRenders() {
    Random random = Torture.random("parsesWhatItRenders");
    for (int round = 0; round < ROUNDS; round++) {
      PostgresTarget target = randomTarget(random);
      String rendered = target.toString();
      String which = "seed " + Torture.seed() + ", " + rendered;
      assertThat(which, PostgresTarget.parse(rendered), is(target));

      String password = "pw" + text(random, 100);
      String url = rendered.replaceFirst("@", ":" + PercentEncoding.encode(password) + "@");
      PostgresTarget withPassword = target.toBuilder().password(Secret.of(password)).build();
      assertThat(which, PostgresTarget.parse(url), is(withPassword));
      assertThat(which, withPassword.toString(), is(rendered));
      assertThat(which, withPassword.toString(), not(containsString(password)));
    }
    Torture.tried(ROUNDS);
  }

  static PostgresTarget randomTarget(Random random) {
    WriteMode mode = WriteMode.values()[random.nextInt(4)];
    Duration lockTimeout = Duration.ofMillis(1 + random.nextInt(100_000));
    String runId = text(random, 200).replaceAll("[\\p{Cc}\\u2028\\u2029]", "_");
    return PostgresTarget.builder()
        .host(List.of("localhost", "10.0.0.7", "::1", "fe80::1%eth0").get(random.nextInt(4)))
        .port(1 + random.nextInt(65_535))
        .user(text(random, 80))
        .database(name(random))
        .table(new TableName(random.nextBoolean() ? null : name(random), name(random)))
        .mode(mode)
        .keep(mode == WriteMode.REPLACE && random.nextBoolean() ? Keep.ALL : Keep.NONE)
        .undo(mode == WriteMode.REPLACE ? limit(random) : UndoLimit.NONE)
        .reset(mode == WriteMode.TRUNCATE && random.nextBoolean() ? Reset.TRUNCATE : Reset.DELETE)
        .unique(mode == WriteMode.UPDATE ? names(random) : List.of())
        .stagingSchema(random.nextBoolean() ? null : name(random))
        .staging(StagingDurability.values()[random.nextInt(2)])
        .stagingTtl(Duration.ofMinutes(1 + random.nextInt(1_000_000)))
        .runId(random.nextBoolean() ? null : runId)
        .minRows(random.nextLong() >>> 1)
        .maxRejected(random.nextBoolean() ? random.nextLong() >>> 1 : null)
        .lockTimeout(lockTimeout)
        .lockWait(lockTimeout.multipliedBy(1 + random.nextInt(1000)))
        .connectionProperties(
            random.nextBoolean()
                ? Map.of()
                : Map.of("sslmode", "verify-ca", "sslrootcert", text(random, 50)))
        .build();
  }

  private static UndoLimit limit(Random random) {
    return random.nextBoolean()
        ? UndoLimit.ofVersions(random.nextInt(1001))
        : UndoLimit.ofAge(Duration.ofSeconds(1 + random.nextInt(1_000_000)));
  }

  private static List<String> names(Random random) {
    List<String> names = new ArrayList<>();
    for (int i = random.nextInt(4); i >= 0; i--) {
      String name = name(random);
      if (!names.contains(name)) {
        names.add(name);
      }
    }
    return names;
  }

  private static String name(Random random) {
    String name;
    do {
      name = text(random, 63);
    } while (name.getBytes(StandardCharsets.UTF_8).length > 63);
    return name;
  }

  /** One to {@code longest} characters, awkward ones and any others but U+0000. */
  static String text(Random random, int longest) {
    int[] awkward = AWKWARD.codePoints().toArray();
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(longest); i >= 0; i--) {
      int any = 1 + random.nextInt(Character.MAX_CODE_POINT);
      boolean surrogate = any >= Character.MIN_SURROGATE && any <= Character.MAX_SURROGATE;
      text.appendCodePoint(
          surrogate || random.nextInt(4) > 0 ? awkward[random.nextInt(awkward.length)] : any);
    }
    return text.toString();
  }
}
