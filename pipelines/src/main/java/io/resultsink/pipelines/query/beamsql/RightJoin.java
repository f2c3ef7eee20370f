package io.resultsink.pipelines.query.beamsql;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.vendor.calcite.v1_40_0.com.google.common.collect.ImmutableSet;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.plan.RelOptUtil;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rel.RelNode;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rel.core.Join;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rel.core.JoinRelType;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rel.logical.LogicalFilter;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rel.logical.LogicalJoin;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rex.RexBuilder;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rex.RexCall;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rex.RexInputRef;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rex.RexNode;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rex.RexUtil;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.SqlKind;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.type.SqlTypeName;

/**
 * A join by equal keys in which NULL equals nothing, although Beam groups NULL with NULL.
 *
 * <p>Rows with a NULL key that are not in the result are removed first. Rows that stay without a
 * partner get an additional key, a number that differs for NULLs of the left and of the right side.
 */
final class RightJoin {

  private static final String ADVICE =
      "a JOIN needs ON l.k = r.k, with AND between several; write other conditions as WHERE of an"
          + " inner join";

  private final RightPlan plan;
  private final RexBuilder rex;

  RightJoin(RightPlan plan, RexBuilder rex) {
    this.plan = plan;
    this.rex = rex;
  }

  RelNode of(Join join) {
    JoinRelType type = join.getJoinType();
    if (!type.projectsRight()) {
      throw new RefusedQuery("a semi-join is not accepted; JOIN a SELECT DISTINCT");
    }
    RelNode left = plan.of(join.getLeft());
    RelNode right = plan.of(join.getRight());
    int leftColumns = left.getRowType().getFieldCount();
    List<RexNode> leftKeys = new ArrayList<>();
    List<RexNode> rightKeys = new ArrayList<>();
    List<RexNode> others = new ArrayList<>();
    for (RexNode condition : RelOptUtil.conjunctions(join.getCondition())) {
      if (isOfBothSides(condition, leftColumns)) {
        addKeys((RexCall) condition, leftColumns, left, right, leftKeys, rightKeys);
      } else {
        others.add(condition);
      }
    }
    if (leftKeys.isEmpty() || (type != JoinRelType.INNER && !others.isEmpty())) {
      throw new RefusedQuery(ADVICE);
    }
    RelNode leftInput = side(left, leftKeys, !type.isOuterJoin() || type == JoinRelType.RIGHT, 1);
    RelNode rightInput = side(right, rightKeys, !type.isOuterJoin() || type == JoinRelType.LEFT, 2);
    RelNode joined = joined(leftInput, rightInput, leftColumns, leftKeys.size() + 1, type);
    RelNode result = withoutKeys(joined, left, right);
    return others.isEmpty()
        ? result
        : plan.filtered(result, RexUtil.composeConjunction(rex, others));
  }

  private static boolean isOfBothSides(RexNode condition, int leftColumns) {
    return condition instanceof RexCall call
        && call.getKind() == SqlKind.EQUALS
        && call.getOperands().get(0) instanceof RexInputRef one
        && call.getOperands().get(1) instanceof RexInputRef other
        && (one.getIndex() < leftColumns) != (other.getIndex() < leftColumns);
  }

  private void addKeys(
      RexCall equation,
      int leftColumns,
      RelNode left,
      RelNode right,
      List<RexNode> leftKeys,
      List<RexNode> rightKeys) {
    RexInputRef one = (RexInputRef) equation.getOperands().get(0);
    RexInputRef other = (RexInputRef) equation.getOperands().get(1);
    RexInputRef ofLeft = one.getIndex() < leftColumns ? one : other;
    RexInputRef ofRight = ofLeft == one ? other : one;
    RexNode leftKey = RexInputRef.of(ofLeft.getIndex(), left.getRowType());
    RexNode rightKey = RexInputRef.of(ofRight.getIndex() - leftColumns, right.getRowType());
    SqlTypeName leftType = leftKey.getType().getSqlTypeName();
    SqlTypeName rightType = rightKey.getType().getSqlTypeName();
    if (SqlTypeName.NUMERIC_TYPES.contains(leftType)
        && SqlTypeName.NUMERIC_TYPES.contains(rightType)) {
      SqlTypeName widest = Casts.widest(leftType, rightType);
      leftKey = plan.number(leftKey, widest, left);
      rightKey = plan.number(rightKey, widest, right);
    } else if (leftType != rightType) {
      throw new RefusedQuery(
          "a JOIN of %s with %s; CAST one of them to the other's type in a SELECT that is joined"
              .formatted(leftType, rightType));
    }
    leftKeys.add(plan.key(leftKey, left));
    rightKeys.add(plan.key(rightKey, right));
  }

  /** Returns a side with its keys after its columns, and after them the number for NULL keys. */
  private RelNode side(RelNode input, List<RexNode> keys, boolean needsPartner, int nullsNumber) {
    List<RexNode> columns = plan.columns(input);
    List<RexNode> absent = new ArrayList<>();
    for (RexNode key : keys) {
      columns.add(plan.nullable(key));
      absent.add(rex.makeCall(SqlStdOperatorTable.IS_NULL, key));
    }
    RexNode anyAbsent = RexUtil.composeDisjunction(rex, absent);
    RexNode number =
        rex.makeCall(SqlStdOperatorTable.CASE, anyAbsent, number(nullsNumber), number(0));
    columns.add(plan.nullable(number));
    RelNode withKeys = RightPlan.project(input, columns);
    if (!needsPartner) {
      return withKeys;
    }
    List<RexNode> present = new ArrayList<>();
    for (int i = 0; i < keys.size(); i++) {
      RexNode key = RexInputRef.of(input.getRowType().getFieldCount() + i, withKeys.getRowType());
      present.add(rex.makeCall(SqlStdOperatorTable.IS_NOT_NULL, key));
    }
    return LogicalFilter.create(withKeys, RexUtil.composeConjunction(rex, present));
  }

  private RexNode number(int value) {
    return rex.makeExactLiteral(
        BigDecimal.valueOf(value), rex.getTypeFactory().createSqlType(SqlTypeName.BIGINT));
  }

  private RelNode joined(RelNode left, RelNode right, int leftColumns, int keys, JoinRelType type) {
    int width = left.getRowType().getFieldCount();
    int rightColumns = right.getRowType().getFieldCount() - keys;
    List<RexNode> equations = new ArrayList<>();
    for (int i = 0; i < keys; i++) {
      RexNode one = rex.makeInputRef(left, leftColumns + i);
      RexNode other =
          rex.makeInputRef(
              right.getRowType().getFieldList().get(rightColumns + i).getType(),
              width + rightColumns + i);
      equations.add(rex.makeCall(SqlStdOperatorTable.EQUALS, one, other));
    }
    return LogicalJoin.create(
        left,
        right,
        List.of(),
        RexUtil.composeConjunction(rex, equations),
        ImmutableSet.of(),
        type);
  }

  private RelNode withoutKeys(RelNode joined, RelNode left, RelNode right) {
    List<RexNode> all = plan.columns(joined);
    int leftColumns = left.getRowType().getFieldCount();
    int rightColumns = right.getRowType().getFieldCount();
    int keys = (all.size() - leftColumns - rightColumns) / 2;
    List<RexNode> columns = new ArrayList<>(all.subList(0, leftColumns));
    int first = leftColumns + keys;
    columns.addAll(all.subList(first, first + rightColumns));
    return RightPlan.project(joined, columns);
  }
}
