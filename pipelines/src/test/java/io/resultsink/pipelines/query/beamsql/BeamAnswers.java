package io.resultsink.pipelines.query.beamsql;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.extensions.sql.meta.BeamSqlTable;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.Row;
import org.joda.time.Duration;
import org.jspecify.annotations.Nullable;

/** Many queries in one pipeline of the DirectRunner. */
final class BeamAnswers {

  private static final Map<Integer, Queue<Row>> COLLECTED = new ConcurrentHashMap<>();
  private static final AtomicInteger NUMBERS = new AtomicInteger();

  private final Pipeline pipeline;
  private final Map<String, BeamSqlTable> tables = new LinkedHashMap<>();
  private final Map<Integer, Schema> schemas = new LinkedHashMap<>();

  BeamAnswers(List<? extends RandomTable> tables) {
    PipelineOptions options =
        PipelineOptionsFactory.fromArgs(
                "--targetParallelism=1",
                "--blockOnRun=false",
                "--enforceImmutability=false",
                "--enforceEncodability=false")
            .create();
    this.pipeline = Pipeline.create(options);
    tables.forEach(table -> this.tables.put(table.name, table));
  }

  /** Adds a query. */
  int add(String sql) throws Exception {
    int number = NUMBERS.incrementAndGet();
    PCollection<Row> rows = BeamSql.query(pipeline, sql, tables);
    rows.apply("Collect " + number, ParDo.of(new Collect(number)));
    COLLECTED.put(number, new ConcurrentLinkedQueue<>());
    schemas.put(number, rows.getSchema());
    return number;
  }

  /** Runs all queries. */
  void run(Duration atMost) {
    PipelineResult running = pipeline.run();
    if (running.waitUntilFinish(atMost) != PipelineResult.State.DONE) {
      try {
        running.cancel();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      throw new IllegalStateException("not done after " + atMost);
    }
  }

  Answer answer(int number) {
    Schema schema = schemas.get(number);
    List<Kind> kinds = schema.getFields().stream().map(f -> Kind.of(f.getType())).toList();
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (Row row : COLLECTED.remove(number)) {
      List<@Nullable Object> values = new ArrayList<>();
      row.getValues().forEach(value -> values.add(Answer.plain(value)));
      rows.add(values);
    }
    return new Answer(schema.getFieldNames(), kinds, rows);
  }

  private static final class Collect extends DoFn<Row, Void> {

    private final int number;

    private Collect(int number) {
      this.number = number;
    }

    @ProcessElement
    public void collect(@Element Row row) {
      COLLECTED.get(number).add(row);
    }
  }
}
