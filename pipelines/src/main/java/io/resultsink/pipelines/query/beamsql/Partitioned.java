package io.resultsink.pipelines.query.beamsql;

import java.io.Serializable;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.RowCoder;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.GroupByKey;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.SimpleFunction;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.Row;
import org.jspecify.annotations.Nullable;

/** Window functions that have the same PARTITION BY and ORDER BY. */
record Partitioned(List<Integer> keys, RowOrder order, List<WindowFunction> functions)
    implements Serializable {

  /**
   * Returns the step that adds the functions' columns to rows.
   *
   * @param before the rows' columns
   * @param last the columns after the last of several steps, which begin with this step's
   */
  PTransform<PCollection<Row>, PCollection<Row>> over(Schema before, Schema last) {
    Schema key = columns(before, keys);
    Schema.Builder after = Schema.builder();
    last.getFields().subList(0, before.getFieldCount() + functions.size()).forEach(after::addField);
    return new Step(this, key, after.build());
  }

  private static Schema columns(Schema schema, List<Integer> positions) {
    Schema.Builder columns = Schema.builder();
    positions.forEach(position -> columns.addField(key(schema.getField(position))));
    return columns.build();
  }

  private static Schema.Field key(Schema.Field column) {
    boolean isDouble = column.getType().getTypeName() == Schema.TypeName.DOUBLE;
    return isDouble ? column.withType(Schema.FieldType.INT64.withNullable(true)) : column;
  }

  private static final class Step extends PTransform<PCollection<Row>, PCollection<Row>> {

    private final Partitioned partitioned;
    private final Schema key;
    private final Schema after;

    private Step(Partitioned partitioned, Schema key, Schema after) {
      this.partitioned = partitioned;
      this.key = key;
      this.after = after;
    }

    @Override
    public PCollection<Row> expand(PCollection<Row> rows) {
      return rows.apply("Key", MapElements.via(new Keyed(partitioned.keys(), key)))
          .setCoder(KvCoder.of(RowCoder.of(key), RowCoder.of(rows.getSchema())))
          .apply("Partition", GroupByKey.create())
          .apply("Compute", ParDo.of(new Compute(partitioned, after)))
          .setRowSchema(after);
    }
  }

  private static final class Keyed extends SimpleFunction<Row, KV<Row, Row>> {

    private final List<Integer> keys;
    private final Schema schema;

    private Keyed(List<Integer> keys, Schema schema) {
      this.keys = keys;
      this.schema = schema;
    }

    @Override
    public KV<Row, Row> apply(Row row) {
      List<@Nullable Object> values = new ArrayList<>(keys.size());
      for (int key : keys) {
        values.add(inOneForm(row.getValue(key)));
      }
      return KV.of(Row.withSchema(schema).attachValues(values), row);
    }

    private static @Nullable Object inOneForm(@Nullable Object value) {
      if (value instanceof BigDecimal decimal) {
        return Conversions.asKey(decimal);
      }
      return value instanceof Double number ? Conversions.asKey(number) : value;
    }
  }

  private static final class Compute extends DoFn<KV<Row, Iterable<Row>>, Row> {

    private final Partitioned partitioned;
    private final Schema after;

    private Compute(Partitioned partitioned, Schema after) {
      this.partitioned = partitioned;
      this.after = after;
    }

    @ProcessElement
    public void compute(@Element KV<Row, Iterable<Row>> partition, OutputReceiver<Row> output) {
      List<Row> rows = new ArrayList<>();
      partition.getValue().forEach(rows::add);
      rows.sort(partitioned.order());
      int[] peers = peers(rows);
      List<@Nullable Object[]> columns =
          partitioned.functions().stream().map(function -> function.over(rows, peers)).toList();
      for (int i = 0; i < rows.size(); i++) {
        List<@Nullable Object> values = new ArrayList<>(rows.get(i).getValues());
        for (@Nullable Object[] column : columns) {
          values.add(column[i]);
        }
        output.output(Row.withSchema(after).attachValues(values));
      }
    }

    private int[] peers(List<Row> rows) {
      int[] peers = new int[rows.size()];
      for (int i = rows.size() - 1; i >= 0; i--) {
        boolean last =
            i == rows.size() - 1 || partitioned.order().compare(rows.get(i), rows.get(i + 1)) != 0;
        peers[i] = last ? i + 1 : peers[i + 1];
      }
      return peers;
    }
  }
}
