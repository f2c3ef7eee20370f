package io.resultsink.postgres;

import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.destination.SinkOption;
import io.resultsink.postgres.destination.TableName;
import io.resultsink.postgres.failure.InvalidTargetException;
import io.resultsink.postgres.internal.preflight.CheckTarget;
import io.resultsink.postgres.internal.publish.GiveRejected;
import io.resultsink.postgres.internal.publish.PublishRows;
import io.resultsink.postgres.internal.publish.TidyUp;
import io.resultsink.postgres.internal.publish.Undo;
import io.resultsink.postgres.internal.rejects.RejectsTable;
import io.resultsink.postgres.internal.run.RunIdentity;
import io.resultsink.postgres.internal.run.RunPlan;
import io.resultsink.postgres.internal.run.StagedChunk;
import io.resultsink.postgres.internal.session.ConnectionSource;
import io.resultsink.postgres.internal.session.DataSourceSupplier;
import io.resultsink.postgres.internal.session.PostgresConnections;
import io.resultsink.postgres.internal.staging.CollectChunks;
import io.resultsink.postgres.internal.staging.RowBlock;
import io.resultsink.postgres.internal.staging.StageRows;
import io.resultsink.postgres.report.RejectedRow;
import io.resultsink.postgres.report.ResultSummary;
import io.resultsink.postgres.report.TableVersion;
import java.util.List;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.ValueProvider;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.transforms.Combine;
import org.apache.beam.sdk.transforms.Impulse;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.Reshuffle;
import org.apache.beam.sdk.transforms.display.DisplayData;
import org.apache.beam.sdk.transforms.windowing.DefaultTrigger;
import org.apache.beam.sdk.transforms.windowing.GlobalWindows;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollection.IsBounded;
import org.apache.beam.sdk.values.Row;
import org.jspecify.annotations.Nullable;

