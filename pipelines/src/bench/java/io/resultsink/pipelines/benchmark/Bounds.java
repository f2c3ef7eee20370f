package io.resultsink.pipelines.benchmark;

import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.internal.session.PostgresConnections;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The bounds of the measurements, each of which stands nowhere else. */
final class Bounds {

  private static final String FLINK = Part.FLINK.label();
  private static final String WIDE = Part.WIDE.label();
  private static final String DIRECT = Part.DIRECT.label();
  private static final String COPY = "bare COPY";
  private static final String JDBC = "JdbcIO";
  private static final String REWRITTEN = "JdbcIO, reWriteBatchedInserts";
  private static final String UPDATE = WriteMode.UPDATE.option();

  /** Those that are slow, and write a tenth of the rows. */
  private static final Set<String> OF_A_TENTH = Set.of(UPDATE, JDBC, REWRITTEN);

  /** Growth of what is alive that is none: reports of chunks, and what the JVM itself does. */
  private static final double MEGABYTES_OF_NOISE = 2;

  /** Allocation that is none: a JMH iteration's own, divided by its operations. */
  private static final double BYTES_OF_NOISE = 0.5;

  private Bounds() {}

  /** All of them, in the order of the table. */
  static List<Finding> all() {
    List<Finding> all = new ArrayList<>();
    all.add(copies(FLINK, "replace", Limit.atMost(1.5)));
    all.add(copies(FLINK, "replace beside an old snapshot", Limit.atMost(2.25)));
    all.add(copies(FLINK, "append", Limit.atMost(2.0)));
    all.add(copies(FLINK, "truncate", Limit.atMost(2.75)));
    all.add(copies(FLINK, UPDATE, null));
    all.add(jdbc(FLINK, JDBC, "replace", null));
    all.add(jdbc(FLINK, JDBC, "append", null));
    all.add(jdbc(FLINK, REWRITTEN, "replace", Limit.atLeast(6)));
    all.add(jdbc(FLINK, REWRITTEN, "append", Limit.atLeast(5)));
    all.add(copies(WIDE, "replace", null));
    all.add(copies(WIDE, "append", null));
    for (WriteMode mode : WriteMode.values()) {
      all.add(added(DIRECT, mode.option()));
    }
    all.add(jdbc(DIRECT, REWRITTEN, "replace", null));
    all.add(jdbc(DIRECT, REWRITTEN, "append", null));
    growth(all);
    all.add(
        new Finding(
            "throughput of chunks of 200 rows, of that of few large ones",
            "x",
            results ->
                over(
                    results.find("chunks/few large chunks"),
                    results.find("chunks/chunks of 200 rows")),
            Limit.atLeast(1 / 3.0)));
    all.add(waits("small table", 50));
    all.add(waits("large table", 50));
    all.add(waits("beside a reader of a referenced table", 150));
    heap(all);
    all.add(
        new Finding(
            "sessions of 64 threads and two sinks",
            "",
            results -> results.find("connections/most at a time"),
            Limit.atMost(PostgresConnections.MOST_SESSIONS)));
    all.add(publish("append publishes", "bare INSERT"));
    all.add(publish("truncate publishes", "bare DELETE and INSERT"));
    all.add(loaded(IndexedLoad.KEEP, BareBuild.NAME, Limit.atMost(1.2)));
    all.add(loaded(IndexedLoad.KEEP, IndexedLoad.TRUNCATE, Limit.atMost(1 / 3.0)));
    all.add(loaded(IndexedLoad.REPLACE, BareBuild.NAME, null));
    all.add(keptWaits("small table"));
    all.add(keptWaits("large table"));
    for (String undo : List.of(UndonePublish.SMALL, UndonePublish.LARGE)) {
      all.add(
          new Finding(
              "three indexes: " + undo,
              "s",
              results -> results.find("indexes/" + undo),
              Limit.atMost(1)));
    }
    all.add(rejects(RejectingWrite.NONE, Limit.atMost(1.05)));
    all.add(rejects(RejectingWrite.ONE, null));
    all.add(rejects(RejectingWrite.MANY, null));
    all.add(rejects(RejectingWrite.ALL, null));
    encoders(all);
    all.addAll(QueryBounds.all());
    return all;
  }

  private static Finding copies(String part, String contender, @Nullable Limit limit) {
    return new Finding(
        part + ": " + contender + " adds" + scaled(contender) + ", in bare COPYs",
        "x",
        results -> over(added(results, part, contender), results.perRow(part + "/" + COPY)),
        limit);
  }

  private static Finding jdbc(String part, String jdbc, String mode, @Nullable Limit limit) {
    return new Finding(
        part + ": " + jdbc + " adds" + scaled(jdbc) + ", in what " + mode + " adds",
        "x",
        results -> over(added(results, part, jdbc), added(results, part, mode)),
        limit);
  }

  private static Finding added(String part, String contender) {
    return new Finding(
        part + ": " + contender + " adds" + (OF_A_TENTH.contains(contender) ? ", a tenth" : ""),
        "s",
        results ->
            minus(
                results.find(part + "/" + contender),
                results.find(part + "/" + without(contender))),
        null);
  }

  /** Per row. */
  private static Optional<Series> added(Results results, String part, String contender) {
    return minus(
        results.perRow(part + "/" + contender), results.perRow(part + "/" + without(contender)));
  }

