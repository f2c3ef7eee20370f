package io.resultsink.pipelines.query.beamsql;

import java.lang.reflect.Method;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.apache.beam.sdk.extensions.sql.impl.ScalarFunctionImpl;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rel.type.RelDataType;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rex.RexBuilder;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rex.RexCall;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rex.RexInputRef;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rex.RexLiteral;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rex.RexNode;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rex.RexShuttle;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.SqlIdentifier;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.SqlKind;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.fun.SqlTrimFunction;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.type.ReturnTypes;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.type.SqlTypeName;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.validate.SqlUserDefinedFunction;

/**
 * The expressions of a plan. This package's own functions replace generated code that would wrap,
 * cut or compare wrongly. Other code is refused unless it is known to be right.
 */
final class Expressions extends RexShuttle {

  private static final Set<SqlKind> RIGHT_AS_THEY_ARE =
      Set.of(
          SqlKind.AND,
          SqlKind.OR,
          SqlKind.NOT,
          SqlKind.IS_NULL,
          SqlKind.IS_NOT_NULL,
          SqlKind.IS_TRUE,
          SqlKind.IS_NOT_TRUE,
          SqlKind.IS_FALSE,
          SqlKind.IS_NOT_FALSE,
          SqlKind.CASE,
          SqlKind.ITEM);

  private final RexBuilder rex;
  private final RelDataType input;

  /** Creates the expressions of the columns of {@code input}. */
  Expressions(RexBuilder rex, RelDataType input) {
    this.rex = rex;
    this.input = input;
  }

  @Override
  public RexNode visitInputRef(RexInputRef column) {
    return RexInputRef.of(column.getIndex(), input);
  }

  @Override
  public RexNode visitLiteral(RexLiteral literal) {
    if (literal.getType().getSqlTypeName() == SqlTypeName.CHAR) {
      // VARCHAR, because CHAR pads.
      RelDataType text = rex.getTypeFactory().createSqlType(SqlTypeName.VARCHAR);
      return literal.isNull()
          ? rex.makeNullLiteral(nullable(text))
          : rex.makeLiteral(String.valueOf(literal.getValueAs(String.class)), text, false);
    }
    return literal;
  }

  @Override
  public RexNode visitCall(RexCall call) {
    SqlKind kind = call.getKind();
    if (kind == SqlKind.CAST && Times.isDifference(call)) {
      return new Times(this, rex).difference(call);
    }
    if (kind == SqlKind.TRIM) {
      return trim(call);
    }
    if (kind == SqlKind.EXTRACT) {
      return new Times(this, rex).extracted(call);
    }
    List<RexNode> operands = new ArrayList<>(visitList(call.getOperands()));
    if (RIGHT_AS_THEY_ARE.contains(kind)) {
      return switch (kind) {
        case CASE ->
            rex.makeCall(nullable(call.getType()), call.getOperator(), branches(call, operands));
        case ITEM -> rex.makeCall(nullable(call.getType()), call.getOperator(), operands);
        default -> rex.makeCall(call.getOperator(), operands);
      };
    }
    return switch (kind) {
      case PLUS, MINUS -> sum(call, operands);
      case TIMES -> arithmetic("multiply", call, operands);
      case DIVIDE -> arithmetic("divide", call, operands);
      case MOD -> arithmetic("remainder", call, operands);
      case MINUS_PREFIX -> arithmetic("negate", call, operands);
      case EQUALS -> comparison("equal", call, operands);
      case NOT_EQUALS -> comparison("different", call, operands);
      case LESS_THAN -> comparison("less", call, operands);
      case LESS_THAN_OR_EQUAL -> comparison("lessOrEqual", call, operands);
      case GREATER_THAN -> comparison("greater", call, operands);
      case GREATER_THAN_OR_EQUAL -> comparison("greaterOrEqual", call, operands);
      case LIKE -> like(call, operands);
      case CAST -> new Casts(this, rex).cast(operands.get(0), call.getType());
      default -> named(call, operands);
    };
  }

