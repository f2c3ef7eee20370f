package io.resultsink.pipelines.engine;

import io.resultsink.postgres.internal.staging.RowBlock;
import java.util.UUID;
import org.apache.beam.sdk.annotations.Internal;
import org.apache.beam.sdk.transforms.Impulse;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;

/** The source of a pipeline: the rows of one execution of a query, in blocks. */
@Internal
public final class ReadQuery extends PTransform<PBegin, PCollection<RowBlock>> {

  /** The display data by which a launcher finds the sources of a pipeline, to cancel them. */
  public static final String SOURCE = "sourceOfRows";

  /** Enough that the staging never waits, few enough for a small heap. */
  private static final int BLOCKS_IN_FLIGHT = 18;

  private final PreparedQuery query;
  private final String engine;
  private final boolean kept;

  private ReadQuery(PreparedQuery query, String engine, boolean kept) {
    this.query = query;
    this.engine = engine;
    this.kept = kept;
  }

  /**
   * The source of a query's rows.
   *
   * @param engine what the rows are counted as
   */
  public static ReadQuery of(PreparedQuery query, String engine) {
    return new ReadQuery(query, engine, false);
  }

  /** The same for a runner that keeps in memory what is emitted, as the DirectRunner does. */
  public ReadQuery keptInMemory() {
    return new ReadQuery(query, engine, true);
  }

  @Override
  public PCollection<RowBlock> expand(PBegin begin) {
    String source = UUID.randomUUID().toString();
    return begin
        .apply("Start", Impulse.create())
        .apply("Read", ParDo.of(new ReadBlocks(query, source, engine, kept ? BLOCKS_IN_FLIGHT : 0)))
        .setCoder(RowBlock.coder(query.schema()));
  }
}
