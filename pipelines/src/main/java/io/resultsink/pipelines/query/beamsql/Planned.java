package io.resultsink.pipelines.query.beamsql;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.beam.sdk.extensions.sql.impl.CalciteQueryPlanner;
import org.apache.beam.sdk.extensions.sql.impl.planner.BeamCostModel;
import org.apache.beam.sdk.extensions.sql.impl.planner.BeamRelDataTypeSystem;
import org.apache.beam.sdk.extensions.sql.impl.planner.BeamRelMetadataQuery;
import org.apache.beam.sdk.extensions.sql.impl.planner.RelMdNodeStats;
import org.apache.beam.sdk.extensions.sql.impl.rel.BeamLogicalConvention;
import org.apache.beam.sdk.extensions.sql.impl.rel.BeamRelNode;
import org.apache.beam.sdk.extensions.sql.impl.rule.BeamAggregationRule;
import org.apache.beam.sdk.extensions.sql.impl.rule.BeamBasicAggregationRule;
import org.apache.beam.sdk.extensions.sql.impl.rule.BeamCalcMergeRule;
import org.apache.beam.sdk.extensions.sql.impl.rule.BeamCalcRule;
import org.apache.beam.sdk.extensions.sql.impl.rule.BeamCoGBKJoinRule;
import org.apache.beam.sdk.extensions.sql.impl.rule.BeamIntersectRule;
import org.apache.beam.sdk.extensions.sql.impl.rule.BeamMinusRule;
import org.apache.beam.sdk.extensions.sql.impl.rule.BeamUnionRule;
import org.apache.beam.sdk.extensions.sql.impl.rule.BeamValuesRule;
import org.apache.beam.vendor.calcite.v1_40_0.com.google.common.collect.ImmutableList;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.plan.ConventionTraitDef;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.plan.hep.HepPlanner;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.plan.hep.HepProgramBuilder;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rel.RelNode;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rel.RelRoot;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rel.metadata.ChainedRelMetadataProvider;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rel.metadata.JaninoRelMetadataProvider;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rel.metadata.RelMetadataQuery;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rel.rules.CoreRules;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.schema.SchemaPlus;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.SqlNode;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.parser.SqlParseException;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.validate.SqlValidator;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql2rel.SqlToRelConverter;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.tools.Frameworks;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.tools.Planner;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.tools.RelConversionException;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.tools.RuleSets;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.tools.ValidationException;

/**
 * A planned query.
 *
 * @param rel the plan
 * @param names the columns' names, by position
 */
record Planned(BeamRelNode rel, List<String> names) {

  static Planned of(String sql, SchemaPlus tables)
      throws SqlParseException, ValidationException, RelConversionException {
    try (Planner planner = planner(tables)) {
      SqlNode query = Grammar.accepted(planner.parse(sql));
      RelRoot root = planner.rel(planner.validate(query));
      RelNode right =
          new RightPlan(root.rel.getCluster().getRexBuilder()).of(simple(root.project()));
      return new Planned(physical(planner, right), once(root.validatedRowType.getFieldNames()));
    }
  }

  private static List<String> once(List<String> names) {
    Set<String> seen = new HashSet<>();
    for (String name : names) {
      if (!seen.add(name)) {
        throw new RefusedQuery(
            "two columns are named '%s'; give one another name by AS".formatted(name));
      }
    }
    return names;
  }

  private static Planner planner(SchemaPlus tables) {
    return Frameworks.getPlanner(
        Frameworks.newConfigBuilder()
            .parserConfig(BeamSql.dialect())
            .defaultSchema(tables)
            .traitDefs(ImmutableList.of(ConventionTraitDef.INSTANCE))
            .typeSystem(BeamRelDataTypeSystem.INSTANCE)
            .operatorTable(Operators.table())
            .sqlValidatorConfig(SqlValidator.Config.DEFAULT.withTypeCoercionEnabled(false))
            .sqlToRelConverterConfig(
                SqlToRelConverter.config()
                    .withExpand(true)
                    .withInSubQueryThreshold(Integer.MAX_VALUE)
                    .withRelBuilderConfigTransform(config -> config.withSimplify(false)))
            .costFactory(BeamCostModel.FACTORY)
            .ruleSets(
                RuleSets.ofList(
                    CoreRules.FILTER_TO_CALC,
                    CoreRules.PROJECT_TO_CALC,
                    CoreRules.UNION_TO_DISTINCT,
                    BeamCalcMergeRule.INSTANCE,
                    BeamCalcRule.INSTANCE,
                    BeamAggregationRule.INSTANCE,
                    BeamBasicAggregationRule.INSTANCE,
                    BeamValuesRule.INSTANCE,
                    BeamIntersectRule.INSTANCE,
                    BeamMinusRule.INSTANCE,
                    BeamUnionRule.INSTANCE,
                    BeamCoGBKJoinRule.INSTANCE,
                    WindowRel.RULE,
                    SortRel.RULE))
            .build());
  }

  /**
   * Rules that move conditions into joins, make columns of keys, and separate windows from
   * expressions.
   */
  private static RelNode simple(RelNode node) {
    HepPlanner planner =
        new HepPlanner(
            new HepProgramBuilder()
                .addRuleInstance(CoreRules.FILTER_INTO_JOIN)
                .addRuleInstance(CoreRules.JOIN_CONDITION_PUSH)
                .addRuleInstance(CoreRules.JOIN_PUSH_EXPRESSIONS)
                .addRuleInstance(CoreRules.PROJECT_TO_LOGICAL_PROJECT_AND_WINDOW)
                .build());
    planner.setRoot(node);
    return planner.findBestExp();
  }

  private static BeamRelNode physical(Planner planner, RelNode plan) throws RelConversionException {
    plan.getCluster()
        .setMetadataProvider(
            ChainedRelMetadataProvider.of(
                ImmutableList.of(
                    CalciteQueryPlanner.NonCumulativeCostImpl.SOURCE,
                    RelMdNodeStats.SOURCE,
                    plan.getCluster().getMetadataProvider())));
    plan.getCluster().setMetadataQuerySupplier(BeamRelMetadataQuery::instance);
    RelMetadataQuery.THREAD_PROVIDERS.set(
        JaninoRelMetadataProvider.of(plan.getCluster().getMetadataProvider()));
    plan.getCluster().invalidateMetadataQuery();
    return (BeamRelNode)
        planner.transform(
            0, plan.getTraitSet().replace(BeamLogicalConvention.INSTANCE).simplify(), plan);
  }
}
