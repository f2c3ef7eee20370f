package io.resultsink.postgres;

import io.resultsink.postgres.destination.Keep;
import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.destination.Secret;
import io.resultsink.postgres.destination.SinkOption;
import io.resultsink.postgres.destination.StagingDurability;
import io.resultsink.postgres.destination.TableName;
import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.failure.InvalidTargetException;
import io.resultsink.postgres.internal.preflight.CheckTarget;
import io.resultsink.postgres.internal.publish.GiveRejected;
import io.resultsink.postgres.internal.publish.PublishRows;
import io.resultsink.postgres.internal.publish.TidyUp;
import io.resultsink.postgres.internal.rejects.RejectsTable;
import io.resultsink.postgres.internal.run.RunIdentity;
import io.resultsink.postgres.internal.run.RunPlan;
import io.resultsink.postgres.internal.run.StagedChunk;
import io.resultsink.postgres.internal.session.ConnectionSource;
import io.resultsink.postgres.internal.session.DataSourceSupplier;
import io.resultsink.postgres.internal.staging.CollectChunks;
import io.resultsink.postgres.internal.staging.RowBlock;
import io.resultsink.postgres.internal.staging.StageRows;
import io.resultsink.postgres.report.RejectedRow;
import io.resultsink.postgres.report.ResultSummary;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.apache.beam.sdk.annotations.Internal;
import org.apache.beam.sdk.io.jdbc.JdbcIO;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.ValueProvider;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.transforms.Combine;
import org.apache.beam.sdk.transforms.Impulse;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.Reshuffle;
import org.apache.beam.sdk.transforms.SerializableFunction;
import org.apache.beam.sdk.transforms.display.DisplayData;
import org.apache.beam.sdk.transforms.errorhandling.BadRecord;
import org.apache.beam.sdk.transforms.errorhandling.ErrorHandler;
import org.apache.beam.sdk.transforms.windowing.DefaultTrigger;
import org.apache.beam.sdk.transforms.windowing.GlobalWindows;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollection.IsBounded;
import org.apache.beam.sdk.values.Row;
import org.apache.beam.sdk.values.TypeDescriptor;
import org.jspecify.annotations.Nullable;

/**
 * Publishes the rows of a bounded collection as a PostgreSQL table: atomically, exactly once, and
 * for readers at every isolation level.
 *
 * <pre>{@code
 * PCollection<ResultSummary> published =
 *     movies.apply("Publish ranking",
 *         PostgresResultSink.to("postgresql://app@db.example.com/shop/top_movies?mode=replace")
 *             .withPassword(Secret.env("SHOP_DB_PASSWORD")));
 * }</pre>
 *
 * <p>Applies to any collection with a schema: of {@link Row}s, or of a type that Beam infers one
 * for. Rows are staged in chunks by binary COPY into a staging table, by all workers, and published
 * in one transaction once all are there.
 *
 * <h2>What readers see</h2>
 *
 * <p>Every session, at any isolation level, sees the table before the publish or after it, and
 * never anything else:
 *
 * <ul>
 *   <li>{@link WriteMode#APPEND}: all of the result or none of it. Nobody waits.
 *   <li>{@link WriteMode#REPLACE}: the old table or the new, complete. Readers wait milliseconds
 *       for the swap, whatever the size; never more than {@link #withLockTimeout} because of us.
 *   <li>{@link WriteMode#TRUNCATE}: the old rows or the new, complete. Readers never wait, writers
 *       wait for the publish.
 *   <li>{@link WriteMode#UPDATE}: all of the result or none of it. Readers never wait, writers wait
 *       for the publish.
 * </ul>
 *
 * <h2>Exactly once</h2>
 *
 * <p>A run is named when the pipeline is built (or by {@link #withRunId(String)}) and publishes
 * once, whatever the runner does: only chunks whose report reached the publish count, so that a
 * bundle may run twice, at the same time, or in part; and the publishing transaction writes a row
 * into the table {@code result_sink_ledger}, so that a step or a whole pipeline that is run again
 * finds itself there, changes nothing and reports the summary that stands there. A publish that
 * fails changes nothing. A Pipeline object that is run twice is one run.
 *
 * <h2>Failures</h2>
 *
 * <p>Wrong URLs and options are an {@link InvalidTargetException} while the pipeline is built; no
 * connection is made then. What else goes wrong is a {@link
 * io.resultsink.postgres.failure.ResultSinkException} as the cause of the pipeline's failure; each
 * of its types says what happened to the table.
 *
 * <p>The output is one summary, emitted after the commit: {@code Wait.on} it to do what needs the
 * table.
 */
