package io.resultsink.pipelines.query.beamsql;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.JoinConditionType;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.SqlBasicTypeNameSpec;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.SqlCall;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.SqlDataTypeSpec;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.SqlDynamicParam;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.SqlFunction;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.SqlJoin;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.SqlKind;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.SqlLiteral;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.SqlNode;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.SqlNodeList;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.SqlOrderBy;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.SqlSelect;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.SqlUtil;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.util.SqlShuttle;
import org.jspecify.annotations.Nullable;

/** The accepted SQL, by nodes, and the advice for other SQL. */
final class Grammar {

  static final String ORDER_WITHOUT_LIMIT =
      "ORDER BY needs a LIMIT here; a table has no order, so leave ORDER BY out or add LIMIT";

  static final String DISTINCT_AGGREGATE =
      "an aggregate of DISTINCT values is not accepted; aggregate a SELECT DISTINCT of FROM: SELECT"
          + " k, COUNT(x) FROM (SELECT DISTINCT k, x FROM t) AS d GROUP BY k";

  static final String FILTERED_AGGREGATE =
      "FILTER (WHERE ...) is not accepted; write SUM(CASE WHEN ... THEN x END)";

  static final String GROUPINGS =
      "ROLLUP, CUBE and GROUPING SETS are not accepted; write a UNION ALL of GROUP BYs";

  static final String FRAME =
      "a window's frame begins with UNBOUNDED PRECEDING and ends with CURRENT ROW or UNBOUNDED"
          + " FOLLOWING; DuckDB, which queries a local folder, has others";

  private static final String SUBQUERY =
      "a SELECT is accepted in FROM, WITH and UNION only; JOIN it instead";

  private static final Set<SqlKind> ACCEPTED =
      EnumSet.of(
          SqlKind.SELECT,
          SqlKind.ORDER_BY,
          SqlKind.WITH,
          SqlKind.WITH_ITEM,
          SqlKind.UNION,
          SqlKind.INTERSECT,
          SqlKind.EXCEPT,
          SqlKind.JOIN,
          SqlKind.AS,
          SqlKind.DESCENDING,
          SqlKind.NULLS_FIRST,
          SqlKind.NULLS_LAST,
          SqlKind.OVER,
          SqlKind.WINDOW,
          SqlKind.PLUS,
          SqlKind.MINUS,
          SqlKind.TIMES,
          SqlKind.DIVIDE,
          SqlKind.MOD,
          SqlKind.MINUS_PREFIX,
          SqlKind.AND,
          SqlKind.OR,
          SqlKind.NOT,
          SqlKind.EQUALS,
          SqlKind.NOT_EQUALS,
          SqlKind.LESS_THAN,
          SqlKind.LESS_THAN_OR_EQUAL,
          SqlKind.GREATER_THAN,
          SqlKind.GREATER_THAN_OR_EQUAL,
          SqlKind.IS_NULL,
          SqlKind.IS_NOT_NULL,
          SqlKind.IS_TRUE,
          SqlKind.IS_NOT_TRUE,
          SqlKind.IS_FALSE,
          SqlKind.IS_NOT_FALSE,
          SqlKind.BETWEEN,
          SqlKind.IN,
          SqlKind.NOT_IN,
          SqlKind.LIKE,
          SqlKind.CASE,
          SqlKind.CAST);

  private static final Set<String> BY_NAME = Set.of("||", "ITEM");

  private static final Map<SqlKind, String> INSTEAD =
      Map.ofEntries(
          Map.entry(SqlKind.FILTER, FILTERED_AGGREGATE),
          Map.entry(SqlKind.PRECEDING, FRAME),
          Map.entry(SqlKind.FOLLOWING, FRAME),
          Map.entry(SqlKind.EXISTS, SUBQUERY),
          Map.entry(SqlKind.SOME, SUBQUERY),
          Map.entry(
              SqlKind.VALUES, "VALUES is not accepted; put the rows into a file of the folder"),
          Map.entry(SqlKind.ROLLUP, GROUPINGS),
          Map.entry(SqlKind.CUBE, GROUPINGS),
          Map.entry(SqlKind.GROUPING_SETS, GROUPINGS),
          Map.entry(SqlKind.SIMILAR, "SIMILAR TO is not accepted; write LIKE, or several with OR"));

  private Grammar() {}

  /**
   * Checks a parsed query.
   *
   * @return the query with this package's functions in it
   * @throws RefusedQuery with the place of the first node that is not accepted
   */
  static SqlNode accepted(SqlNode query) {
    if (!query.isA(SqlKind.QUERY)) {
      throw refused("only a SELECT is run", query);
    }
    return Objects.requireNonNull(query.accept(new Check()));
  }

  private static RefusedQuery refused(String reason, SqlNode at) {
    return new RefusedQuery(reason, at.getParserPosition());
  }

  private static final class Check extends SqlShuttle {

    /** True if a query is allowed here. */
    private boolean queryMayStand = true;

    @Override
    public @Nullable SqlNode visit(SqlCall call) {
      if (call.isA(SqlKind.QUERY)) {
        return query(call);
      }
      if (call.getOperator() instanceof SqlFunction && call.getKind() != SqlKind.CAST) {
        checkFunction(call);
      } else if (!ACCEPTED.contains(call.getKind())
          && !BY_NAME.contains(call.getOperator().getName())) {
        throw refused(instead(call), call);
      }
      if (call instanceof SqlJoin join) {
        return join(join);
      }
      if (call.getKind() == SqlKind.CAST) {
        return cast(call);
      }
      return Operators.planned(Objects.requireNonNull(super.visit(call)));
    }

