package io.resultsink.pipelines.query.beamsql;

import java.util.ArrayList;
import java.util.List;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rel.RelNode;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rel.core.Window;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rel.logical.LogicalWindow;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rel.type.RelDataType;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rel.type.RelDataTypeFactory;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rel.type.RelDataTypeField;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rex.RexBuilder;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rex.RexInputRef;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rex.RexNode;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.SqlAggFunction;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.SqlKind;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.type.SqlTypeName;

/** Window functions over columns in the form that {@link WindowRel} takes. */
final class RightWindow {

  private final RightPlan plan;
  private final RexBuilder rex;

  RightWindow(RightPlan plan, RexBuilder rex) {
    this.plan = plan;
    this.rex = rex;
  }

  RelNode of(Window window, RelNode input) {
    List<RexNode> columns = plan.columns(input);
    int width = columns.size();
    for (Window.Group group : window.groups) {
      check(group);
      plan.checkOrder(group.orderKeys, input);
      for (int key : group.keys) {
        // Only checked here; the form of the keys is made when rows are grouped.
        plan.key(columns.get(key), input);
      }
      for (Window.RexWinAggCall call : group.aggCalls) {
        checkArguments(call, columns, width);
      }
    }
    RelDataTypeFactory.Builder row = rex.getTypeFactory().builder();
    int position = 0;
    for (RelDataTypeField field : window.getRowType().getFieldList()) {
      RelDataType type =
          position < width ? columns.get(position).getType() : nullable(field.getType());
      row.add("c" + position++, type);
    }
    RelNode windowed =
        LogicalWindow.create(
            window.getTraitSet(),
            input,
            window.getConstants(),
            row.build(),
            window.groups.stream().map(group -> over(group, columns)).toList());
    return RightPlan.project(windowed, plan.columns(windowed));
  }

  /** Returns the same group, of columns in their current types. */
  private static Window.Group over(Window.Group group, List<RexNode> columns) {
    List<Window.RexWinAggCall> calls = new ArrayList<>();
    for (Window.RexWinAggCall call : group.aggCalls) {
      List<RexNode> operands =
          call.getOperands().stream()
              .map(operand -> columns.get(((RexInputRef) operand).getIndex()))
              .toList();
      calls.add(
          new Window.RexWinAggCall(
              (SqlAggFunction) call.getOperator(),
              call.getType(),
              operands,
              call.ordinal,
              false,
              false));
    }
    return new Window.Group(
        group.keys,
        group.isRows,
        group.lowerBound,
        group.upperBound,
        group.exclude,
        group.orderKeys,
        calls);
  }

  private RelDataType nullable(RelDataType type) {
    return rex.getTypeFactory().createTypeWithNullability(type, true);
  }

  private static void check(Window.Group group) {
    boolean ordered = !group.orderKeys.getFieldCollations().isEmpty();
    boolean fromFirst = group.lowerBound.isUnbounded() && group.lowerBound.isPreceding();
    boolean toLast = group.upperBound.isUnbounded() && group.upperBound.isFollowing();
    boolean toCurrent = group.upperBound.isCurrentRow();
    if (!fromFirst || !(toLast || toCurrent)) {
      throw new RefusedQuery(Grammar.FRAME);
    }
    for (Window.RexWinAggCall call : group.aggCalls) {
      boolean ranks = WindowFunction.isRank(call.getOperator().getKind());
      if (ranks && !ordered) {
        throw new RefusedQuery(
            call.getOperator().getName() + "() OVER needs an ORDER BY, or its numbers are random");
      }
      if (call.distinct || call.ignoreNulls) {
        throw new RefusedQuery("DISTINCT and IGNORE NULLS are not accepted in window functions");
      }
    }
  }

  private void checkArguments(Window.RexWinAggCall call, List<RexNode> columns, int width) {
    SqlKind kind = call.getOperator().getKind();
    if (!WindowFunction.accepts(kind)) {
      throw new RefusedQuery(call.getOperator().getName() + " is not accepted as window function");
    }
    for (RexNode operand : call.getOperands()) {
      boolean column = operand instanceof RexInputRef ref && ref.getIndex() < width;
      SqlTypeName type = operand.getType().getSqlTypeName();
      boolean number = Casts.widest(type, type) == type;
      if (!column || (kind != SqlKind.COUNT && type == SqlTypeName.FLOAT)) {
        throw new RefusedQuery(
            "%s OVER takes a column; compute it in a SELECT of FROM first"
                .formatted(call.getOperator().getName()));
      }
      if ((kind == SqlKind.SUM || kind == SqlKind.AVG) && !number) {
        throw new RefusedQuery("%s OVER takes BIGINT, DECIMAL or DOUBLE".formatted(kind));
      }
    }
  }
}
