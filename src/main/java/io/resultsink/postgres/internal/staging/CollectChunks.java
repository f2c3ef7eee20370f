package io.resultsink.postgres.internal.staging;

import io.resultsink.postgres.internal.run.StagedChunk;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.annotations.Internal;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CoderRegistry;
import org.apache.beam.sdk.coders.ListCoder;
import org.apache.beam.sdk.transforms.Combine;

/** The combination of all chunks' reports into one list, which exists for an empty result too. */
@Internal
public final class CollectChunks
    extends Combine.CombineFn<StagedChunk, List<StagedChunk>, List<StagedChunk>> {

  @Override
  public List<StagedChunk> createAccumulator() {
    return new ArrayList<>();
  }

  @Override
  public List<StagedChunk> addInput(List<StagedChunk> chunks, StagedChunk chunk) {
    chunks.add(chunk);
    return chunks;
  }

  @Override
  public List<StagedChunk> mergeAccumulators(Iterable<List<StagedChunk>> parts) {
    List<StagedChunk> all = new ArrayList<>();
    parts.forEach(all::addAll);
    return all;
  }

  @Override
  public List<StagedChunk> extractOutput(List<StagedChunk> chunks) {
    return chunks;
  }

  @Override
  public Coder<List<StagedChunk>> getAccumulatorCoder(
      CoderRegistry registry, Coder<StagedChunk> inputCoder) {
    return ListCoder.of(StagedChunk.CODER);
  }

  @Override
  public Coder<List<StagedChunk>> getDefaultOutputCoder(
      CoderRegistry registry, Coder<StagedChunk> inputCoder) {
    return ListCoder.of(StagedChunk.CODER);
  }
}
