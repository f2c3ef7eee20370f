package io.resultsink.pipelines.query.beamsql;

import org.apache.beam.sdk.extensions.sql.impl.planner.BeamCostModel;
import org.apache.beam.sdk.extensions.sql.impl.planner.BeamRelMetadataQuery;
import org.apache.beam.sdk.extensions.sql.impl.planner.NodeStats;
import org.apache.beam.sdk.extensions.sql.impl.rel.BeamRelNode;
import org.apache.beam.sdk.extensions.sql.impl.rel.BeamSqlRelUtils;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.plan.RelOptPlanner;

/** A step of a plan with the costs of its only input. */
interface SingleInputRel extends BeamRelNode {

  @Override
  default NodeStats estimateNodeStats(BeamRelMetadataQuery query) {
    return BeamSqlRelUtils.getNodeStats(getInput(0), query);
  }

  @Override
  default BeamCostModel beamComputeSelfCost(RelOptPlanner planner, BeamRelMetadataQuery query) {
    NodeStats stats = estimateNodeStats(query);
    return BeamCostModel.FACTORY.makeCost(stats.getRowCount(), stats.getRate());
  }
}
