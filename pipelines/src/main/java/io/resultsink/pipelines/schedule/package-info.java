/**
 * Schedules: queries that run again and again, and the record of their runs.
 *
 * <p>Reading order: {@code Schedule} is what the user asked, {@code Cron} says its ticks, {@code
 * Planner} turns ticks into {@code Run}s, {@code RunExecution} executes one, {@code ScheduleWorker}
 * does both as long as it lives. All of it is kept in a {@code ScheduleDatabase}; what a run does
 * is told by {@code QueryRunner}.
 *
 * <p>Decisions, and where they are kept:
 *
 * <ul>
 *   <li>The rows of {@code run} are the only truth. Each server looks every second, and when one of
 *       its runs ends, for a run whose turn it is, and claims it with {@code FOR UPDATE SKIP
 *       LOCKED} ({@code Claims}). A library for jobs would keep a second table of what is due and a
 *       second heartbeat, and both had to agree with these rows.
 *   <li>A server's row says until when it surely lives ({@code LivingProcess}). Whoever looks after
 *       that claims its runs; a server that ends in order removes its row, and is replaced at once.
 *   <li>Ticks are planned by every server from the schedule's row, under its lock, in the
 *       transaction that moves it to its next tick ({@code Planner}). A task for each schedule
 *       would have to be taken over when its server dies, and could not be changed while it runs.
 *   <li>Runs of one schedule never overlap, and start in the order in which they were queued; a run
 *       that waits for its next attempt keeps its place, so that an old tick never replaces the
 *       result of a newer one ({@code Claims}). Schedules take turns, so that a long backfill of
 *       one does not hold up the others.
 *   <li>A run id is made of the schedule's id, which survives a new name, and the tick ({@code
 *       Run}): the ledger at the target makes a retry, a takeover and a backfill publish once.
 *   <li>A fixed hour that is skipped when clocks are put forward starts when they are; one that
 *       comes twice ticks once. Every hour, on the other hand, is every hour that passes ({@code
 *       Cron}).
 *   <li>The clock is that of the schedules database ({@code ScheduleClock}): machines' clocks
 *       differ, and one that is a year ahead would queue runs of the future. A server whose clock
 *       is more than a minute off serves nothing ({@code ClockException}).
 *   <li>A row that this program cannot read is the problem of that schedule alone ({@code
 *       StoredSchedule}).
 *   <li>A takeover has a new number, and only the newest one writes the outcome ({@code RunStore}).
 * </ul>
 */
@NullMarked
package io.resultsink.pipelines.schedule;

import org.jspecify.annotations.NullMarked;