  private RexNode named(RexCall call, List<RexNode> operands) {
    return switch (call.getOperator().getName()) {
      case "MOD" -> arithmetic("remainder", call, operands);
      case "ABS" -> arithmetic("abs", call, operands);
      case "FLOOR" -> whole("floor", call, operands);
      case "CEIL" -> whole("ceiling", call, operands);
      case "ROUND" -> round(call, operands);
      case "LENGTH", "CHAR_LENGTH", "CHARACTER_LENGTH" ->
          as(call.getType(), call(Texts.class, "length", SqlTypeName.BIGINT, operands));
      case "UPPER" -> call(Texts.class, "upper", SqlTypeName.VARCHAR, operands);
      case "LOWER" -> call(Texts.class, "lower", SqlTypeName.VARCHAR, operands);
      case "||" -> call(Texts.class, "concat", SqlTypeName.VARCHAR, operands);
      case "SUBSTRING" -> call(Texts.class, "substring", SqlTypeName.VARCHAR, integers(operands));
      case "DECIMAL LITERAL" -> call(Conversions.class, "same", SqlTypeName.DECIMAL, operands);
      case "CAST AS DECIMAL" -> {
        List<RexNode> arguments = integers(operands);
        arguments.set(0, toNumber(operands.get(0), SqlTypeName.DECIMAL, true));
        yield call(Conversions.class, "toDecimal", SqlTypeName.DECIMAL, arguments);
      }
      default -> throw new RefusedQuery(call.getOperator().getName() + " is not accepted here");
    };
  }

  private List<RexNode> branches(RexCall call, List<RexNode> operands) {
    List<RexNode> cast = new ArrayList<>(operands);
    for (int i = 0; i < cast.size(); i++) {
      if (i % 2 == 1 || i == cast.size() - 1) {
        cast.set(i, as(call.getType(), cast.get(i)));
      }
    }
    return cast;
  }

  /** Returns the same value in another type, unless it has that already. */
  RexNode as(RelDataType type, RexNode value) {
    return value.getType().getSqlTypeName() == type.getSqlTypeName()
        ? value
        : new Casts(this, rex).cast(value, type);
  }

  private RexNode sum(RexCall call, List<RexNode> operands) {
    if (!SqlTypeName.DATETIME_TYPES.contains(call.getType().getSqlTypeName())) {
      return arithmetic(call.getKind() == SqlKind.PLUS ? "add" : "subtract", call, operands);
    }
    return new Times(this, rex).shifted(call, operands);
  }

  private RexNode arithmetic(String method, RexCall call, List<RexNode> operands) {
    SqlTypeName type = call.getType().getSqlTypeName();
    if (method.equals("remainder") && type != SqlTypeName.BIGINT) {
      throw new RefusedQuery("MOD and % take integers only; CAST both operands AS BIGINT");
    }
    List<RexNode> numbers = operands.stream().map(o -> toNumber(o, type, false)).toList();
    return call(ExactNumbers.class, method, type, numbers);
  }

  private RexNode whole(String method, RexCall call, List<RexNode> operands) {
    return call.getType().getSqlTypeName() == SqlTypeName.BIGINT
        ? toNumber(operands.get(0), SqlTypeName.BIGINT, false)
        : arithmetic(method, call, operands);
  }

  private RexNode round(RexCall call, List<RexNode> operands) {
    SqlTypeName type = call.getType().getSqlTypeName();
    if (type == SqlTypeName.BIGINT) {
      throw new RefusedQuery("ROUND of an integer changes nothing; leave it out");
    }
    RexNode digits =
        operands.size() > 1
            ? toNumber(operands.get(1), SqlTypeName.BIGINT, false)
            : rex.makeExactLiteral(
                BigDecimal.ZERO, rex.getTypeFactory().createSqlType(SqlTypeName.BIGINT));
    return call(
        ExactNumbers.class, "round", type, List.of(toNumber(operands.get(0), type, false), digits));
  }

  private RelDataType nullable(RelDataType type) {
    return rex.getTypeFactory().createTypeWithNullability(type, true);
  }

  private List<RexNode> integers(List<RexNode> operands) {
    List<RexNode> arguments = new ArrayList<>(operands);
    for (int i = 1; i < arguments.size(); i++) {
      arguments.set(i, toNumber(arguments.get(i), SqlTypeName.BIGINT, false));
    }
    return arguments;
  }

  RexNode toNumber(RexNode value, SqlTypeName wanted, boolean explicitly) {
    if (!explicitly && value.getType().getSqlTypeName() == SqlTypeName.FLOAT) {
      throw new RefusedQuery("FLOAT is not accepted in computations; write CAST(x AS DOUBLE)");
    }
    return new Casts(this, rex).number(value, wanted);
  }

