package io.resultsink.pipelines.query.beamsql;

import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rel.type.RelDataType;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rel.type.RelDataTypeFactory;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.SqlOperatorBinding;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.type.SqlTypeName;

/**
 * The types of computed numbers: integers make BIGINT, decimals DECIMAL, and a double among the
 * operands DOUBLE.
 */
final class NumberTypes {

  private NumberTypes() {}

  private static RelDataType nullable(
      RelDataTypeFactory types, SqlTypeName name, boolean isNullable) {
    return types.createTypeWithNullability(types.createSqlType(name), isNullable);
  }

  /** The narrowest of BIGINT, DECIMAL and DOUBLE for the numbers of all operands. */
  private static SqlTypeName widest(SqlOperatorBinding call) {
    SqlTypeName widest = SqlTypeName.BIGINT;
    for (RelDataType operand : call.collectOperandTypes()) {
      SqlTypeName type = operand.getSqlTypeName();
      if (SqlTypeName.APPROX_TYPES.contains(type)) {
        return SqlTypeName.DOUBLE;
      }
      widest = type == SqlTypeName.DECIMAL ? type : widest;
    }
    return widest;
  }

  private static boolean anyNullable(SqlOperatorBinding call) {
    return call.collectOperandTypes().stream().anyMatch(RelDataType::isNullable);
  }

  static RelDataType ofNumbers(SqlOperatorBinding call) {
    SqlTypeName type = call.getOperator().getName().equals("ROUND") ? first(call) : widest(call);
    return nullable(call.getTypeFactory(), type, anyNullable(call));
  }

  /** ROUND has the type of its first argument. */
  private static SqlTypeName first(SqlOperatorBinding call) {
    SqlTypeName type = call.getOperandType(0).getSqlTypeName();
    return SqlTypeName.INT_TYPES.contains(type)
        ? SqlTypeName.BIGINT
        : type == SqlTypeName.DECIMAL ? type : SqlTypeName.DOUBLE;
  }

  static RelDataType ofSum(SqlOperatorBinding call) {
    RelDataType one = call.getOperandType(0);
    if (SqlTypeName.DATETIME_TYPES.contains(one.getSqlTypeName())) {
      return call.getTypeFactory().createTypeWithNullability(one, anyNullable(call));
    }
    return ofNumbers(call);
  }

  static RelDataType ofQuotient(SqlOperatorBinding call) {
    SqlTypeName type = widest(call) == SqlTypeName.BIGINT ? SqlTypeName.BIGINT : SqlTypeName.DOUBLE;
    return nullable(call.getTypeFactory(), type, anyNullable(call));
  }

  static RelDataType ofNumbersOrNone(SqlOperatorBinding call) {
    return nullable(call.getTypeFactory(), widest(call), true);
  }

  static RelDataType doubleOrNone(SqlOperatorBinding call) {
    return nullable(call.getTypeFactory(), SqlTypeName.DOUBLE, true);
  }

  static RelDataType decimalOfLiterals(SqlOperatorBinding call) {
    return nullable(call.getTypeFactory(), SqlTypeName.DECIMAL, anyNullable(call));
  }
}
