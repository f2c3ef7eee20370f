package io.resultsink.pipelines.query.beamsql;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.beam.vendor.calcite.v1_40_0.com.google.common.collect.ImmutableList;
import org.apache.beam.vendor.calcite.v1_40_0.com.google.common.collect.ImmutableSet;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rel.RelCollation;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rel.RelFieldCollation;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rel.RelNode;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rel.core.Aggregate;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rel.core.AggregateCall;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rel.core.Filter;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rel.core.Join;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rel.core.Project;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rel.core.SetOp;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rel.core.Sort;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rel.core.TableScan;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rel.core.Values;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rel.core.Window;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rel.logical.LogicalAggregate;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rel.logical.LogicalFilter;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rel.logical.LogicalProject;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rel.logical.LogicalSort;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rel.type.RelDataType;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rel.type.RelDataTypeField;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rex.RexBuilder;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rex.RexInputRef;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rex.RexNode;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rex.RexUtil;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.type.SqlTypeName;

/**
 * A plan that Beam computes correctly, made of one of Calcite. It has columns with plain names,
 * keys in one form, no NULL keys in joins, and {@link Expressions} instead of Calcite's.
 *
 * <p>Unknown nodes are refused.
 */
final class RightPlan {

  private static final Set<SqlTypeName> KEYS =
      Set.of(
          SqlTypeName.BOOLEAN,
          SqlTypeName.INTEGER,
          SqlTypeName.BIGINT,
          SqlTypeName.DECIMAL,
          SqlTypeName.DOUBLE,
          SqlTypeName.CHAR,
          SqlTypeName.VARCHAR,
          SqlTypeName.DATE,
          SqlTypeName.TIME,
          SqlTypeName.TIMESTAMP);

  private final RexBuilder rex;

  RightPlan(RexBuilder rex) {
    this.rex = rex;
  }

  RelNode of(RelNode node) {
    if (node instanceof TableScan) {
      return plainNames(node);
    }
    if (node instanceof Project project) {
      RelNode input = of(project.getInput());
      return project(input, computed(project, input));
    }
    if (node instanceof Filter filter) {
      return filtered(of(filter.getInput()), filter.getCondition());
    }
    if (node instanceof Aggregate aggregate) {
      return aggregate(aggregate);
    }
    if (node instanceof Join join) {
      return new RightJoin(this, rex).of(join);
    }
    if (node instanceof SetOp set) {
      return setOperation(set);
    }
    if (node instanceof Sort sort) {
      return sort(sort);
    }
    if (node instanceof Window window) {
      return window(window);
    }
    if (node instanceof Values values && values.getTuples().size() < 2) {
      return values;
    }
    throw new RefusedQuery("%s is not accepted".formatted(node.getRelTypeName()));
  }

  RelNode filtered(RelNode input, RexNode condition) {
    return LogicalFilter.create(input, computed(condition, expressions(input)));
  }

  private Expressions expressions(RelNode input) {
    return new Expressions(rex, input.getRowType());
  }

  private RexNode computed(RexNode expression, Expressions expressions) {
    return RexUtil.expandSearch(rex, null, expression).accept(expressions);
  }

  private List<RexNode> computed(Project project, RelNode input) {
    Expressions expressions = expressions(input);
    List<RexNode> computed = new ArrayList<>();
    for (RexNode column : project.getProjects()) {
      computed.add(expressions.as(column.getType(), computed(column, expressions)));
    }
    return computed;
  }

  /** A column's name with a blank or a dot must not be read as a path. */
  private RelNode plainNames(RelNode table) {
    return project(table, columns(table));
  }

  List<RexNode> columns(RelNode input) {
    List<RexNode> columns = new ArrayList<>();
    for (RelDataTypeField field : input.getRowType().getFieldList()) {
      columns.add(RexInputRef.of(field.getIndex(), input.getRowType()));
    }
    return columns;
  }

  static RelNode project(RelNode input, List<RexNode> columns) {
    List<String> names = IntStream.range(0, columns.size()).mapToObj(i -> "c" + i).toList();
    return LogicalProject.create(input, List.of(), columns, names, ImmutableSet.of());
  }

