package io.resultsink.postgres.internal.staging;

import io.resultsink.postgres.internal.metrics.SinkMetrics;
import io.resultsink.postgres.internal.run.RunPlan;
import io.resultsink.postgres.internal.run.StagedChunk;
import io.resultsink.postgres.internal.session.PostgresConnections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.apache.beam.sdk.annotations.Internal;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.SerializableFunction;
import org.apache.beam.sdk.transforms.display.DisplayData;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.GlobalWindow;
import org.apache.beam.sdk.values.Row;
import org.jspecify.annotations.Nullable;

/**
 * The step that stages rows in chunks and reports each chunk.
 *
 * <p>A bundle may be a runner's whole partition, so chunks are cut by rows and bytes. A bundle may
 * also be executed twice, in part, or by a zombie. A chunk whose report does not arrive does not
 * count.
 */
@Internal
public final class StageRows<T> extends DoFn<T, StagedChunk> {

  /**
   * Large enough that the round trips of a chunk hardly cost time, small enough for many threads.
   */
  public static final int CHUNK_BYTES = 8 << 20; // 8 MiB

  /** A limit for narrow rows, so that some are sent while the next are made. */
  public static final int CHUNK_ROWS = 200_000;

  private final RunPlan plan;
  private final SerializableFunction<T, ? extends Iterable<Row>> toRows;

  private transient @Nullable PostgresConnections connections;
  private transient @Nullable ChunkWriter writer;
  private transient @Nullable ChunkBuilder chunk;
  private transient boolean published;

  /** Creates the step for elements of which {@code toRows} makes rows. */
  private StageRows(RunPlan plan, SerializableFunction<T, ? extends Iterable<Row>> toRows) {
    this.plan = plan;
    this.toRows = toRows;
  }

  /** Creates the step for elements that are rows. */
  public static <T> StageRows<T> ofRows(RunPlan plan, SerializableFunction<T, Row> toRow) {
    return new StageRows<>(plan, element -> List.of(toRow.apply(element)));
  }

  /** Creates the step for elements that are blocks of rows. */
  public static StageRows<RowBlock> ofBlocks(RunPlan plan) {
    return new StageRows<>(plan, RowBlock::rows);
  }

  /** The load id, with which a launcher finds the staging table after the pipeline has ended. */
  @Override
  public void populateDisplayData(DisplayData.Builder builder) {
    builder.add(DisplayData.item("loadId", plan.run().loadId()).withLabel("Load id"));
  }

  @Setup
  public void lease() {
    connections = PostgresConnections.lease(plan.source());
  }

  @StartBundle
  public void startBundle() {
    if (chunk != null) {
      chunk.clear();
    }
  }

  @ProcessElement
  public void process(@Element T element, OutputReceiver<StagedChunk> output) {
    if (chunk == null && !published) {
      open();
    }
    for (Row row : toRows.apply(element)) {
      if (chunk == null || published) {
        break;
      }
      chunk.add(row);
      if (chunk.isFull()) {
        flush().ifPresent(output::output);
      }
    }
    if (element instanceof RowBlock block) {
      BlocksInFlight.staged(block.source());
    }
  }

  @FinishBundle
  public void finishBundle(FinishBundleContext context) {
    flush()
        .ifPresent(
            report ->
                context.output(report, BoundedWindow.TIMESTAMP_MIN_VALUE, GlobalWindow.INSTANCE));
  }

  private void open() {
    PostgresConnections sessions = Objects.requireNonNull(connections, "the sessions of a step");
    StagingTable.Opened opened = StagingTable.open(sessions, plan);
    published = opened.published() != null;
    if (opened.staging() != null) {
      writer = new ChunkWriter(sessions, plan, opened.staging());
      chunk = new ChunkBuilder(opened.staging());
    }
  }

  private Optional<StagedChunk> flush() {
    if (writer == null || chunk == null || chunk.isEmpty()) {
      return Optional.empty();
    }
    long begin = System.nanoTime();
    Optional<StagedChunk> report = writer.load(chunk.end());
    report.ifPresent(staged -> SinkMetrics.staged(staged.rows(), staged.bytes(), begin));
    published = report.isEmpty();
    chunk.clear();
    return report;
  }

  @Teardown
  public void release() {
    if (connections != null) {
      connections.close();
      connections = null;
    }
  }
}
