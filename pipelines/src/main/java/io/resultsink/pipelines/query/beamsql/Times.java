package io.resultsink.pipelines.query.beamsql;

import java.util.List;
import java.util.Set;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rel.type.RelDataType;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rex.RexBuilder;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rex.RexCall;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rex.RexInputRef;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rex.RexLiteral;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rex.RexNode;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rex.RexShuttle;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.SqlKind;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.type.SqlTypeName;

/** Functions of dates and timestamps, which use Calcite's code if that is right. */
final class Times {

  private final Expressions expressions;
  private final RexBuilder rex;

  Times(Expressions expressions, RexBuilder rex) {
    this.expressions = expressions;
    this.rex = rex;
  }

  /** Nullable if an operand is, because the planner relies on it. */
  private RelDataType typed(RelDataType type, List<RexNode> operands) {
    boolean anyNullable = operands.stream().anyMatch(operand -> operand.getType().isNullable());
    return rex.getTypeFactory().createTypeWithNullability(type, anyNullable);
  }

  RexNode shifted(RexCall call, List<RexNode> operands) {
    boolean plain =
        call.getType().getSqlTypeName() == SqlTypeName.TIMESTAMP
            && SqlTypeName.DAY_INTERVAL_TYPES.contains(operands.get(1).getType().getSqlTypeName());
    if (!plain) {
      throw new RefusedQuery(
          "only TIMESTAMP + or - INTERVAL of days, hours, minutes or seconds is accepted");
    }
    return rex.makeCall(
        typed(call.getType(), operands),
        call.getKind() == SqlKind.PLUS
            ? SqlStdOperatorTable.DATETIME_PLUS
            : SqlStdOperatorTable.MINUS_DATE,
        operands);
  }

  RexNode extracted(RexCall call) {
    RexNode time = call.getOperands().get(1);
    boolean known =
        Set.of("YEAR", "MONTH", "DAY", "HOUR", "MINUTE")
            .contains(String.valueOf(((RexLiteral) call.getOperands().get(0)).getValue()));
    if (!known || !SqlTypeName.DATETIME_TYPES.contains(time.getType().getSqlTypeName())) {
      throw new RefusedQuery(
          "EXTRACT takes YEAR, MONTH, DAY, HOUR or MINUTE FROM a DATE or TIMESTAMP only");
    }
    List<RexNode> operands = List.of(call.getOperands().get(0), time.accept(expressions));
    return rex.makeCall(typed(call.getType(), operands), call.getOperator(), operands);
  }

  static boolean isDifference(RexCall cast) {
    return cast.getOperands().get(0) instanceof RexCall quotient
        && (quotient.getKind() == SqlKind.REINTERPRET
            || quotient.getOperator() == SqlStdOperatorTable.DIVIDE_INTEGER);
  }

  /**
   * The milliseconds between two timestamps, divided by those of a unit. Only the range is checked.
   */
  RexNode difference(RexCall cast) {
    RexCall quotient = (RexCall) cast.getOperands().get(0);
    RexNode interval =
        quotient.getKind() == SqlKind.REINTERPRET ? quotient : quotient.getOperands().get(0);
    boolean known =
        interval.getKind() == SqlKind.REINTERPRET
            && ((RexCall) interval).getOperands().get(0) instanceof RexCall difference
            && difference.getOperator() == SqlStdOperatorTable.MINUS_DATE
            && SqlTypeName.DAY_INTERVAL_TYPES.contains(difference.getType().getSqlTypeName())
            && difference.getOperands().stream()
                .allMatch(time -> time.getType().getSqlTypeName() == SqlTypeName.TIMESTAMP);
    if (!known) {
      throw new RefusedQuery("TIMESTAMPDIFF takes SECOND, MINUTE, HOUR or DAY, and two TIMESTAMPs");
    }
    RexNode units = quotient.accept(new Inside());
    return expressions.call(Conversions.class, "toInteger", SqlTypeName.INTEGER, List.of(units));
  }

  /** Returns calls as they are, with computed operands. */
  private final class Inside extends RexShuttle {
    @Override
    public RexNode visitCall(RexCall call) {
      boolean inside =
          call.getKind() == SqlKind.REINTERPRET
              || call.getOperator() == SqlStdOperatorTable.DIVIDE_INTEGER
              || call.getOperator() == SqlStdOperatorTable.MINUS_DATE;
      if (!inside) {
        return call.accept(expressions);
      }
      List<RexNode> operands = visitList(call.getOperands());
      return rex.makeCall(typed(call.getType(), operands), call.getOperator(), operands);
    }

    @Override
    public RexNode visitInputRef(RexInputRef column) {
      return column.accept(expressions);
    }
  }
}