  private RexNode comparison(String method, RexCall call, List<RexNode> operands) {
    SqlTypeName one = operands.get(0).getType().getSqlTypeName();
    SqlTypeName other = operands.get(1).getType().getSqlTypeName();
    if (SqlTypeName.NUMERIC_TYPES.contains(one) && SqlTypeName.NUMERIC_TYPES.contains(other)) {
      SqlTypeName widest = Casts.widest(one, other);
      List<RexNode> numbers = operands.stream().map(o -> toNumber(o, widest, false)).toList();
      return compared(method, numbers);
    }
    if (SqlTypeName.CHAR_TYPES.contains(one) && SqlTypeName.CHAR_TYPES.contains(other)) {
      return compared(method, operands);
    }
    boolean same = one == other || one == SqlTypeName.NULL || other == SqlTypeName.NULL;
    if (!same) {
      throw new RefusedQuery(
          "a comparison of %s with %s; CAST one of them to the other's type".formatted(one, other));
    }
    return rex.makeCall(call.getOperator(), operands);
  }

  private RexNode compared(String method, List<RexNode> operands) {
    RexNode order = call(Comparisons.class, "compare", SqlTypeName.INTEGER, operands);
    return call(Comparisons.class, method, SqlTypeName.BOOLEAN, List.of(order));
  }

  private RexNode like(RexCall call, List<RexNode> operands) {
    if (operands.size() > 2) {
      throw new RefusedQuery("LIKE with ESCAPE is not accepted; % and _ are always wildcards");
    }
    return call(Texts.class, "like", SqlTypeName.BOOLEAN, operands);
  }

  private RexNode trim(RexCall call) {
    boolean plain =
        call.getOperands().get(0) instanceof RexLiteral flag
            && flag.getValueAs(SqlTrimFunction.Flag.class) == SqlTrimFunction.Flag.BOTH
            && call.getOperands().get(1) instanceof RexLiteral what
            && " ".equals(what.getValueAs(String.class));
    if (!plain) {
      throw new RefusedQuery("TRIM takes blanks from both sides only; write TRIM(x)");
    }
    return call(
        Texts.class, "trim", SqlTypeName.VARCHAR, List.of(call.getOperands().get(2).accept(this)));
  }

  /** Returns a call of a public static method, which handles NULL itself. */
  RexNode call(Class<?> type, String method, SqlTypeName result, List<RexNode> arguments) {
    RelDataType nullable =
        rex.getTypeFactory()
            .createTypeWithNullability(rex.getTypeFactory().createSqlType(result), true);
    Method found = method(type, method, arguments);
    SqlIdentifier name = new SqlIdentifier(method, SqlParserPos.ZERO);
    return rex.makeCall(
        nullable,
        new SqlUserDefinedFunction(
            name,
            SqlKind.OTHER_FUNCTION,
            ReturnTypes.explicit(nullable),
            null,
            null,
            ScalarFunctionImpl.create(found)),
        arguments);
  }

  private static Method method(Class<?> type, String name, List<RexNode> arguments) {
    List<Class<?>> wanted = new ArrayList<>();
    arguments.forEach(argument -> wanted.add(javaType(argument.getType().getSqlTypeName())));
    return Arrays.stream(type.getMethods())
        .filter(method -> method.getName().equals(name))
        .filter(method -> Arrays.asList(method.getParameterTypes()).equals(wanted))
        .findFirst()
        .orElseThrow(
            () -> new RefusedQuery("%s of %s is not accepted".formatted(name, types(arguments))));
  }

  private static List<SqlTypeName> types(List<RexNode> arguments) {
    return arguments.stream().map(argument -> argument.getType().getSqlTypeName()).toList();
  }

  private static Class<?> javaType(SqlTypeName type) {
    return switch (type) {
      case INTEGER -> Integer.class;
      case BIGINT -> Long.class;
      case DECIMAL -> BigDecimal.class;
      case FLOAT -> Float.class;
      case DOUBLE -> Double.class;
      case BOOLEAN -> Boolean.class;
      case CHAR, VARCHAR -> String.class;
      default -> Object.class;
    };
  }
}