  /** The pipeline without a sink that has as many rows. */
  private static String without(String contender) {
    return OF_A_TENTH.contains(contender) ? Part.WITHOUT_TENTH : Part.WITHOUT;
  }

  private static String scaled(String contender) {
    return OF_A_TENTH.contains(contender) ? ", scaled to as many rows" : "";
  }

  private static void growth(List<Finding> all) {
    for (WriteMode mode : List.of(WriteMode.APPEND, WriteMode.REPLACE)) {
      String name = "growth/" + mode.option();
      all.add(
          new Finding(
              mode.option() + ": time per row, of ten times the rows",
              "x",
              results -> over(results.perRow(name + Part.MANY), results.perRow(name + Part.FEW)),
              Limit.below(1.2)));
    }
    for (WriteMode mode : WriteMode.values()) {
      all.add(
          new Finding(
              mode.option() + ": fixed cost, staging and publishing one row",
              "s",
              results -> results.find("growth/" + mode.option() + " of one row"),
              Limit.below(1)));
    }
  }

  private static Finding waits(String size, double millis) {
    return new Finding(
        "replace: a reader waits for the lock, " + size,
        "ms",
        results -> results.find("lock/reader waits, " + size),
        Limit.below(millis));
  }

  private static Finding keptWaits(String size) {
    return new Finding(
        "replace with keep=all of eleven parts: a reader waits for the lock, " + size,
        "ms",
        results -> results.find("indexes/reader waits, " + size),
        Limit.below(100));
  }

  private static void heap(List<Finding> all) {
    all.add(
        new Finding(
            "growth of what is alive in " + Heap.MEGABYTES + " MB, from a tenth to all rows",
            "MB",
            results ->
                minus(results.find("heap/" + HeapRun.WHOLE), results.find("heap/" + HeapRun.TENTH)),
            Limit.below(MEGABYTES_OF_NOISE)));
    all.add(
        new Finding(
            "alive after a row of 16 MB",
            "MB",
            results -> results.find("heap/" + HeapRun.WIDE),
            Limit.below(Heap.MEGABYTES)));
  }

  private static Finding loaded(String ours, String other, @Nullable Limit limit) {
    return new Finding(
        "three indexes: staging and " + ours + ", of " + other,
        "x",
        results -> over(results.find("indexes/" + ours), results.find("indexes/" + other)),
        limit);
  }

  private static Finding publish(String ours, String bare) {
    return new Finding(
        "three indexes: " + ours + ", of a " + bare,
        "x",
        results -> over(results.find("indexes/" + ours), results.find("indexes/" + bare)),
        Limit.atMost(1.1));
  }

  private static Finding rejects(String contender, @Nullable Limit limit) {
    return new Finding(
        "rejects: " + contender + ", of " + RejectingWrite.WITHOUT,
        "x",
        results ->
            over(
                results.find("rejects/" + contender),
                results.find("rejects/" + RejectingWrite.WITHOUT)),
        limit);
  }

  private static void encoders(List<Finding> all) {
    all.add(
        new Finding(
            "encoders: " + Encoders.ROW + ", of PgBulkInsert's time",
            "x",
            results ->
                over(
                    results.find(Encoders.figure(Encoders.ROW, Encoders.SINK)),
                    results.find(Encoders.figure(Encoders.ROW, Encoders.PG_BULK_INSERT))),
            Limit.below(1)));
    all.add(
        new Finding(
            "encoders: types slower than PgBulkInsert beyond the noise",
            "",
            Bounds::slowerTypes,
            Limit.atMost(0)));
    all.add(
        new Finding(
            "encoders: bytes allocated for a value of fixed width, at the most",
            "B",
            Bounds::allocated,
            Limit.below(BYTES_OF_NOISE)));
  }

  /** Beyond the noise: our fastest iteration takes longer than their slowest. */
  static boolean isSlower(Series ours, Series theirs) {
    return ours.least() > theirs.most();
  }

  private static Optional<Series> slowerTypes(Results results) {
    long slower = 0;
    for (EncodedType type : EncodedType.values()) {
      Optional<Series> ours = results.find(Encoders.figure(type.label(), Encoders.SINK));
      Optional<Series> theirs =
          results.find(Encoders.figure(type.label(), Encoders.PG_BULK_INSERT));
      if (ours.isEmpty() || theirs.isEmpty()) {
        return Optional.empty();
      }
      slower += isSlower(ours.get(), theirs.get()) ? 1 : 0;
    }
    return Optional.of(new Series(List.of((double) slower)));
  }

  private static Optional<Series> allocated(Results results) {
    List<Double> medians = new ArrayList<>();
    for (EncodedType type : EncodedType.values()) {
      if (type.isFixedWidth()) {
        results
            .find(Encoders.figure(type.label(), Encoders.SINK + Encoders.ALLOCATES))
            .ifPresent(bytes -> medians.add(bytes.median()));
      }
    }
    return medians.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Series(List.of(medians.stream().mapToDouble(value -> value).max().orElseThrow())));
  }

  private static Optional<Series> minus(Optional<Series> one, Optional<Series> other) {
    return one.flatMap(mine -> other.map(mine::minus));
  }

  private static Optional<Series> over(Optional<Series> one, Optional<Series> other) {
    return one.flatMap(mine -> other.map(mine::over));
  }
}