public final class PostgresResultSink
    extends PTransform<PCollection<?>, PCollection<ResultSummary>> {

  /**
   * The place at which the launcher of Dataflow's Flex Templates stages the graph of one launch.
   */
  private static final Pattern FLEX_LAUNCH =
      Pattern.compile(".*/template_launches/[^/]+/job_object");

  private final PostgresTarget target;
  private final @Nullable DataSourceSupplier dataSource;
  private final @Nullable ValueProvider<String> launchedRunId;
  private final @Nullable Consumer<PCollection<Row>> errors;

  private PostgresResultSink(
      PostgresTarget target,
      @Nullable DataSourceSupplier dataSource,
      @Nullable ValueProvider<String> launchedRunId,
      @Nullable Consumer<PCollection<Row>> errors) {
    this.target = target;
    this.dataSource = dataSource;
    this.launchedRunId = launchedRunId;
    this.errors = errors;
  }

  /**
   * Writes to the table of a URL: {@code
   * postgresql://[user[:password]@]host[:port]/database/table[?option=value&...]}, or of a saved
   * connection, {@code name:table[?option=value&...]}, which is looked up now.
   *
   * @throws InvalidTargetException with all that is wrong with it
   */
  public static PostgresResultSink to(String url) {
    return to(PostgresTarget.parse(url));
  }

  /** Writes to a target. */
  public static PostgresResultSink to(PostgresTarget target) {
    return new PostgresResultSink(target, null, null, null);
  }

  /**
   * Writes to a table of a database that {@link #withDataSourceConfiguration} or {@link
   * #withDataSourceProviderFn} connects to.
   *
   * @param table {@code table} or {@code schema.table}, exactly as the catalog has it
   */
  public static PostgresResultSink toTable(String table) {
    return to(PostgresTarget.builder().table(TableName.parse(table)).build());
  }

  /**
   * Connects as JdbcIO does. The configuration's password, when it has one, travels inside of the
   * serialized transform.
   */
  public PostgresResultSink withDataSourceConfiguration(JdbcIO.DataSourceConfiguration config) {
    return withDataSourceProviderFn(
        JdbcIO.DataSourceProviderFromDataSourceConfiguration.of(config));
  }

  /**
   * Connects through a DataSource that the function gives, once for each worker at a time. It must
   * give at least two connections at a time.
   *
   * <p>When no step of the sink is left in a JVM, the function is asked once more. A DataSource
   * that it then gives again is shared with others, and stays open. Otherwise it makes a new one
   * each time: those that it made are closed when they are {@code AutoCloseable}.
   */
  public PostgresResultSink withDataSourceProviderFn(
      SerializableFunction<Void, DataSource> provider) {
    return new PostgresResultSink(target, () -> provider.apply(null), launchedRunId, errors);
  }

  /** Sets how result and table become one; append unless given. */
  public PostgresResultSink withMode(WriteMode mode) {
    return with(target.toBuilder().mode(mode));
  }

  /**
   * The key of mode update: the columns in which a row of the result finds its row of the table.
   */
  public PostgresResultSink withUnique(String... columns) {
    return with(target.toBuilder().unique(List.of(columns)));
  }

  /**
   * Sets what mode replace keeps beside owner, grants, comments and row security: with {@link
   * Keep#ALL} the table's whole definition; nothing unless given.
   */
  public PostgresResultSink withKeep(Keep keep) {
    return with(target.toBuilder().keep(keep));
  }

  /** The schema of the table; found as PostgreSQL finds it unless given. */
  public PostgresResultSink withSchema(String schema) {
    TableName table = target.table();
    if (table.schema() != null && !table.schema().equals(schema)) {
      throw new InvalidTargetException(
          "schema " + schema + " contradicts table " + table + "; name the schema once");
    }
    return with(target.toBuilder().table(new TableName(schema, table.table())));
  }

  /** The schema of the staging tables and the ledger; the table's unless given. */
  public PostgresResultSink withStagingSchema(String schema) {
    return with(target.toBuilder().stagingSchema(schema));
  }

  /**
   * Sets whether staged rows survive a crash of the server; unless given, logged for mode replace,
   * whose staging table goes live itself, and unlogged otherwise.
   */
  public PostgresResultSink withStaging(StagingDurability staging) {
    return with(target.toBuilder().staging(staging));
  }

  /** After which age a dead run's staging table may be removed by others; 7 days unless given. */
  public PostgresResultSink withStagingTtl(Duration ttl) {
    return with(target.toBuilder().stagingTtl(ttl));
  }

  /**
   * The run's name, when the caller knows it, so that a second launch of the same run is the same
   * run and publishes nothing again.
   */
  public PostgresResultSink withRunId(String runId) {
    return new PostgresResultSink(
        target.toBuilder().runId(runId).build(), dataSource, /* launchedRunId= */ null, errors);
  }

  /** The run's name as the launch of a template supplies it. */
  public PostgresResultSink withRunId(ValueProvider<String> runId) {
    return runId.isAccessible()
        ? withRunId(runId.get())
        : new PostgresResultSink(target.toBuilder().runId(null).build(), dataSource, runId, errors);
  }

  /** Fewer rows in the result fail the run, with the table untouched; 0 unless given. */
  public PostgresResultSink withMinRows(long rows) {
    return with(target.toBuilder().minRows(rows));
  }

  /**
   * Gives rows that do not fit the table to an error handler, after the commit of the others. They
   * leave the result, and the others are published.
   *
   * <p>Each {@link BadRecord} has the row as JSON, and a description: the column, the reason, the
   * SQLSTATE, the table, the time and the run id. A restarted pipeline, and another launch of the
   * run, give the same ones again. A result of which no row fits fails the run.
   */
  public PostgresResultSink withErrorHandler(ErrorHandler<BadRecord, ?> handler) {
    return withRejectedRows(
        rejected ->
            handler.addErrorCollection(
                rejected
                    .apply(
                        "BadRecords",
                        MapElements.into(TypeDescriptor.of(BadRecord.class))
                            .via(RejectedRow::badRecord))
                    .setCoder(BadRecord.getCoder(rejected.getPipeline()))));
  }

  /** As {@link #withErrorHandler}, for front ends: gives rows of {@link RejectedRow#SCHEMA}. */
  @Internal
  public PostgresResultSink withRejectedRows(Consumer<PCollection<Row>> consumer) {
    return new PostgresResultSink(target, dataSource, launchedRunId, consumer);
  }

  /**
   * Sets the table that keeps rows that do not fit, created when missing; none unless given. The
   * transaction that publishes the others writes it, so that it has each row once, whatever was
   * retried, restarted or launched again.
   *
   * @param table {@code table}, which is one of the staging schema, or {@code schema.table}
   */
  public PostgresResultSink withRejects(String table) {
    return with(target.toBuilder().rejects(TableName.parse(table)));
  }

  /**
   * More rows that do not fit fail the run, with the table untouched; any number unless given.
   * Needs {@link #withErrorHandler} or {@link #withRejects}: else the first one fails the run.
   */
  public PostgresResultSink withMaxRejected(long rows) {
    return with(target.toBuilder().maxRejected(rows));
  }

  /** One attempt for the lock that readers feel; 100 ms unless given. */
  public PostgresResultSink withLockTimeout(Duration timeout) {
    return with(target.toBuilder().lockTimeout(timeout));
  }

  /** Sets how long attempts for that lock go on; 5 minutes unless given. */
  public PostgresResultSink withLockWait(Duration wait) {
    return with(target.toBuilder().lockWait(wait));
  }

  /** The password, or better where the worker finds it. */
  public PostgresResultSink withPassword(Secret password) {
    return with(target.toBuilder().password(password));
  }

  /** Properties of the driver, those that a URL may have: {@code sslmode} and others. */
  public PostgresResultSink withConnectionProperties(Map<String, String> properties) {
    return with(target.toBuilder().connectionProperties(properties));
  }

  private PostgresResultSink with(PostgresTarget.Builder changed) {
    return new PostgresResultSink(changed.build(), dataSource, launchedRunId, errors);
  }

  @Override
  public PCollection<ResultSummary> expand(PCollection<?> input) {
    if (dataSource == null) {
      target.validate();
    } else {
      target.validateForDataSource();
    }
    requirePlaceForRejected();
    requireBoundedRows(input);
    RunsOfPipeline.requireFirst(input.getPipeline(), target);
    return stageAndPublish(input);
  }

  private <T> PCollection<ResultSummary> stageAndPublish(PCollection<T> input) {
    RunIdentity run = RunIdentity.create(target.runId(), launchedRunId);
    Schema ofBlocks = RowBlock.schemaOf(input);
    Schema schema = ofBlocks == null ? input.getSchema() : ofBlocks;
    RunPlan plan = new RunPlan(source(run), withOwnRejects(), run, schema);

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

  private ConnectionSource source(RunIdentity run) {
    return dataSource == null
        ? ConnectionSource.of(target)
        : new ConnectionSource.Provided(run.loadId(), dataSource);
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
   * Refuses a graph that is built once and launched often.
   *
   * @throws InvalidTargetException for a template without a run id that the launch supplies
   */
  @Override
  public void validate(@Nullable PipelineOptions options) {
    if (options != null && launchedRunId == null && isTemplate(options)) {
      throw new InvalidTargetException(
          "a template is built once and launched often, and every launch would be the same run;"
              + " supply withRunId(ValueProvider) from the launch's options");
    }
  }

  /**
   * Returns whether the graph is staged as one of Dataflow's classic templates. The option is
   * looked up by name, because the library knows no runner. The launcher of a Flex Template sets it
   * as well, to where it stages the graph of this one launch.
   */
  private static boolean isTemplate(PipelineOptions options) {
    return DisplayData.from(options).items().stream()
        .filter(item -> item.getKey().equals("templateLocation") && item.getValue() != null)
        .anyMatch(item -> !FLEX_LAUNCH.matcher(item.getValue().toString()).matches());
  }

  @Override
  public void populateDisplayData(DisplayData.Builder builder) {
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
}
