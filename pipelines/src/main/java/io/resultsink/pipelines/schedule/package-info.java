/**
 * Schedules: queries that run repeatedly, and the records of their runs.
 *
 * <p>Reading order:
 *
 * <ol>
 *   <li>{@code Schedule} is the user's request, and {@code Cron} its ticks.
 *   <li>{@code Planner} turns ticks into {@code Run}s.
 *   <li>{@code RunExecution} executes a run, by a {@code QueryRunner}.
 *   <li>{@code ScheduleWorker} does both, as long as its serving process lives.
 *   <li>{@code ScheduleDatabase} has the schedules and the runs.
 * </ol>
 *
 * <p>Decisions, and their classes:
 *
 * <ul>
 *   <li>The rows of {@code run} are the only truth. Every second, and when one of its runs ends,
 *       each serving process looks for a run whose turn it is. It claims the run with {@code FOR
 *       UPDATE SKIP LOCKED} ({@code Claims}). A job library would have a second table of due work
 *       and a second heartbeat, which would have to agree with these rows.
 *   <li>A serving process's row has the time until which it is taken to live ({@code
 *       LivingProcess}). After that time, other serving processes claim its runs. A serving process
 *       that ends in order removes its row, so that others claim them at once.
 *   <li>Every serving process plans ticks from the schedule's row, under its lock, in the
 *       transaction that moves it to its next tick ({@code Planner}). A task for each schedule
 *       would have to be taken over when its serving process dies, and could not be changed while
 *       it runs.
 *   <li>Runs of one schedule never overlap, and start in the order in which they were queued. A run
 *       that waits for its next attempt keeps its place, so that an old tick never replaces the
 *       result of a newer one ({@code Claims}).
 *   <li>Schedules take turns, so that a long backfill of one does not delay the others ({@code
 *       Claims}).
 *   <li>A run id is made of the tick and the schedule's id, which survives a new name ({@code
 *       Run}). So by the ledger at the target, a retry, a takeover and a backfill publish once.
 *   <li>A fixed hour that is skipped when clocks go forward starts at that moment. One that comes
 *       twice ticks once. But "every hour" means every hour that passes ({@code Cron}).
 *   <li>All serving processes use the clock of the schedules database ({@code ScheduleClock}),
 *       because a machine's clock that is a year ahead would queue runs of the future. A serving
 *       process whose clock differs by more than a minute plans and runs nothing ({@code
 *       ClockException}).
 *   <li>A row that this program cannot read affects only that schedule ({@code StoredSchedule}).
 *   <li>A takeover gets a new number, and only the newest one writes the outcome ({@code
 *       RunStore}).
 * </ul>
 */
@NullMarked
package io.resultsink.pipelines.schedule;

import org.jspecify.annotations.NullMarked;