  /**
   * Returns keys with one form for equal values, because Beam compares keys by bytes. A double
   * becomes the number of its bits, because Beam does not group by doubles.
   */
  RexNode key(RexNode value, RelNode input) {
    SqlTypeName type = value.getType().getSqlTypeName();
    if (!KEYS.contains(type)) {
      throw new RefusedQuery(
          "%s cannot be a key of GROUP BY, ORDER BY, JOIN or DISTINCT; CAST it to another type"
              .formatted(type));
    }
    return switch (type) {
      case DECIMAL -> expressions(input).call(Conversions.class, "asKey", type, List.of(value));
      case DOUBLE ->
          expressions(input).call(Conversions.class, "asKey", SqlTypeName.BIGINT, List.of(value));
      default -> value;
    };
  }

  /** Returns columns, with keys in their original types. */
  private List<RexNode> values(RelNode keyed, RelDataType before, int keys) {
    List<RexNode> columns = columns(keyed);
    for (int i = 0; i < keys; i++) {
      if (before.getFieldList().get(i).getType().getSqlTypeName() == SqlTypeName.DOUBLE) {
        columns.set(
            i,
            expressions(keyed)
                .call(Conversions.class, "ofKey", SqlTypeName.DOUBLE, List.of(columns.get(i))));
      }
    }
    return columns;
  }

  void checkOrder(RelCollation order, RelNode input) {
    for (RelFieldCollation field : order.getFieldCollations()) {
      key(columns(input).get(field.getFieldIndex()), input);
    }
  }

  RexNode number(RexNode value, SqlTypeName type, RelNode input) {
    return expressions(input).toNumber(value, type, false);
  }

  private RelNode aggregate(Aggregate aggregate) {
    if (aggregate.getGroupSets().size() > 1) {
      throw new RefusedQuery(Grammar.GROUPINGS);
    }
    RelNode input = of(aggregate.getInput());
    List<RexNode> columns = columns(input);
    for (int key : aggregate.getGroupSet()) {
      columns.set(key, key(columns.get(key), input));
    }
    List<AggregateCall> calls = new ArrayList<>();
    for (AggregateCall call : aggregate.getAggCallList()) {
      int argument = columns.size();
      if (call.getArgList().isEmpty()) {
        calls.add(Aggregates.right(call, List.of(), "a" + calls.size()));
        continue;
      }
      columns.add(Aggregates.argument(this, call, input));
      calls.add(Aggregates.right(call, List.of(argument), "a" + calls.size()));
    }
    RelNode prepared = project(input, columns);
    RelNode grouped =
        LogicalAggregate.create(
            prepared,
            ImmutableList.of(),
            aggregate.getGroupSet(),
            ImmutableList.of(aggregate.getGroupSet()),
            calls);
    int keys = aggregate.getGroupCount();
    return project(grouped, values(grouped, aggregate.getRowType(), keys));
  }

  private RelNode setOperation(SetOp set) {
    List<RelNode> inputs = new ArrayList<>();
    for (RelNode each : set.getInputs()) {
      RelNode input = of(each);
      List<RexNode> columns = columns(input);
      for (int i = 0; i < columns.size(); i++) {
        RelDataType type = set.getRowType().getFieldList().get(i).getType();
        RexNode column = expressions(input).as(type, columns.get(i));
        column = key(column, input);
        columns.set(i, nullable(column));
      }
      inputs.add(project(input, columns));
    }
    RelNode all = set.copy(set.getTraitSet(), inputs, set.all);
    int keys = all.getRowType().getFieldCount();
    return project(all, values(all, set.getRowType(), keys));
  }

  /** Returns the same value in a nullable column, so that both inputs have one type. */
  RexNode nullable(RexNode value) {
    RelDataType type = rex.getTypeFactory().createTypeWithNullability(value.getType(), true);
    return value.getType().isNullable() ? value : rex.makeAbstractCast(type, value, false);
  }

  private RelNode sort(Sort sort) {
    if (sort.fetch == null) {
      throw new RefusedQuery(Grammar.ORDER_WITHOUT_LIMIT);
    }
    RelNode input = of(sort.getInput());
    checkOrder(sort.getCollation(), input);
    return LogicalSort.create(input, sort.getCollation(), sort.offset, sort.fetch);
  }

  private RelNode window(Window window) {
    RelNode input = of(window.getInput());
    return new RightWindow(this, rex).of(window, input);
  }
}
