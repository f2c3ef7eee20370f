package io.resultsink.pipelines.query.beamsql;

import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.extensions.sql.impl.rel.BeamLogicalConvention;
import org.apache.beam.sdk.extensions.sql.impl.utils.CalciteUtils;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionList;
import org.apache.beam.sdk.values.Row;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.plan.RelOptCluster;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.plan.RelOptRule;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.plan.RelOptRuleCall;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.plan.RelTraitSet;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rel.RelNode;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rel.core.Window;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rel.logical.LogicalWindow;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rel.type.RelDataType;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rex.RexInputRef;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rex.RexLiteral;

/**
 * Window functions over partitions, which are sorted and read once.
 *
 * <p>Beam's own ranks accept one numeric order key, and their time grows with the square of a
 * partition's rows. A partition must fit into memory in both.
 */
final class WindowRel extends Window implements SingleInputRel {

  // The replacement of these deprecated operands needs an annotation processor that is not on the
  // class path.
  @SuppressWarnings("deprecation")
  static final RelOptRule RULE =
      new RelOptRule(RelOptRule.operand(LogicalWindow.class, RelOptRule.any()), "Windows") {
        @Override
        public void onMatch(RelOptRuleCall call) {
          Window window = call.rel(0);
          RelNode input = window.getInput();
          call.transformTo(
              new WindowRel(
                  window.getCluster(),
                  window.getTraitSet().replace(BeamLogicalConvention.INSTANCE),
                  convert(input, input.getTraitSet().replace(BeamLogicalConvention.INSTANCE)),
                  window.getConstants(),
                  window.getRowType(),
                  window.groups));
        }
      };

  private WindowRel(
      RelOptCluster cluster,
      RelTraitSet traits,
      RelNode input,
      List<RexLiteral> constants,
      RelDataType row,
      List<Group> groups) {
    super(cluster, traits, input, constants, row, groups);
  }

  @Override
  public RelNode copy(RelTraitSet traits, List<RelNode> inputs) {
    return new WindowRel(getCluster(), traits, inputs.get(0), constants, rowType, groups);
  }

  @Override
  public Window copy(List<RexLiteral> others) {
    return new WindowRel(getCluster(), traitSet, input, others, rowType, groups);
  }

  @Override
  public PTransform<PCollectionList<Row>, PCollection<Row>> buildPTransform() {
    Schema result = CalciteUtils.toSchema(getRowType());
    List<Partitioned> steps = new ArrayList<>();
    for (Group group : groups) {
      List<WindowFunction> functions = new ArrayList<>();
      for (RexWinAggCall call : group.aggCalls) {
        int argument =
            call.getOperands().isEmpty()
                ? -1
                : ((RexInputRef) call.getOperands().get(0)).getIndex();
        functions.add(
            new WindowFunction(
                call.getOperator().getKind(),
                call.getType().getSqlTypeName(),
                argument,
                group.upperBound.isUnbounded(),
                group.isRows));
      }
      steps.add(new Partitioned(group.keys.toList(), RowOrder.of(group.orderKeys), functions));
    }
    return new Windows(steps, result);
  }

  private static final class Windows extends PTransform<PCollectionList<Row>, PCollection<Row>> {

    private final List<Partitioned> steps;
    private final Schema result;

    private Windows(List<Partitioned> steps, Schema result) {
      this.steps = steps;
      this.result = result;
    }

    @Override
    public PCollection<Row> expand(PCollectionList<Row> inputs) {
      PCollection<Row> rows = inputs.get(0);
      int step = 0;
      for (Partitioned partitioned : steps) {
        rows = rows.apply("Window " + ++step, partitioned.over(rows.getSchema(), result));
      }
      return rows;
    }
  }
}
