package io.resultsink.pipelines.query.beamsql;

import java.util.List;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rel.type.RelDataType;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rex.RexBuilder;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rex.RexLiteral;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rex.RexNode;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.type.SqlTypeName;

/** Casts, both the user's and those that the planner adds between two types. */
final class Casts {

  private final Expressions expressions;
  private final RexBuilder rex;

  Casts(Expressions expressions, RexBuilder rex) {
    this.expressions = expressions;
    this.rex = rex;
  }

  /** Returns the type in which two numbers are compared. */
  static SqlTypeName widest(SqlTypeName one, SqlTypeName other) {
    if (SqlTypeName.APPROX_TYPES.contains(one) || SqlTypeName.APPROX_TYPES.contains(other)) {
      return SqlTypeName.DOUBLE;
    }
    return one == SqlTypeName.DECIMAL || other == SqlTypeName.DECIMAL
        ? SqlTypeName.DECIMAL
        : SqlTypeName.BIGINT;
  }

  RexNode cast(RexNode value, RelDataType wanted) {
    SqlTypeName from = value.getType().getSqlTypeName();
    SqlTypeName to = wanted.getSqlTypeName();
    if (from == SqlTypeName.NULL || isNullLiteral(value)) {
      return rex.makeNullLiteral(rex.getTypeFactory().createTypeWithNullability(wanted, true));
    }
    return switch (to) {
      case BIGINT, DECIMAL, DOUBLE -> number(value, to);
      case INTEGER, SMALLINT, TINYINT -> narrow(value, wanted);
      case VARCHAR, CHAR -> text(value, wanted);
      default -> other(value, wanted);
    };
  }

  private static boolean isNullLiteral(RexNode value) {
    return value instanceof RexLiteral literal && literal.isNull();
  }

  /** Returns a number, or a text that is one, as BIGINT, DECIMAL or DOUBLE. */
  RexNode number(RexNode value, SqlTypeName wanted) {
    SqlTypeName from = value.getType().getSqlTypeName();
    if (SqlTypeName.INT_TYPES.contains(from) && from != SqlTypeName.BIGINT) {
      return number(rex.makeCast(nullableBigint(value), value), wanted);
    }
    if (from == wanted) {
      return value;
    }
    String method =
        switch (wanted) {
          case BIGINT -> "toLong";
          case DECIMAL -> "toDecimal";
          default -> "toDouble";
        };
    if (wanted == SqlTypeName.DECIMAL && SqlTypeName.APPROX_TYPES.contains(from)) {
      throw new RefusedQuery("a CAST of DOUBLE to DECIMAL; compute with DECIMAL from the start");
    }
    return expressions.call(Conversions.class, method, wanted, List.of(value));
  }

  private RelDataType nullableBigint(RexNode value) {
    return rex.getTypeFactory()
        .createTypeWithNullability(
            rex.getTypeFactory().createSqlType(SqlTypeName.BIGINT), value.getType().isNullable());
  }

  private RexNode narrow(RexNode value, RelDataType wanted) {
    if (value.getType().getSqlTypeName() == wanted.getSqlTypeName()) {
      return value;
    }
    if (wanted.getSqlTypeName() != SqlTypeName.INTEGER) {
      throw new RefusedQuery("integers are BIGINT here; write CAST(x AS BIGINT)");
    }
    return rex.makeCast(nullable(wanted), number(value, SqlTypeName.BIGINT));
  }

  private RelDataType nullable(RelDataType type) {
    return rex.getTypeFactory().createTypeWithNullability(type, true);
  }

  private RexNode text(RexNode value, RelDataType wanted) {
    SqlTypeName from = value.getType().getSqlTypeName();
    if (SqlTypeName.CHAR_TYPES.contains(from)) {
      return value;
    }
    if (SqlTypeName.INT_TYPES.contains(from)) {
      return expressions.call(
          Conversions.class,
          "toText",
          SqlTypeName.VARCHAR,
          List.of(number(value, SqlTypeName.BIGINT)));
    }
    if (from == SqlTypeName.BOOLEAN) {
      return expressions.call(Conversions.class, "toText", SqlTypeName.VARCHAR, List.of(value));
    }
    throw new RefusedQuery(
        "a CAST of %s to %s; the target's database can make text of the column"
            .formatted(from, wanted.getSqlTypeName()));
  }

  private RexNode other(RexNode value, RelDataType wanted) {
    SqlTypeName from = value.getType().getSqlTypeName();
    SqlTypeName to = wanted.getSqlTypeName();
    if (from == to) {
      return value;
    }
    if (SqlTypeName.CHAR_TYPES.contains(from) && to == SqlTypeName.TIMESTAMP) {
      return expressions.call(Conversions.class, "toTimestamp", to, List.of(value));
    }
    if (SqlTypeName.CHAR_TYPES.contains(from) && to == SqlTypeName.DATE) {
      return expressions.call(Conversions.class, "toDate", to, List.of(value));
    }
    boolean right =
        from == SqlTypeName.DATE && to == SqlTypeName.TIMESTAMP
            || from == SqlTypeName.TIMESTAMP && to == SqlTypeName.DATE;
    if (!right) {
      throw new RefusedQuery("a CAST of %s to %s is not accepted".formatted(from, to));
    }
    return rex.makeCast(nullable(wanted), value);
  }
}
