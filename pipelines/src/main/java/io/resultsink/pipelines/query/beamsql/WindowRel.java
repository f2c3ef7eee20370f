package io.resultsink.pipelines.query.beamsql;

import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.extensions.sql.impl.planner.BeamCostModel;
import org.apache.beam.sdk.extensions.sql.impl.planner.BeamRelMetadataQuery;
import org.apache.beam.sdk.extensions.sql.impl.planner.NodeStats;
import org.apache.beam.sdk.extensions.sql.impl.rel.BeamLogicalConvention;
import org.apache.beam.sdk.extensions.sql.impl.rel.BeamRelNode;
import org.apache.beam.sdk.extensions.sql.impl.rel.BeamSqlRelUtils;
import org.apache.beam.sdk.extensions.sql.impl.utils.CalciteUtils;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionList;
import org.apache.beam.sdk.values.Row;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.plan.Convention;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.plan.RelOptCluster;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.plan.RelOptPlanner;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.plan.RelTraitSet;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rel.RelNode;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rel.convert.ConverterRule;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rel.core.Window;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rel.logical.LogicalWindow;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rel.type.RelDataType;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rex.RexInputRef;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rex.RexLiteral;

/**
 * Window functions over partitions that are sorted and gone through once.
 *
 * <p>Beam's own ranks know one order key, which is a number, and take each row's time once for each
 * row of the partition. A partition has to fit into memory here as there.
 */
final class WindowRel extends Window implements BeamRelNode {

  static final ConverterRule RULE =
      ConverterRule.Config.INSTANCE
          .withConversion(
              LogicalWindow.class, Convention.NONE, BeamLogicalConvention.INSTANCE, "Windows")
          .withRuleFactory(Rule::new)
          .toRule(Rule.class);

  private static final class Rule extends ConverterRule {
    Rule(Config config) {
      super(config);
    }

    @Override
    public RelNode convert(RelNode node) {
      return converted(node);
    }
  }

  private static RelNode converted(RelNode node) {
    Window window = (Window) node;
    RelTraitSet traits = window.getTraitSet().replace(BeamLogicalConvention.INSTANCE);
    return new WindowRel(
        window.getCluster(),
        traits,
        ConverterRule.convert(
            window.getInput(),
            window.getInput().getTraitSet().replace(BeamLogicalConvention.INSTANCE)),
        window.getConstants(),
        window.getRowType(),
        window.groups);
  }

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
  public NodeStats estimateNodeStats(BeamRelMetadataQuery query) {
    return BeamSqlRelUtils.getNodeStats(input, query);
  }

  @Override
  public BeamCostModel beamComputeSelfCost(RelOptPlanner planner, BeamRelMetadataQuery query) {
    NodeStats stats = estimateNodeStats(query);
    return BeamCostModel.FACTORY.makeCost(stats.getRowCount(), stats.getRate());
  }

  @Override
  public PTransform<PCollectionList<Row>, PCollection<Row>> buildPTransform() {
    Schema result = CalciteUtils.toSchema(getRowType());
    List<Partitioned> steps = new ArrayList<>();
    for (Group group : groups) {
      List<WindowFunction> functions = new ArrayList<>();
      for (RexWinAggCall call : group.aggCalls) {
        int argument =
            call.getOperands().isEmpty() ? -1 : ((RexInputRef) call.getOperands().get(0)).getIndex();
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
