package io.resultsink.postgres.internal.metrics;

import io.resultsink.postgres.destination.TableName;
import io.resultsink.postgres.internal.session.ConnectionSource;
import io.resultsink.postgres.report.ResultSummary;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.beam.sdk.annotations.Internal;
import org.apache.beam.sdk.metrics.Counter;
import org.apache.beam.sdk.metrics.Distribution;
import org.apache.beam.sdk.metrics.Lineage;
import org.apache.beam.sdk.metrics.Metrics;

/**
 * All Beam metrics of the sink.
 *
 * <p>Those of staging count repeated bundles again, as Beam metrics may. Published rows are counted
 * once, from the summary.
 */
@Internal
public final class SinkMetrics {

  /** The metrics' namespace. */
  public static final String NAMESPACE = "io.resultsink.postgres";

  /** Staged rows, those of repeated bundles included. */
  public static final String ROWS_STAGED = "rows_staged";

  /** Staged chunks, those of repeated bundles included. */
  public static final String CHUNKS_STAGED = "chunks_staged";

  /** Staged bytes of binary COPY, those of repeated bundles included. */
  public static final String BYTES_STAGED = "bytes_staged";

  /** Milliseconds per chunk, from its first byte sent to its commit. */
  public static final String CHUNK_MILLIS = "chunk_millis";

  /** Published rows. */
  public static final String ROWS_PUBLISHED = "rows_published";

  /** Rows of published results that did not fit. */
  public static final String ROWS_REJECTED = "rows_rejected";

  /** Milliseconds per publish, from the begin of its transaction to the end of its commit. */
  public static final String PUBLISH_MILLIS = "publish_millis";

  /** Milliseconds for which the publish waited for the lock that readers wait for. */
  public static final String LOCK_MILLIS = "lock_millis";

  private static final Counter STAGED_ROWS = Metrics.counter(NAMESPACE, ROWS_STAGED);
  private static final Counter STAGED_CHUNKS = Metrics.counter(NAMESPACE, CHUNKS_STAGED);
  private static final Counter STAGED_BYTES = Metrics.counter(NAMESPACE, BYTES_STAGED);
  private static final Distribution CHUNK = Metrics.distribution(NAMESPACE, CHUNK_MILLIS);
  private static final Counter PUBLISHED_ROWS = Metrics.counter(NAMESPACE, ROWS_PUBLISHED);
  private static final Counter REJECTED_ROWS = Metrics.counter(NAMESPACE, ROWS_REJECTED);
  private static final Distribution PUBLISH = Metrics.distribution(NAMESPACE, PUBLISH_MILLIS);
  private static final Distribution LOCK = Metrics.distribution(NAMESPACE, LOCK_MILLIS);

  private SinkMetrics() {}

  /** Counts a chunk that was sent; {@code begin} is the System.nanoTime() of its first byte. */
  public static void staged(long rows, long bytes, long begin) {
    STAGED_ROWS.inc(rows);
    STAGED_CHUNKS.inc();
    STAGED_BYTES.inc(bytes);
    CHUNK.update(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin));
  }

  /** Counts a publish, and adds the table to the pipeline's lineage as a sink. */
  public static void published(ResultSummary summary, ConnectionSource source, TableName table) {
    if (!summary.alreadyPublished()) {
      PUBLISHED_ROWS.inc(summary.rows());
      REJECTED_ROWS.inc(summary.rejected());
      PUBLISH.update(summary.preparingMillis() + summary.lockMillis() + summary.publishingMillis());
      LOCK.update(summary.lockMillis());
    }
    String server =
        source instanceof ConnectionSource.Server known
            ? known.host() + ":" + known.port()
            : "datasource";
    Lineage.getSinks()
        .add("postgresql", List.of(server, summary.database(), table.schema(), table.table()));
  }
}
