package io.resultsink.pipelines.query.beamsql;

import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CoderRegistry;
import org.apache.beam.sdk.coders.NullableCoder;
import org.apache.beam.sdk.transforms.Combine.CombineFn;
import org.jspecify.annotations.Nullable;

/** MIN or MAX of the values that are not NULL. */
final class Extreme extends CombineFn<@Nullable Object, @Nullable Object, @Nullable Object> {

  private final boolean largest;

  Extreme(boolean largest) {
    this.largest = largest;
  }

  @Override
  public @Nullable Object createAccumulator() {
    return null;
  }

  @Override
  public @Nullable Object addInput(@Nullable Object best, @Nullable Object value) {
    if (best == null || value == null) {
      return best == null ? value : best;
    }
    int order = Comparisons.ofValues(value, best);
    return (largest ? order > 0 : order < 0) ? value : best;
  }

  @Override
  public @Nullable Object mergeAccumulators(Iterable<@Nullable Object> bests) {
    @Nullable Object best = null;
    for (Object other : bests) {
      best = addInput(best, other);
    }
    return best;
  }

  @Override
  public @Nullable Object extractOutput(@Nullable Object best) {
    return best;
  }

  @Override
  public Coder<@Nullable Object> getAccumulatorCoder(
      CoderRegistry registry, Coder<@Nullable Object> input) {
    return NullableCoder.of(input);
  }

  @Override
  public Coder<@Nullable Object> getDefaultOutputCoder(
      CoderRegistry registry, Coder<@Nullable Object> input) {
    return NullableCoder.of(input);
  }
}
