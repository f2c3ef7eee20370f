package io.resultsink.pipelines.query.beamsql;

import java.io.Serializable;
import java.math.BigDecimal;
import java.util.Comparator;
import java.util.List;
import org.apache.beam.sdk.coders.ListCoder;
import org.apache.beam.sdk.extensions.sql.impl.rel.BeamLogicalConvention;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.Top;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionList;
import org.apache.beam.sdk.values.Row;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.plan.RelOptCluster;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.plan.RelOptRule;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.plan.RelOptRuleCall;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.plan.RelTraitSet;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rel.RelCollation;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rel.RelNode;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rel.core.Sort;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rel.logical.LogicalSort;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rex.RexLiteral;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rex.RexNode;
import org.jspecify.annotations.Nullable;

/**
 * ORDER BY with LIMIT, or LIMIT alone.
 *
 * <p>Beam's own orders neither DECIMAL nor BOOLEAN, and fails when OFFSET leaves fewer rows than
 * LIMIT takes.
 */
final class SortRel extends Sort implements SingleInputRel {

  /** The most rows of LIMIT and OFFSET together, because they are in one worker's memory. */
  static final int MOST_ROWS = 10_000_000;

  // The replacement of these deprecated operands needs an annotation processor that is not on the
  // class path.
  @SuppressWarnings("deprecation")
  static final RelOptRule RULE =
      new RelOptRule(RelOptRule.operand(LogicalSort.class, RelOptRule.any()), "Limited order") {
        @Override
        public void onMatch(RelOptRuleCall call) {
          Sort sort = call.rel(0);
          RelNode input = sort.getInput();
          call.transformTo(
              new SortRel(
                  sort.getCluster(),
                  sort.getTraitSet().replace(BeamLogicalConvention.INSTANCE),
                  convert(input, input.getTraitSet().replace(BeamLogicalConvention.INSTANCE)),
                  sort.getCollation(),
                  sort.offset,
                  sort.fetch));
        }
      };

  private SortRel(
      RelOptCluster cluster,
      RelTraitSet traits,
      RelNode input,
      RelCollation collation,
      @Nullable RexNode offset,
      @Nullable RexNode fetch) {
    super(cluster, traits, input, collation, offset, fetch);
  }

  @Override
  public Sort copy(
      RelTraitSet traits,
      RelNode newInput,
      RelCollation newCollation,
      @Nullable RexNode newOffset,
      @Nullable RexNode newFetch) {
    return new SortRel(getCluster(), traits, newInput, newCollation, newOffset, newFetch);
  }

  @Override
  public PTransform<PCollectionList<Row>, PCollection<Row>> buildPTransform() {
    return new Limited(RowOrder.of(getCollation()), number(offset), number(fetch));
  }

  private static int number(@Nullable RexNode count) {
    if (count == null) {
      return 0;
    }
    BigDecimal value = ((RexLiteral) count).getValueAs(BigDecimal.class);
    if (value == null || value.compareTo(BigDecimal.valueOf(MOST_ROWS)) > 0) {
      throw new RefusedQuery(
          "LIMIT and OFFSET take at most %,d rows; leave a larger LIMIT out".formatted(MOST_ROWS));
    }
    return value.intValueExact();
  }

  private static final class Limited extends PTransform<PCollectionList<Row>, PCollection<Row>> {

    private final RowOrder order;
    private final int offset;
    private final int limit;

    private Limited(RowOrder order, int offset, int limit) {
      this.order = order;
      this.offset = offset;
      this.limit = limit;
    }

    @Override
    public PCollection<Row> expand(PCollectionList<Row> inputs) {
      PCollection<Row> rows = inputs.get(0);
      return rows.apply("First rows", Top.of(offset + limit, new Reversed(order)).withoutDefaults())
          .setCoder(ListCoder.of(rows.getCoder()))
          .apply("Leave out OFFSET", ParDo.of(new From(offset)))
          .setRowSchema(rows.getSchema());
    }
  }

  /** Top selects the largest. */
  private static final class Reversed implements Comparator<Row>, Serializable {

    private final RowOrder order;

    private Reversed(RowOrder order) {
      this.order = order;
    }

    @Override
    public int compare(Row one, Row other) {
      return order.compare(other, one);
    }
  }

  private static final class From extends DoFn<List<Row>, Row> {

    private final int offset;

    private From(int offset) {
      this.offset = offset;
    }

    @ProcessElement
    public void output(@Element List<Row> rows, OutputReceiver<Row> output) {
      rows.subList(Math.min(offset, rows.size()), rows.size()).forEach(output::output);
    }
  }
}
