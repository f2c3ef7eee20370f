package io.resultsink.pipelines.query.beamsql;

import java.util.List;
import org.apache.beam.sdk.extensions.sql.impl.UdafImpl;
import org.apache.beam.sdk.transforms.Combine.CombineFn;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rel.RelCollations;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rel.RelNode;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rel.core.AggregateCall;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rel.type.RelDataType;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rex.RexNode;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.SqlAggFunction;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.SqlIdentifier;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.SqlKind;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.type.ReturnTypes;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.type.SqlTypeName;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.validate.SqlUserDefinedAggFunction;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.util.Optionality;

/** COUNT, SUM, AVG, MIN and MAX by this package's own {@code CombineFn}s. */
final class Aggregates {

  private Aggregates() {}

  /**
   * Returns the argument of a call; numbers to be added up are in one of the three types of sums.
   */
  static RexNode argument(RightPlan plan, AggregateCall call, RelNode input) {
    RexNode value = plan.columns(input).get(call.getArgList().get(0));
    SqlTypeName type = value.getType().getSqlTypeName();
    if (call.getAggregation().getKind() == SqlKind.COUNT
        || !SqlTypeName.NUMERIC_TYPES.contains(type)
        || type == call.getType().getSqlTypeName()) {
      return value;
    }
    return plan.number(value, Casts.widest(type, SqlTypeName.BIGINT), input);
  }

  static AggregateCall right(AggregateCall call, List<Integer> arguments, String name) {
    if (call.isDistinct()) {
      throw new RefusedQuery(Grammar.DISTINCT_AGGREGATE);
    }
    if (call.hasFilter()) {
      throw new RefusedQuery(Grammar.FILTERED_AGGREGATE);
    }
    SqlKind kind = call.getAggregation().getKind();
    return AggregateCall.create(
        function(kind, call.getType()),
        false,
        false,
        false,
        List.of(),
        arguments,
        -1,
        null,
        RelCollations.EMPTY,
        call.getType(),
        name);
  }

  static SqlAggFunction function(SqlKind kind, RelDataType type) {
    return new SqlUserDefinedAggFunction(
        new SqlIdentifier("right " + kind, SqlParserPos.ZERO),
        SqlKind.OTHER_FUNCTION,
        ReturnTypes.explicit(type),
        null,
        null,
        new UdafImpl<>(combineFn(kind, type.getSqlTypeName())),
        false,
        false,
        Optionality.FORBIDDEN);
  }

  static CombineFn<?, ?, ?> combineFn(SqlKind kind, SqlTypeName type) {
    return switch (kind) {
      case COUNT -> new Rows();
      case AVG -> new Total.Average();
      case MIN -> new Extreme(false);
      case MAX -> new Extreme(true);
      case SUM ->
          switch (type) {
            case BIGINT -> new Total.OfIntegers();
            case DECIMAL -> new Total.OfDecimals();
            default -> new Total.OfDoubles();
          };
      default -> throw new RefusedQuery(kind + " is not accepted");
    };
  }
}
