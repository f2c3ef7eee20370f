package io.resultsink.postgres.internal.publish;

import io.resultsink.postgres.internal.metrics.SinkMetrics;
import io.resultsink.postgres.internal.run.Part;
import io.resultsink.postgres.internal.run.RunPlan;
import io.resultsink.postgres.internal.run.StagedChunk;
import io.resultsink.postgres.internal.session.PostgresConnections;
import io.resultsink.postgres.report.ResultSummary;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.beam.sdk.annotations.Internal;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.windowing.PaneInfo;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The step that publishes the reported chunks of a run. Its one input element exists for an empty
 * result too.
 */
@Internal
public final class PublishRows extends DoFn<List<StagedChunk>, ResultSummary> {

  private static final Logger LOG = LoggerFactory.getLogger(PublishRows.class);

  private final RunPlan plan;

  /** Creates the step for the target of a run. */
  public PublishRows(RunPlan plan) {
    this.plan = plan;
  }

  @ProcessElement
  public void process(
      @Element List<StagedChunk> chunks, PaneInfo pane, OutputReceiver<ResultSummary> output) {
    if (!pane.isFirst() || !pane.isLast()) {
      throw new IllegalStateException(
          "only some of the result's chunk reports arrived (" + pane + "); nothing is published");
    }
    LOG.info("Publishing {}: {} chunks", plan, chunks.size());
    Publisher.Published published;
    Optional<Instant> undone = Optional.empty();
    try (PostgresConnections connections = PostgresConnections.lease(plan.source())) {
      published = new Publisher(connections, plan).publish(Part.whole(plan.run(), chunks));
      if (published.summary().alreadyPublished()) {
        undone = new Undo(connections, plan.target()).undoneAt(published.summary().runId());
      }
    }
    ResultSummary summary = published.summary();
    if (summary.alreadyPublished()) {
      LOG.warn("{} was published at {}; this launch changes nothing", plan, summary.publishedAt());
      undone.ifPresent(
          at ->
              LOG.warn(
                  "{} was undone at {}; to publish the result again, use another run id",
                  plan,
                  at));
    } else {
      LOG.info("Published {}: {} rows", plan, summary.rows());
      if (summary.rejected() > 0) {
        LOG.warn(
            "{} rows did not fit {} and were rejected; {} keeps them",
            summary.rejected(),
            summary.table(),
            summary.rejects());
      }
      if (!summary.lost().isEmpty()) {
        LOG.warn("{} lost {}", summary.table(), summary.lostInWords());
      }
    }
    SinkMetrics.published(summary, plan.source(), published.table());
    output.output(summary);
  }
}
