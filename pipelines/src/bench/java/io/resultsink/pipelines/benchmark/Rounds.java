package io.resultsink.pipelines.benchmark;

import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** Contenders in turn, so that what changes on the machine meanwhile meets all of them. */
final class Rounds {

  /** Rounds that are measured, where a part does not say otherwise. */
  static final int THREE = 3;

  /** The most rows that are written once before, so that the JVM has compiled the code. */
  private static final long LARGEST_WARM_UP = 100_000;

  private final Bench bench;
  private final String part;

  Rounds(Bench bench, String part) {
    this.bench = bench;
    this.part = part;
  }

  void measure(int rounds, List<? extends Contender> contenders) throws Exception {
    for (Contender contender : contenders) {
      long few = Math.min(contender.rows(), LARGEST_WARM_UP);
      contender.prepare(few);
      contender.run(few);
      contender.verify(few);
    }
    for (int round = 1; round <= rounds; round++) {
      for (Contender contender : contenders) {
        measure(round, contender);
      }
    }
  }

  private void measure(int round, Contender contender) throws Exception {
    String name = part + "/" + contender.name();
    contender.prepare(contender.rows());
    Duration took = bench.recordings().during(name, round, () -> contender.run(contender.rows()));
    contender.verify(contender.rows());
    double seconds = Stopwatch.seconds(took);
    bench.results().add(name, "s", contender.rows(), seconds);
    bench.note(
        String.format(
            Locale.ROOT,
            "  %-44s round %d %,14d rows %9.3f s",
            name,
            round,
            contender.rows(),
            seconds));
  }
}
