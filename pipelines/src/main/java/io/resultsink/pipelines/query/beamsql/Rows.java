package io.resultsink.pipelines.query.beamsql;

import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CoderRegistry;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.transforms.Combine.CombineFn;
import org.jspecify.annotations.Nullable;

/** COUNT of the values that are not NULL; for COUNT(*), each row has one. */
final class Rows extends CombineFn<@Nullable Object, Long, Long> {

  @Override
  public Long createAccumulator() {
    return 0L;
  }

  @Override
  public Long addInput(Long count, @Nullable Object value) {
    return value == null ? count : Long.valueOf(count + 1);
  }

  @Override
  public Long mergeAccumulators(Iterable<Long> counts) {
    long all = 0;
    for (long count : counts) {
      all += count;
    }
    return all;
  }

  @Override
  public Long extractOutput(Long count) {
    return count;
  }

  @Override
  public Coder<Long> getAccumulatorCoder(CoderRegistry registry, Coder<@Nullable Object> input) {
    return VarLongCoder.of();
  }

  @Override
  public Coder<Long> getDefaultOutputCoder(CoderRegistry registry, Coder<@Nullable Object> input) {
    return VarLongCoder.of();
  }
}