/** The graph of one application of the sink, and the connections of what is done beside it. */
record SinkGraph(
    PostgresTarget target,
    @Nullable DataSourceSupplier dataSource,
    @Nullable ValueProvider<String> launchedRunId,
    @Nullable Consumer<PCollection<Row>> errors) {

  /**
   * The place at which the launcher of Dataflow's Flex Templates stages the graph of one launch.
   */
  private static final Pattern FLEX_LAUNCH =
      Pattern.compile(".*/template_launches/[^/]+/job_object");

  /** Adds the steps, once the target and the input are found to be right. */
  PCollection<ResultSummary> expand(PCollection<?> input) {
    validateTarget();
    requirePlaceForRejected();
    requireBoundedRows(input);
    RunsOfPipeline.requireFirst(input.getPipeline(), target);
    return stageAndPublish(input);
  }

  private void validateTarget() {
    if (dataSource == null) {
      target.validate();
    } else {
      target.validateForDataSource();
    }
  }

  private <T> PCollection<ResultSummary> stageAndPublish(PCollection<T> input) {
    RunIdentity run = RunIdentity.create(target.runId(), launchedRunId);
    Schema ofBlocks = RowBlock.schemaOf(input);
    Schema schema = ofBlocks == null ? input.getSchema() : ofBlocks;
    RunPlan plan = new RunPlan(source(run.loadId()), withOwnRejects(), run, schema);

    input
        .getPipeline()
        .apply("Impulse", Impulse.create())
        .apply("CheckTarget", ParDo.of(new CheckTarget(plan)));

    PCollection<ResultSummary> published =
        input
            .apply("WholeResult", wholeResult())
            .apply("StageRows", ParDo.of(ofBlocks == null ? rows(input, plan) : blocks(plan)))
            .setCoder(StagedChunk.CODER)
            .apply("CollectChunks", Combine.globally(new CollectChunks()))
            .apply("ChunksCollected", Reshuffle.viaRandomKey())
            .apply("PublishRows", ParDo.of(new PublishRows(plan)));

    published
        .apply("Published", Reshuffle.viaRandomKey())
        .apply("TidyUp", ParDo.of(new TidyUp(plan)));
    if (errors != null) {
      errors.accept(
          published
              .apply("PublishedOthers", Reshuffle.viaRandomKey())
              .apply("GiveRejected", ParDo.of(new GiveRejected(plan)))
              .setRowSchema(RejectedRow.SCHEMA)
              .apply("Rejected", Reshuffle.viaRandomKey()));
    }
    return published;
  }

  /** Error outputs are read from a table, the sink's own when the user names none. */
  private PostgresTarget withOwnRejects() {
    return errors == null || target.rejects() != null
        ? target
        : target.toBuilder().rejects(new TableName(null, RejectsTable.OWN)).build();
  }

  private void requirePlaceForRejected() {
    if (target.maxRejected() != null && errors == null && target.rejects() == null) {
      throw new InvalidTargetException(
          "max_rejected="
              + target.maxRejected()
              + " lets rows leave the result, and nothing keeps them; add"
              + " rejects=schema.table or an error handler, or leave max_rejected out");
    }
  }

  private static <T> StageRows<T> rows(PCollection<T> input, RunPlan plan) {
    return StageRows.ofRows(plan, input.getToRowFunction());
  }

  /** T is RowBlock: the collection's coder says so. */
  @SuppressWarnings("unchecked")
  private static <T> StageRows<T> blocks(RunPlan plan) {
    return (StageRows<T>) StageRows.ofBlocks(plan);
  }

  /**
   * One window and one pane. Said in full, because {@code Window.into} alone keeps a trigger that
   * the user set upstream, and each of its panes would be published as the whole.
   */
  private static <T> Window<T> wholeResult() {
    return Window.<T>into(new GlobalWindows())
        .triggering(DefaultTrigger.of())
        .withAllowedLateness(org.joda.time.Duration.ZERO)
        .discardingFiredPanes();
  }

  private ConnectionSource source(String key) {
    return dataSource == null
        ? ConnectionSource.of(target)
        : new ConnectionSource.Provided(key, dataSource);
  }

  private void requireBoundedRows(PCollection<?> input) {
    if (input.isBounded() == IsBounded.UNBOUNDED) {
      throw new InvalidTargetException(
          "the input of "
              + target.table()
              + " is unbounded; PostgresResultSink publishes bounded collections only");
    }
    if (!input.hasSchema() && RowBlock.schemaOf(input) == null) {
      throw new InvalidTargetException(
          "the input of "
              + target.table()
              + " has no schema; give it one: setRowSchema(schema) for a collection of Row,"
              + " @DefaultSchema on the class of its elements, or apply(Convert.toRows()) or"
              + " Select before");
    }
  }

  /**
   * Returns whether the graph is staged as one of Dataflow's classic templates. The option is
   * looked up by name, because the library knows no runner. The launcher of a Flex Template sets it
   * as well, to where it stages the graph of this one launch.
   */
  static boolean isTemplate(PipelineOptions options) {
    return DisplayData.from(options).items().stream()
        .filter(item -> item.getKey().equals("templateLocation") && item.getValue() != null)
        .anyMatch(item -> !FLEX_LAUNCH.matcher(item.getValue().toString()).matches());
  }

  /** Tells the target, and every option. */
  void describe(DisplayData.Builder builder) {
    Integer port = target.host() == null ? null : target.port();
    builder
        .addIfNotNull(DisplayData.item("host", target.host()).withLabel("Host"))
        .addIfNotNull(DisplayData.item("port", port).withLabel("Port"))
        .addIfNotNull(DisplayData.item("database", target.database()).withLabel("Database"))
        .add(DisplayData.item("table", target.table().toString()).withLabel("Table"));
    for (SinkOption option : SinkOption.values()) {
      builder.add(
          DisplayData.item(option.option(), option.shown(target)).withLabel(option.meaning()));
    }
    new TreeMap<>(target.connectionProperties())
        .forEach((name, value) -> builder.add(DisplayData.item(name, value)));
  }

  /** Brings a version back; the one that was replaced last when no run is named. */
  ResultSummary undo(@Nullable String runId) {
    try (PostgresConnections connections = connections()) {
      return new Undo(connections, target).run(runId);
    }
  }

  /** Returns the versions that are kept. */
  List<TableVersion> versions() {
    try (PostgresConnections connections = connections()) {
      return new Undo(connections, target).versions();
    }
  }

  private PostgresConnections connections() {
    validateTarget();
    return PostgresConnections.lease(source(UUID.randomUUID().toString()));
  }
}
