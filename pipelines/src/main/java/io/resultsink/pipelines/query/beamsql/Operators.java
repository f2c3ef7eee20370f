package io.resultsink.pipelines.query.beamsql;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.SqlAggFunction;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.SqlBinaryOperator;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.SqlCall;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.SqlFunction;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.SqlFunctionCategory;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.SqlIdentifier;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.SqlKind;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.SqlLiteral;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.SqlNode;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.SqlNumericLiteral;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.SqlOperator;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.SqlOperatorTable;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.SqlPrefixOperator;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.SqlSyntax;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.type.OperandTypes;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.type.ReturnTypes;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.type.SqlOperandTypeChecker;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.type.SqlReturnTypeInference;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.type.SqlTypeFamily;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.validate.SqlNameMatcher;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.util.Optionality;
import org.jspecify.annotations.Nullable;

/** The operators and functions that are accepted, with the types of their results. */
final class Operators {

  /**
   * CAST AS DECIMAL(precision, scale) as a function, to distinguish it from the planner's own
   * casts.
   */
  private static final SqlFunction TO_DECIMAL =
      function("CAST AS DECIMAL", NumberTypes::decimalOfLiterals, OperandTypes.VARIADIC);

  /**
   * A literal with digits after the point. The planner would cut a plain one to the digits of a
   * column beside it, and a column has none.
   */
  private static final SqlFunction DECIMAL_LITERAL =
      function("DECIMAL LITERAL", NumberTypes::decimalOfLiterals, OperandTypes.VARIADIC);

  /** MOD, and %. */
  private static final SqlFunction REMAINDER =
      function("MOD", NumberTypes::ofNumbers, OperandTypes.EXACT_NUMERIC_EXACT_NUMERIC);

  private static final int PLUS_PRECEDENCE = 40;
  private static final int TIMES_PRECEDENCE = 60;
  private static final int PREFIX_PRECEDENCE = 80;

  private static final List<SqlOperator> ACCEPTED =
      List.of(
          binary("+", SqlKind.PLUS, PLUS_PRECEDENCE, OperandTypes.PLUS_OPERATOR),
          binary("-", SqlKind.MINUS, PLUS_PRECEDENCE, OperandTypes.MINUS_OPERATOR),
          binary("*", SqlKind.TIMES, TIMES_PRECEDENCE, OperandTypes.NUMERIC_NUMERIC),
          binary("/", SqlKind.DIVIDE, TIMES_PRECEDENCE, OperandTypes.NUMERIC_NUMERIC),
          new SqlPrefixOperator(
              "-",
              SqlKind.MINUS_PREFIX,
              PREFIX_PRECEDENCE,
              NumberTypes::ofNumbers,
              null,
              OperandTypes.NUMERIC),
          REMAINDER,
          function("ABS", NumberTypes::ofNumbers, OperandTypes.NUMERIC),
          function("FLOOR", NumberTypes::ofNumbers, OperandTypes.NUMERIC),
          function("CEIL", NumberTypes::ofNumbers, OperandTypes.NUMERIC),
          function(
              "ROUND",
              NumberTypes::ofNumbers,
              OperandTypes.or(
                  OperandTypes.NUMERIC,
                  OperandTypes.family(SqlTypeFamily.NUMERIC, SqlTypeFamily.INTEGER))),
          function("LENGTH", ReturnTypes.BIGINT_NULLABLE, OperandTypes.CHARACTER),
          aggregate("SUM", SqlKind.SUM, NumberTypes::ofNumbersOrNone),
          aggregate("AVG", SqlKind.AVG, NumberTypes::doubleOrNone),
          TO_DECIMAL,
          DECIMAL_LITERAL,
          SqlStdOperatorTable.COUNT,
          SqlStdOperatorTable.MIN,
          SqlStdOperatorTable.MAX,
          SqlStdOperatorTable.RANK,
          SqlStdOperatorTable.DENSE_RANK,
          SqlStdOperatorTable.ROW_NUMBER,
          SqlStdOperatorTable.AND,
          SqlStdOperatorTable.OR,
          SqlStdOperatorTable.NOT,
          SqlStdOperatorTable.EQUALS,
          SqlStdOperatorTable.NOT_EQUALS,
          SqlStdOperatorTable.LESS_THAN,
          SqlStdOperatorTable.LESS_THAN_OR_EQUAL,
          SqlStdOperatorTable.GREATER_THAN,
          SqlStdOperatorTable.GREATER_THAN_OR_EQUAL,
          SqlStdOperatorTable.IS_NULL,
          SqlStdOperatorTable.IS_NOT_NULL,
          SqlStdOperatorTable.IS_TRUE,
          SqlStdOperatorTable.IS_NOT_TRUE,
          SqlStdOperatorTable.IS_FALSE,
          SqlStdOperatorTable.IS_NOT_FALSE,
          SqlStdOperatorTable.BETWEEN,
          SqlStdOperatorTable.NOT_BETWEEN,
          SqlStdOperatorTable.IN,
          SqlStdOperatorTable.NOT_IN,
          SqlStdOperatorTable.LIKE,
          SqlStdOperatorTable.NOT_LIKE,
          SqlStdOperatorTable.CASE,
          SqlStdOperatorTable.COALESCE,
          SqlStdOperatorTable.NULLIF,
          SqlStdOperatorTable.CAST,
          SqlStdOperatorTable.CONCAT,
          SqlStdOperatorTable.UPPER,
          SqlStdOperatorTable.LOWER,
          SqlStdOperatorTable.TRIM,
          SqlStdOperatorTable.SUBSTRING,
          SqlStdOperatorTable.CHAR_LENGTH,
          SqlStdOperatorTable.CHARACTER_LENGTH,
          SqlStdOperatorTable.EXTRACT,
          SqlStdOperatorTable.TIMESTAMP_DIFF,
          SqlStdOperatorTable.ITEM,
          SqlStdOperatorTable.ROW,
          SqlStdOperatorTable.UNION,
          SqlStdOperatorTable.UNION_ALL,
          SqlStdOperatorTable.INTERSECT,
          SqlStdOperatorTable.INTERSECT_ALL,
          SqlStdOperatorTable.EXCEPT,
          SqlStdOperatorTable.EXCEPT_ALL,
          SqlStdOperatorTable.DESC,
          SqlStdOperatorTable.NULLS_FIRST,
          SqlStdOperatorTable.NULLS_LAST);

