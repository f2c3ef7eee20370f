package io.resultsink.pipelines.engine;

import org.apache.beam.sdk.transforms.splittabledofn.RestrictionTracker;
import org.apache.beam.sdk.transforms.splittabledofn.SplitResult;
import org.jspecify.annotations.Nullable;

/**
 * The progress of reading an execution, from a position on to its end.
 *
 * <p>It is cut only behind what is claimed, and the rest is read on from the same open cursor. A
 * part of the rows further behind cannot be given away: a second execution may have other rows.
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
      throw new IllegalStateException("rows were left behind block " + position.block());
    }
  }

  @Override
  public IsBounded isBounded() {
    return IsBounded.BOUNDED;
  }
}
