package io.resultsink.pipelines.engine;

import org.apache.beam.sdk.transforms.splittabledofn.RestrictionTracker;
import org.apache.beam.sdk.transforms.splittabledofn.SplitResult;
import org.jspecify.annotations.Nullable;

/**
 * The progress of reading an execution, from a position to its end.
 *
 * <p>A runner can split it only after the claimed blocks, and the rest is read from the same open
 * cursor. A later part cannot be split off, because a second execution may have other rows.
 */
final class CursorTracker extends RestrictionTracker<CursorPosition, CursorPosition> {

  private CursorPosition position;
  private boolean claimed;
  private boolean cut;

  CursorTracker(CursorPosition from) {
    position = from;
  }

  @Override
  public boolean tryClaim(CursorPosition next) {
    if (cut) {
      return false;
    }
    position = next;
    claimed = true;
    return true;
  }

  @Override
  public CursorPosition currentRestriction() {
    return position;
  }

  @Override
  public @Nullable SplitResult<CursorPosition> trySplit(double fractionOfRemainder) {
    if (fractionOfRemainder != 0 || !claimed || cut || position.end()) {
      return null;
    }
    cut = true;
    CursorPosition rest = position;
    position = CursorPosition.endOf(rest.cursor(), rest.block());
    return SplitResult.of(position, rest);
  }

  @Override
  public void checkDone() {
    if (!cut && !position.end()) {
      throw new IllegalStateException("rows were left after block " + position.block());
    }
  }

  @Override
  public IsBounded isBounded() {
    return IsBounded.BOUNDED;
  }
}