    private @Nullable SqlNode query(SqlCall query) {
      if (!queryMayStand) {
        throw refused(SUBQUERY, query);
      }
      if (query.getKind() == SqlKind.VALUES || !ACCEPTED.contains(query.getKind())) {
        throw refused(instead(query), query);
      }
      if (query instanceof SqlOrderBy order && order.fetch == null) {
        String reason =
            order.orderList.isEmpty() ? "OFFSET needs a LIMIT here" : ORDER_WITHOUT_LIMIT;
        throw refused(reason, order.orderList.isEmpty() ? order : order.orderList.get(0));
      }
      if (query instanceof SqlOrderBy order) {
        return ordered(order);
      }
      if (query instanceof SqlSelect select) {
        return select(select);
      }
      return super.visit(query);
    }

    private SqlNode ordered(SqlOrderBy order) {
      SqlNode query = Objects.requireNonNull(order.query.accept(this));
      queryMayStand = false;
      SqlNodeList keys = list(order.orderList);
      queryMayStand = true;
      return new SqlOrderBy(
          order.getParserPosition(),
          query,
          keys,
          order.offset,
          Objects.requireNonNull(order.fetch));
    }

    @Override
    public SqlNode visit(SqlLiteral literal) {
      return Operators.withItsDigits(literal);
    }

    @Override
    public @Nullable SqlNode visit(SqlDynamicParam parameter) {
      throw refused("a ? has no value here; write the value", parameter);
    }

    private SqlNode select(SqlSelect select) {
      if (select.getQualify() != null) {
        throw refused(
            "QUALIFY is not accepted; filter a SELECT of FROM that has the window's column",
            select.getQualify());
      }
      if (!select.getWindowList().isEmpty()) {
        throw refused(
            "WINDOW is not accepted; write OVER (...) in full", select.getWindowList().get(0));
      }
      if (select.getFrom() == null) {
        throw refused("a SELECT needs a FROM here", select);
      }
      select.setFrom(select.getFrom().accept(this));
      queryMayStand = false;
      select.setSelectList(list(select.getSelectList()));
      select.setWhere(expression(select.getWhere()));
      select.setGroupBy(select.getGroup() == null ? null : list(select.getGroup()));
      select.setHaving(expression(select.getHaving()));
      queryMayStand = true;
      return select;
    }

    private @Nullable SqlNode expression(@Nullable SqlNode node) {
      return node == null ? null : node.accept(this);
    }

    private SqlNodeList list(SqlNodeList nodes) {
      return (SqlNodeList) Objects.requireNonNull(nodes.accept(this));
    }

    private SqlNode join(SqlJoin join) {
      boolean plain = !join.isNatural() && join.getConditionType() != JoinConditionType.USING;
      if (!plain) {
        throw refused("NATURAL and USING are not accepted; write ON l.k = r.k", join);
      }
      join.setLeft(join.getLeft().accept(this));
      join.setRight(join.getRight().accept(this));
      SqlNode condition = join.getCondition();
      if (condition != null) {
        queryMayStand = false;
        join.setOperand(5, condition.accept(this));
        queryMayStand = true;
      }
      return join;
    }

    private SqlNode cast(SqlCall call) {
      if (call.operandCount() > 2) {
        throw refused("CAST with FORMAT is not accepted", call);
      }
      SqlNode value = call.operand(0).accept(this);
      SqlDataTypeSpec type = call.operand(1);
      call.setOperand(0, value);
      if (!(type.getTypeNameSpec() instanceof SqlBasicTypeNameSpec basic)) {
        throw refused("a CAST to %s is not accepted".formatted(type), call);
      }
      String name = basic.getTypeName().getSimple().toUpperCase(Locale.ROOT);
      if (!name.equals("DECIMAL") || SqlUtil.isNullLiteral(value, false)) {
        if (!name.equals("DECIMAL")) {
          checkType(name, basic, call);
        }
        return call;
      }
      if (basic.getPrecision() < 0 || basic.getPrecision() > 38) {
        throw refused(
            "a CAST AS DECIMAL has digits: DECIMAL(18, 3) has 3 of 18 after the point", call);
      }
      return Operators.toDecimal(
          value, basic.getPrecision(), Math.max(0, basic.getScale()), call.getParserPosition());
    }

    private static void checkType(String name, SqlBasicTypeNameSpec type, SqlNode at) {
      if (!Set.of("BIGINT", "INTEGER", "DOUBLE", "VARCHAR", "TIMESTAMP", "DATE").contains(name)
          || type.getPrecision() >= 0) {
        throw refused(
            "a CAST is to BIGINT, INTEGER, DECIMAL(p, s), DOUBLE, VARCHAR, DATE or TIMESTAMP here",
            at);
      }
    }

    private static void checkFunction(SqlCall call) {
      String name = call.getOperator().getName().toUpperCase(Locale.ROOT);
      if (!Operators.knows(name)) {
        throw refused(
            "there is no %s here; DuckDB, which queries a local folder, may have it"
                .formatted(name),
            call);
      }
      if (call.getFunctionQuantifier() != null) {
        throw refused(DISTINCT_AGGREGATE, call);
      }
    }

    private static String instead(SqlCall call) {
      return INSTEAD.getOrDefault(
          call.getKind(),
          "%s is not accepted here; DuckDB, which queries a local folder, may have it"
              .formatted(call.getOperator().getName()));
    }
  }
}
