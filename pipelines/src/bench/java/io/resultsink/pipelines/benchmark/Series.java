package io.resultsink.pipelines.benchmark;

import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;

/** The measurements of one figure, in the order of the rounds. */
record Series(List<Double> values) {

  Series {
    values = List.copyOf(values);
    if (values.isEmpty()) {
      throw new IllegalArgumentException("nothing was measured");
    }
  }

  double median() {
    List<Double> sorted = values.stream().sorted().toList();
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }

  double least() {
    return values.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
  }

  double most() {
    return values.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
  }

  Series map(DoubleUnaryOperator change) {
    return new Series(values.stream().map(change::applyAsDouble).toList());
  }

  /** Round by round: what lasted through a round was the same for both. */
  Series minus(Series other) {
    return with(other, (mine, theirs) -> mine - theirs);
  }

  /** Round by round, as {@link #minus}. */
  Series over(Series other) {
    return with(other, (mine, theirs) -> mine / theirs);
  }

  private Series with(Series other, DoubleBinaryOperator operation) {
    List<Double> combined = new ArrayList<>();
    for (int i = 0; i < Math.min(values.size(), other.values.size()); i++) {
      combined.add(operation.applyAsDouble(values.get(i), other.values.get(i)));
    }
    return new Series(combined);
  }
}
