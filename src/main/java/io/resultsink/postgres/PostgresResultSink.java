package io.resultsink.postgres;

import io.resultsink.postgres.destination.Keep;
import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.destination.Reset;
import io.resultsink.postgres.destination.Secret;
import io.resultsink.postgres.destination.StagingDurability;
import io.resultsink.postgres.destination.TableName;
import io.resultsink.postgres.destination.UndoLimit;
import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.failure.InvalidTargetException;
import io.resultsink.postgres.internal.session.DataSourceSupplier;
import io.resultsink.postgres.report.RejectedRow;
import io.resultsink.postgres.report.ResultSummary;
import io.resultsink.postgres.report.TableVersion;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.apache.beam.sdk.annotations.Internal;
import org.apache.beam.sdk.io.jdbc.JdbcIO;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.ValueProvider;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.SerializableFunction;
import org.apache.beam.sdk.transforms.display.DisplayData;
import org.apache.beam.sdk.transforms.errorhandling.BadRecord;
import org.apache.beam.sdk.transforms.errorhandling.ErrorHandler;
import org.apache.beam.sdk.values.PCollection;
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
 *       wait for the publish. With {@link Reset#TRUNCATE} readers wait for the load, too.
 *   <li>{@link WriteMode#UPDATE}: all of the result or none of it. Readers never wait, writers wait
 *       for the publish.
 * </ul>
 *
 * <h2>Exactly once</h2>
 *
 * <p>A run gets its id when the pipeline is built, or from {@link #withRunId(String)}. It publishes
 * once, whatever the runner does:
 *
 * <ul>
 *   <li>A bundle may run twice, at the same time, or in part. Only chunks whose report reached the
 *       publish count.
 *   <li>A step or a whole pipeline may run again. The publishing transaction writes a row into the
 *       table {@code result_sink_ledger}. The second execution finds the row, changes nothing, and
 *       reports the row's summary.
 * </ul>
 *
 * <p>A publish that fails changes nothing. A Pipeline object that is run twice is one run.
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

  /** Sets how many versions that mode replace replaces are kept; none unless given. */
  public PostgresResultSink withUndo(int versions) {
    return with(target.toBuilder().undo(UndoLimit.ofVersions(versions)));
  }

  /** Sets for how long versions that mode replace replaces are kept. */
  public PostgresResultSink withUndo(Duration age) {
    return with(target.toBuilder().undo(UndoLimit.ofAge(age)));
  }

  /** Sets how mode truncate empties the table; by DELETE unless given. */
  public PostgresResultSink withReset(Reset reset) {
    return with(target.toBuilder().reset(reset));
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
   * run, give the same ones again. A result of which no row fits fails the run. With Beam's {@link
   * ErrorHandler.DefaultErrorHandler}, which handles nothing, a row that does not fit fails the
   * run.
   */
  public PostgresResultSink withErrorHandler(ErrorHandler<BadRecord, ?> handler) {
    if (handler instanceof ErrorHandler.DefaultErrorHandler) {
      return new PostgresResultSink(target, dataSource, launchedRunId, null);
    }
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

  /** One attempt for the lock that readers wait for; 100 ms unless given. */
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

  /**
   * Brings back, by this call, the rows that the last replace has replaced and {@link
   * #withUndo(int)} has kept. What hangs on the table now stays, readers see old or new, complete,
   * and what is replaced is kept in turn.
   *
   * @return the summary of a run with mode {@code undo}; its rows are the server's estimate
   * @throws io.resultsink.postgres.failure.ResultSinkException when nothing is kept, or when it
   *     cannot be brought back; the table is untouched then
   */
  public ResultSummary undo() {
    return graph().undo(null);
  }

  /** As {@link #undo()}, for the rows that a run had published. */
  public ResultSummary undo(String runId) {
    return graph().undo(runId);
  }

  /** Returns the versions of the table that are kept, the one that was replaced last first. */
  public List<TableVersion> versions() {
    return graph().versions();
  }

  private SinkGraph graph() {
    return new SinkGraph(target, dataSource, launchedRunId, errors);
  }

  private PostgresResultSink with(PostgresTarget.Builder changed) {
    return new PostgresResultSink(changed.build(), dataSource, launchedRunId, errors);
  }

  @Override
  public PCollection<ResultSummary> expand(PCollection<?> input) {
    return graph().expand(input);
  }

  /**
   * Refuses a graph that is built once and launched often.
   *
   * @throws InvalidTargetException for a template without a run id that the launch supplies
   */
  @Override
  public void validate(@Nullable PipelineOptions options) {
    if (options != null && launchedRunId == null && SinkGraph.isTemplate(options)) {
      throw new InvalidTargetException(
          "a template is built once and launched often, and every launch would be the same run;"
              + " supply withRunId(ValueProvider) from the launch's options");
    }
  }

  @Override
  public void populateDisplayData(DisplayData.Builder builder) {
    graph().describe(builder);
  }
}
