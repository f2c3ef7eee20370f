package io.resultsink.pipelines.benchmark;

import io.resultsink.postgres.testing.Runners;
import org.apache.beam.runners.direct.DirectOptions;
import org.apache.beam.sdk.Pipeline;

/** A runner of the pipelines that are measured. */
enum BenchRunner {
  /** A Flink cluster in this process, parallelism 2. */
  FLINK {
    @Override
    Pipeline pipeline() {
      return Runners.FLINK.pipeline();
    }
  },
  /** As pgresult runs it: without its checks that are for tests of pipelines. */
  DIRECT {
    @Override
    Pipeline pipeline() {
      DirectOptions options = Runners.DIRECT.options().as(DirectOptions.class);
      options.setEnforceImmutability(false);
      options.setEnforceEncodability(false);
      options.setTargetParallelism(2);
      return Pipeline.create(options);
    }
  };

  abstract Pipeline pipeline();
}
