package io.resultsink.pipelines.benchmark;

import java.lang.management.ManagementFactory;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.profile.JavaFlightRecorderProfiler;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** The benchmarks of the encoders, each in a JVM of its own. */
final class Encoders {

  /** The name of the whole row, where a type would be. */
  static final String ROW = "row of 8 columns";

  /** The rivals: the names of the benchmarks' methods. */
  static final String SINK = "sink";

  static final String PG_BULK_INSERT = "pgBulkInsert";
  static final String TEXT = "text";

  /** The beginning of all figures' names. */
  static final String PREFIX = "encoders/";

  /** After who encodes, the name of the figure of what it allocates. */
  static final String ALLOCATES = " allocates";

  private static final String BYTES_PER_OPERATION = "gc.alloc.rate.norm";
  private static final TimeValue ITERATION = TimeValue.milliseconds(150);

  /** Long numerics are compiled late: what they need of BigInteger is deep. */
  private static final TimeValue WARM_UP = TimeValue.milliseconds(500);

  private static final int WARM_UPS = 3;
  private static final int ITERATIONS = 5;

  private final Bench bench;

  Encoders(Bench bench) {
    this.bench = bench;
  }

  /** The name of a figure. */
  static String figure(String type, String who) {
    return PREFIX + type + ", " + who;
  }

  void measure() throws RunnerException {
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .include(EncoderBenchmark.class.getName() + "\\.")
            .include(RowBenchmark.class.getName() + "\\.")
            .forks(1)
            .warmupIterations(WARM_UPS)
            .warmupTime(WARM_UP)
            .measurementIterations(ITERATIONS)
            .measurementTime(ITERATION)
            .jvmArgs(jvmArguments())
            .addProfiler(GCProfiler.class)
            .shouldFailOnError(true)
            .verbosity(VerboseMode.SILENT);
    if (bench.recordings().wanted()) {
      options.addProfiler(JavaFlightRecorderProfiler.class, "dir=" + bench.folder());
    }
    for (RunResult result : new Runner(options.build()).run()) {
      add(result);
    }
  }

  private static String[] jvmArguments() {
    List<String> opens =
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
            .filter(argument -> argument.startsWith("--add-opens"))
            .toList();
    return Stream.concat(opens.stream(), Stream.of("-Xmx512m")).toArray(String[]::new);
  }

  private void add(RunResult result) {
    BenchmarkParams parameters = result.getParams();
    String parameter = parameters.getParam("type");
    String type = parameter == null ? ROW : EncodedType.valueOf(parameter).label();
    String method = parameters.getBenchmark().replaceFirst(".*\\.", "");
    Collection<IterationResult> iterations =
        result.getBenchmarkResults().iterator().next().getIterationResults();
    for (IterationResult iteration : iterations) {
      bench.results().add(figure(type, method), "ns", 1, iteration.getPrimaryResult().getScore());
      bench.results().add(figure(type, method + ALLOCATES), "B", 1, allocated(iteration));
    }
    bench.note(
        String.format(
            Locale.ROOT,
            "  encoders/%-44s %s %.1f ns",
            type,
            method,
            result.getPrimaryResult().getScore()));
  }

  private static double allocated(IterationResult iteration) {
    for (Map.Entry<String, ?> figure : iteration.getSecondaryResults().entrySet()) {
      if (figure.getKey().endsWith(BYTES_PER_OPERATION)) {
        return ((Result<?>) figure.getValue()).getScore();
      }
    }
    throw new IllegalStateException("the profiler did not count allocations");
  }
}
