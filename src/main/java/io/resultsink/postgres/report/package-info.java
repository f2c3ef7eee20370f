/** The summary of a publish, and the findings of a dry run. */
@NullMarked
package io.resultsink.postgres.report;

import org.jspecify.annotations.NullMarked;
