package io.resultsink.pipelines.schedule;

/**
 * A run that this process may execute now.
 *
 * @param number how often the run was started; only the newest start may record an outcome
 */
record Start(Schedule schedule, Run run, int number) {}