  private static final Set<String> NAMES = new TreeSet<>();

  static {
    ACCEPTED.stream()
        .filter(SqlFunction.class::isInstance)
        .forEach(function -> NAMES.add(function.getName()));
    NAMES.add("CEILING");
    NAMES.add("TIMESTAMPDIFF");
  }

  private Operators() {}

  /** Returns the function of a name, in upper or lower case. */
  static SqlOperatorTable table() {
    return new SqlOperatorTable() {
      @Override
      public void lookupOperatorOverloads(
          SqlIdentifier name,
          @Nullable SqlFunctionCategory category,
          SqlSyntax syntax,
          List<SqlOperator> found,
          SqlNameMatcher matcher) {
        ACCEPTED.stream()
            .filter(operator -> name.isSimple())
            .filter(operator -> operator.getName().equalsIgnoreCase(name.getSimple()))
            .filter(operator -> operator.getSyntax().family == syntax || isCalled(operator, syntax))
            .forEach(found::add);
      }

      @Override
      public List<SqlOperator> getOperatorList() {
        return ACCEPTED;
      }
    };
  }

  /** CAST and TRIM are functions, though their arguments are not written as those of others. */
  private static boolean isCalled(SqlOperator operator, SqlSyntax syntax) {
    return syntax == SqlSyntax.FUNCTION && operator instanceof SqlFunction;
  }

  /** Returns CAST AS DECIMAL of a value. */
  static SqlNode toDecimal(SqlNode value, int precision, int scale, SqlParserPos at) {
    return TO_DECIMAL.createCall(
        at,
        value,
        SqlLiteral.createExactNumeric(String.valueOf(precision), at),
        SqlLiteral.createExactNumeric(String.valueOf(scale), at));
  }

  /** Returns a literal in a form that keeps its digits. */
  static SqlNode withItsDigits(SqlLiteral literal) {
    return literal instanceof SqlNumericLiteral number && number.isExact() && !number.isInteger()
        ? DECIMAL_LITERAL.createCall(literal.getParserPosition(), literal)
        : literal;
  }

  /**
   * Returns a call in the form that is planned. NOT is a comparison with FALSE: a NOT of WHERE is
   * moved by the planner into the CASE beside an IN, where it fails at a NULL.
   */
  static SqlNode planned(SqlNode node) {
    if (!(node instanceof SqlCall call)) {
      return node;
    }
    SqlParserPos at = call.getParserPosition();
    return switch (call.getKind()) {
      case MOD -> REMAINDER.createCall(at, call.getOperandList());
      case NOT ->
          SqlStdOperatorTable.EQUALS.createCall(
              at, call.operand(0), SqlLiteral.createBoolean(false, at));
      default -> call;
    };
  }

  /** Returns whether there is a function of this name, in capitals. */
  static boolean knows(String function) {
    return NAMES.contains(function);
  }

  private static SqlBinaryOperator binary(
      String name, SqlKind kind, int precedence, SqlOperandTypeChecker operands) {
    SqlReturnTypeInference type =
        kind == SqlKind.DIVIDE ? NumberTypes::ofQuotient : NumberTypes::ofSum;
    return new SqlBinaryOperator(name, kind, precedence, true, type, null, operands);
  }

  private static SqlFunction function(
      String name, SqlReturnTypeInference type, SqlOperandTypeChecker operands) {
    return new SqlFunction(
        name, SqlKind.OTHER_FUNCTION, type, null, operands, SqlFunctionCategory.SYSTEM);
  }

  private static SqlAggFunction aggregate(String name, SqlKind kind, SqlReturnTypeInference type) {
    return new NumberAggregate(name, kind, type);
  }

  /** SUM or AVG. */
  private static final class NumberAggregate extends SqlAggFunction {
    NumberAggregate(String name, SqlKind kind, SqlReturnTypeInference type) {
      super(
          name,
          null,
          kind,
          type,
          null,
          OperandTypes.NUMERIC,
          SqlFunctionCategory.NUMERIC,
          false,
          false,
          Optionality.FORBIDDEN);
    }
  }
}
