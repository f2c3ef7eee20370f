package io.resultsink.postgres.testing;

import io.resultsink.postgres.destination.WriteMode;
import java.time.Duration;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How hard tests attack: quickly in {@code make test}, thoroughly in {@code make torture}.
 *
 * <p>Tests that attack carry {@code @Tag("attack")} and run in both; those that take too long for
 * the first carry {@code @Tag("torture")} alone. {@link AttackRecorder} writes down each of them.
 */
public final class Torture {

  /** The system property that names the file of {@link AttackRecorder}; set under torture. */
  static final String REPORT = "torture.report";

  private static final boolean THOROUGH = System.getProperty(REPORT) != null;

  /** Quick tests try the same each time, so that who runs them knows what changed. */
  private static final long SEED =
      Long.getLong("torture.seed", THOROUGH ? new Random().nextInt(1 << 30) : 20_261_122);

  static final ThreadLocal<@Nullable Attack> CURRENT = new ThreadLocal<>();

  private Torture() {}

  /** What one test tells of itself while it runs. */
  static final class Attack {
    long tried = 1;
    @Nullable Duration longestWait;
  }

  /** So many rounds in a quick test, and so many under torture. */
  public static int rounds(int quickly, int thoroughly) {
    return THOROUGH ? thoroughly : quickly;
  }

  /** Every mode under torture; in a quick test the one that does the most. */
  public static Stream<WriteMode> modes() {
    return THOROUGH ? Stream.of(WriteMode.values()) : Stream.of(WriteMode.REPLACE);
  }

  /** What all randomness of this JVM's attacks comes from; {@code -Dtorture.seed} repeats it. */
  public static long seed() {
    return SEED;
  }

  /** Randomness that the seed and the name repeat, in whatever order tests run. */
  public static Random random(String name) {
    return new Random(SEED * 31 + name.hashCode());
  }

  /** Says how many times the running test has tried, such as the reads of all its readers. */
  public static void tried(long times) {
    Attack attack = CURRENT.get();
    if (attack != null) {
      attack.tried = times;
    }
  }

  /** Says how long a reader has waited because of us, at the longest. */
  public static void longestWait(Duration wait) {
    Attack attack = CURRENT.get();
    if (attack != null) {
      attack.longestWait = wait;
    }
  }
}
