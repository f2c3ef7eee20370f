/**
 * Beam SQL with right answers: a query that Beam would answer wrongly is refused.
 *
 * <p>Reading order:
 *
 * <ol>
 *   <li>{@code BeamSql} is the entry.
 *   <li>{@code Planned} runs Calcite's planner step by step.
 *   <li>{@code Grammar} and {@code Operators} define the accepted SQL.
 *   <li>{@code RightPlan} makes a plan that Beam computes correctly.
 * </ol>
 *
 * <p>Decisions, and their classes:
 *
 * <ul>
 *   <li>Accepted SQL is listed by nodes ({@code Grammar}), functions ({@code Operators}) and types
 *       ({@code Expressions}, {@code Casts}). Everything else is refused with a reason. There are
 *       no implicit conversions.
 *   <li>Integers are BIGINT. A result that does not fit its type is an error ({@code ExactNumbers},
 *       {@code Total}).
 *   <li>AVG, and division with a decimal, make doubles, as DuckDB's do ({@code Operators}).
 *   <li>Equal keys of groups and joins have the same form, because Beam compares bytes ({@code
 *       RightPlan}). NULL keys never match in a join ({@code RightJoin}).
 *   <li>This package's own nodes compute windows and limited orders ({@code WindowRel}, {@code
 *       SortRel}), for keys of every type.
 * </ul>
 */
@NullMarked
package io.resultsink.pipelines.query.beamsql;

import org.jspecify.annotations.NullMarked;
