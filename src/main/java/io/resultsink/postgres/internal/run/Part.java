package io.resultsink.postgres.internal.run;

import java.util.List;
import org.apache.beam.sdk.annotations.Internal;

/**
 * The rows that one publish makes visible, by the reports of their chunks.
 *
 * <p>The input is bounded, so a run has one part: the whole result.
 *
 * @param given whether the user gave the run id, so that the ledger never forgets the part
 * @param chunks the reports of its chunks; no other chunk counts
 */
@Internal
public record Part(PartId id, boolean given, List<StagedChunk> chunks) {

  /** Copies the reports. */
  public Part {
    chunks = List.copyOf(chunks);
  }

  /** Returns the part that is a whole run. */
  public static Part whole(RunIdentity run, List<StagedChunk> chunks) {
    return new Part(run.whole(), run.given(), chunks);
  }

  /** Returns how many rows the publish has to find, and to move. */
  public long rows() {
    return chunks.stream().mapToLong(StagedChunk::rows).sum();
  }

  /** Returns the size of its chunks as they were sent, in bytes. */
  public long bytes() {
    return chunks.stream().mapToLong(StagedChunk::bytes).sum();
  }
}
