/** The view of a target for other front ends: dry run, last publish, removal of staging tables. */
@NullMarked
package io.resultsink.postgres.inspect;

import org.jspecify.annotations.NullMarked;
