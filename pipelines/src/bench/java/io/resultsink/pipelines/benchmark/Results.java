package io.resultsink.pipelines.benchmark;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Every single measurement, under the name of what was measured. */
final class Results {

  /**
   * A figure.
   *
   * @param name {@code part/contender}
   * @param rows how many rows each of its measurements was of
   */
  record Figure(String name, String unit, long rows) {}

  private final Map<Figure, List<Double>> measured = new LinkedHashMap<>();

  void add(String name, String unit, long rows, double value) {
    measured.computeIfAbsent(new Figure(name, unit, rows), figure -> new ArrayList<>()).add(value);
  }

  /** All of them, in the order in which they were first measured. */
  Map<Figure, Series> all() {
    Map<Figure, Series> all = new LinkedHashMap<>();
    measured.forEach((figure, values) -> all.put(figure, new Series(values)));
    return all;
  }

  /** Returns the measurements of a name; empty when its part was not asked for, or failed. */
  Optional<Series> find(String name) {
    return measured.entrySet().stream()
        .filter(entry -> entry.getKey().name().equals(name))
        .map(entry -> new Series(entry.getValue()))
        .findFirst();
  }

  /** As {@link #find}, per row, since contenders differ in how many they write. */
  Optional<Series> perRow(String name) {
    return measured.entrySet().stream()
        .filter(entry -> entry.getKey().name().equals(name))
        .map(entry -> new Series(entry.getValue()).map(value -> value / entry.getKey().rows()))
        .findFirst();
  }
}
