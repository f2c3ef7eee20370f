/** Reports: the summary of a publish, metrics, and the report of a preflight. */
@NullMarked
package io.resultsink.postgres.report;

import org.jspecify.annotations.NullMarked;
