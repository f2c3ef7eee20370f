package io.resultsink.pipelines.engine;

import io.resultsink.postgres.internal.staging.BlocksInFlight;
import io.resultsink.postgres.internal.staging.RowBlock;
import java.util.List;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.SerializableCoder;
import org.apache.beam.sdk.metrics.Counter;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.display.DisplayData;
import org.apache.beam.sdk.transforms.splittabledofn.RestrictionTracker;
import org.apache.beam.sdk.values.Row;
import org.joda.time.Duration;

/**
 * The step that executes a query and emits its rows in blocks.
 *
 * <p>A query without ORDER BY may give other rows the second time. So one execution is never split
 * among workers, and a new one never continues a failed one. A worker that continues finds the open
 * cursor in its process. Otherwise it fails, and the query starts again.
 */
@DoFn.BoundedPerElement
final class ReadBlocks extends DoFn<byte[], RowBlock> {

  static final int BLOCK_ROWS = 10_000;
  static final long BLOCK_BYTES = 1 << 20;

  /** The number of blocks after which the work goes back to the runner. */
  private static final int BLOCKS_AT_ONCE = 6;

  private static final Duration UNTIL_SOME_ARE_STAGED = Duration.millis(5);

  private final PreparedQuery query;
  private final String source;
  private final String counted;
  private final int mostInFlight;

  /**
   * Creates the step.
   *
   * @param source the name of the execution in this process
   * @param counted the name under which rows are counted
   * @param mostInFlight how many blocks may wait for staging; 0 for no limit
   */
  ReadBlocks(PreparedQuery query, String source, String counted, int mostInFlight) {
    this.query = query;
    this.source = source;
    this.counted = counted;
    this.mostInFlight = mostInFlight;
  }

  @Override
  public void populateDisplayData(DisplayData.Builder builder) {
    builder.add(DisplayData.item(ReadQuery.SOURCE, source).withLabel("Source of rows"));
  }

  @GetInitialRestriction
  public CursorPosition start() {
    return CursorPosition.START;
  }

  @GetRestrictionCoder
  public Coder<CursorPosition> restrictionCoder() {
    return SerializableCoder.of(CursorPosition.class);
  }

  @NewTracker
  public RestrictionTracker<CursorPosition, CursorPosition> tracker(
      @Restriction CursorPosition position) {
    return new CursorTracker(position);
  }

  @ProcessElement
  public ProcessContinuation read(
      RestrictionTracker<CursorPosition, CursorPosition> tracker, OutputReceiver<RowBlock> output) {
    CursorPosition from = tracker.currentRestriction();
    OpenCursors.Open open = open(from);
    boolean kept = false;
    try {
      Counter rowsRead = InputMetrics.rowsRead(counted);
      long block = from.block();
      while (tracker.tryClaim(CursorPosition.behind(open.name(), block + 1))) {
        List<Row> rows = open.ended() ? List.of() : open.cursor().next(BLOCK_ROWS, BLOCK_BYTES);
        block++;
        if (rows.isEmpty()) {
          open.cursor().close();
          if (tracker.tryClaim(CursorPosition.endOf(open.name(), block))) {
            BlocksInFlight.forget(source);
          } else {
            // The runner has split here meanwhile, so its rest is empty.
            open.release(block, true);
            kept = true;
          }
          return ProcessContinuation.stop();
        }
        rowsRead.inc(rows.size());
        emit(rows, output);
        if (mostInFlight > 0 && block - from.block() >= BLOCKS_AT_ONCE) {
          open.release(block, false);
          kept = true;
          return ProcessContinuation.resume().withResumeDelay(pause());
        }
      }
      open.release(block, false);
      kept = true;
      return ProcessContinuation.stop();
    } finally {
      if (!kept) {
        open.close();
      }
    }
  }

  private Duration pause() {
    return BlocksInFlight.of(source) < mostInFlight ? Duration.ZERO : UNTIL_SOME_ARE_STAGED;
  }

  private OpenCursors.Open open(CursorPosition from) {
    if (from.cursor().isEmpty()) {
      OpenCursors.Open begun = OpenCursors.takeBegun(source);
      return begun == null ? OpenCursors.add(source, query.open()) : begun;
    }
    OpenCursors.Open open = OpenCursors.take(from.cursor(), from.block());
    if (open == null) {
      throw new QueryFailedException(
          "the query's session was lost after %d blocks of rows, and a new one may have other rows; nothing was published; run it again"
              .formatted(from.block()));
    }
    return open;
  }

  private void emit(List<Row> rows, OutputReceiver<RowBlock> output) {
    if (mostInFlight == 0) {
      output.output(new RowBlock("", rows));
      return;
    }
    BlocksInFlight.made(source);
    output.output(new RowBlock(source, rows));
  }
}
