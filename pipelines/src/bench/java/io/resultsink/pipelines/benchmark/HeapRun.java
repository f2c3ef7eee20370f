package io.resultsink.pipelines.benchmark;

import io.resultsink.postgres.internal.run.StagedChunk;
import io.resultsink.postgres.testing.Steps;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.beam.sdk.values.Row;

/**
 * The process of {@link Heap}: many rows in one bundle, of which some may not fit, then a row that
 * is as large as a tenth of the heap, then the publish. Prints what is alive after a collection,
 * once early and once late.
 */
final class HeapRun {

  /** The variable with the target's URL, which has a password. */
  static final String URL = "BENCH_TARGET";

  /** The width of the text of the wide row. */
  static final int WIDE_ROW_BYTES = 16 << 20;

  static final String TENTH = "alive after a tenth of the bundle";
  static final String WHOLE = "alive after the whole bundle";
  static final String WIDE = "alive after a row of 16 MB";

  private HeapRun() {}

  public static void main(String[] arguments) {
    long rows = Long.parseLong(arguments[0]);
    long every = Long.parseLong(arguments[1]);
    RowPool pool = new RowPool(Shape.NARROW);
    try (DirectLoad load = new DirectLoad(System.getenv(URL), pool)) {
      List<StagedChunk> chunks = new ArrayList<>();
      Steps.counted(() -> chunks.addAll(stage(load, pool, rows, every)));
      load.tidy(load.publish(chunks));
    }
  }

  /** One row of {@code every} does not fit; none for 0. The wide row fits. */
  private static List<StagedChunk> stage(DirectLoad load, RowPool pool, long rows, long every) {
    List<StagedChunk> chunks = new ArrayList<>();
    try (Steps.Bundle bundle = load.steps().bundle()) {
      for (long row = 0; row < rows; row++) {
        boolean bad = every > 0 && row % every == 0;
        bundle.process(bad ? RejectingWrite.spoiled(pool.get(row)) : pool.get(row));
        if (row + 1 == rows / 10) {
          report(TENTH, row + 1);
        }
      }
      report(WHOLE, rows);
      chunks.addAll(bundle.finish());
      bundle.process(wide());
      chunks.addAll(bundle.finish());
      report(WIDE, rows + 1);
    }
    return chunks;
  }

  private static Row wide() {
    Object[] values = NarrowRows.values(0, Shape.NEW);
    values[0] = -1L;
    values[values.length - 1] = "x".repeat(WIDE_ROW_BYTES);
    return Row.withSchema(NarrowRows.SCHEMA).attachValues(values);
  }

  private static void report(String what, long rows) {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    double megabytes = (runtime.totalMemory() - runtime.freeMemory()) / (double) (1 << 20);
    System.out.println(what + "\t" + rows + "\t" + String.format(Locale.ROOT, "%.2f", megabytes));
  }
}
