/** The target as other front ends look at it: dry run, what was published last, clean. */
@NullMarked
package io.resultsink.postgres.inspect;

import org.jspecify.annotations.NullMarked;
