package io.resultsink.pipelines.schedule;

/**
 * A run that this process may execute now.
 *
 * @param number how often the run was started; the outcome of an older start counts no more
 */
record Start(Schedule schedule, Run run, int number) {}
