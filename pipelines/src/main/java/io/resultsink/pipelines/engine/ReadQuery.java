package io.resultsink.pipelines.engine;

import io.resultsink.postgres.internal.staging.RowBlock;
import java.util.UUID;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.annotations.Internal;
import org.apache.beam.sdk.runners.TransformHierarchy;
import org.apache.beam.sdk.transforms.Impulse;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;

/** The source of a pipeline: the rows of one execution of a query, in blocks of rows. */
@Internal
public final class ReadQuery extends PTransform<PBegin, PCollection<RowBlock>> {

  /** The display data by which a launcher finds the sources of a pipeline, to cancel them. */
  public static final String SOURCE = "sourceOfRows";

  /** Enough that staging does not wait, few enough for a small heap. */
  private static final int BLOCKS_IN_FLIGHT = 18;

  private final PreparedQuery query;
  private final String engine;
  private final boolean kept;
  private final String source;

  private ReadQuery(PreparedQuery query, String engine, boolean kept, String source) {
    this.query = query;
    this.engine = engine;
    this.kept = kept;
    this.source = source;
  }

  /**
   * Creates the source of a query's rows, for one pipeline.
   *
   * @param engine the name under which rows are counted
   */
  public static ReadQuery of(PreparedQuery query, String engine) {
    return new ReadQuery(query, engine, false, UUID.randomUUID().toString());
  }

  /**
   * Returns the source for a runner that keeps emitted elements in memory, as the DirectRunner
   * does.
   */
  public ReadQuery keptInMemory() {
    return new ReadQuery(query, engine, true, source);
  }

  /**
   * Executes the queries of a pipeline from now on, while this process translates and starts it.
   * The caller ends them by {@link OpenCursors#cancel}, also when the pipeline does not start.
   */
  public static void beginAll(Pipeline pipeline) {
    pipeline.traverseTopologically(
        new Pipeline.PipelineVisitor.Defaults() {
          @Override
          public CompositeBehavior enterCompositeTransform(TransformHierarchy.Node node) {
            if (node.getTransform() instanceof ReadQuery read) {
              read.begin();
            }
            return CompositeBehavior.ENTER_TRANSFORM;
          }
        });
  }

  private void begin() {
    OpenCursors.begin(
        source, BegunCursor.of(query.open(), ReadBlocks.BLOCK_ROWS, ReadBlocks.BLOCK_BYTES));
  }

  @Override
  public PCollection<RowBlock> expand(PBegin begin) {
    return begin
        .apply("Start", Impulse.create())
        .apply("Read", ParDo.of(new ReadBlocks(query, source, engine, kept ? BLOCKS_IN_FLIGHT : 0)))
        .setCoder(RowBlock.coder(query.schema()));
  }
}
