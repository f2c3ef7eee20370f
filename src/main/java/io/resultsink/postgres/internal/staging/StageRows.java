package io.resultsink.postgres.internal.staging;

import io.resultsink.postgres.internal.column.SchemaRowEncoder;
import io.resultsink.postgres.internal.copy.CopyBuffer;
import io.resultsink.postgres.internal.copy.Refusal;
import io.resultsink.postgres.internal.copy.RowEncoder;
import io.resultsink.postgres.internal.metrics.SinkMetrics;
import io.resultsink.postgres.internal.run.RunPlan;
import io.resultsink.postgres.internal.run.StagedChunk;
import io.resultsink.postgres.internal.session.PostgresConnections;
import java.util.ArrayList;
import java.util.List;
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

  /** Rows that the server may refuse are kept as objects until it has taken them. */
  private static final int CHUNK_ROWS_THAT_MAY_BE_REFUSED = 20_000;

  private final RunPlan plan;
  private final SerializableFunction<T, ? extends Iterable<Row>> toRows;

  private transient @Nullable PostgresConnections connections;
  private transient @Nullable ChunkWriter loader;
  private transient boolean published;
  private transient SchemaRowEncoder encoder;
  private transient CopyBuffer buffer;
  private transient RejectedRows rejected;
  private transient boolean rejecting;
  private transient @Nullable List<Row> sources;
  private transient long rows;

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
    startChunk();
  }

  @ProcessElement
  public void process(@Element T element, OutputReceiver<StagedChunk> output) {
    if (loader == null && !published) {
      open();
    }
    for (Row row : toRows.apply(element)) {
      if (published) {
        break;
      }
      add(row);
      if (isFull()) {
        flush().ifPresent(output::output);
      }
    }
    if (element instanceof RowBlock block) {
      BlocksInFlight.staged(block.source());
    }
  }

  private void add(Row row) {
    Refusal refusal = encoder.tryRow(row, buffer);
    if (refusal == null) {
      rows++;
      if (sources != null) {
        sources.add(row);
      }
    } else if (rejecting) {
      rejected.add(row, refusal.column(), refusal.sentence(), refusal.sqlState());
    } else {
      throw refusal.exception();
    }
  }

  private boolean isFull() {
    int most = sources == null ? CHUNK_ROWS : CHUNK_ROWS_THAT_MAY_BE_REFUSED;
    return rows >= most || buffer.size() + rejected.bytes() >= CHUNK_BYTES;
  }

  @FinishBundle
  public void finishBundle(FinishBundleContext context) {
    flush()
        .ifPresent(
            chunk ->
                context.output(chunk, BoundedWindow.TIMESTAMP_MIN_VALUE, GlobalWindow.INSTANCE));
  }

  private void open() {
    StagingTable.Opened opened = StagingTable.open(connections, plan);
    published = opened.published() != null;
    if (opened.staging() != null) {
      loader = new ChunkWriter(connections, plan, opened.staging());
      encoder = opened.staging().columns().encoder();
      rejecting = opened.staging().rejects() != null;
      rejected = new RejectedRows(CHUNK_BYTES + CHUNK_BYTES / 8, !opened.staging().unicode());
      sources = opened.staging().mayRefuse() ? new ArrayList<>() : null;
    }
  }

  private Optional<StagedChunk> flush() {
    if (loader == null || (rows == 0 && rejected.count() == 0)) {
      return Optional.empty();
    }
    long begin = System.nanoTime();
    RowEncoder.trailer(buffer);
    Optional<StagedChunk> chunk =
        loader.load(
            new Chunk(buffer, rows, rejected, sources == null ? List.of() : List.copyOf(sources)));
    chunk.ifPresent(staged -> SinkMetrics.staged(staged.rows(), staged.bytes(), begin));
    published = chunk.isEmpty();
    startChunk();
    return chunk;
  }

  private void startChunk() {
    if (buffer == null) {
      buffer = new CopyBuffer(CHUNK_BYTES + CHUNK_BYTES / 8);
    }
    buffer.reset();
    RowEncoder.header(buffer);
    if (rejected != null) {
      rejected.clear();
    }
    if (sources != null) {
      sources.clear();
    }
    rows = 0;
  }

  @Teardown
  public void release() {
    if (connections != null) {
      connections.close();
      connections = null;
    }
  }
}
