/**
 * Beam SQL with right answers, or none.
 *
 * <p>Reading order: {@code BeamSql} is what others call, {@code Planned} runs Calcite's planner
 * step by step, {@code Grammar} and {@code Operators} say what is accepted, and {@code RightPlan}
 * makes a plan that Beam computes rightly.
 *
 * <p>Decisions, and where they are kept:
 *
 * <ul>
 *   <li>What is accepted is listed, node by node ({@code Grammar}), function by function ({@code
 *       Operators}) and type by type ({@code Expressions}, {@code Casts}); all else is refused in
 *       words. Nothing is converted that the SQL does not say.
 *   <li>Integers are BIGINT. A result that does not fit its type is an error ({@code ExactNumbers},
 *       {@code Total}).
 *   <li>AVG, and division with a decimal, make doubles, as DuckDB's do ({@code Operators}).
 *   <li>What is grouped or joined has one form for equal values, since Beam compares bytes ({@code
 *       RightPlan}). NULL keys never meet in a join ({@code RightJoin}).
 *   <li>Windows and limited orders are computed by nodes of our own ({@code WindowRel}, {@code
 *       SortRel}), for keys of every type.
 * </ul>
 */
@NullMarked
package io.resultsink.pipelines.query.beamsql;

import org.jspecify.annotations.NullMarked;
