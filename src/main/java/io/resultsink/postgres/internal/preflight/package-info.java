/** The look at the target before a row is written: problems, and what a replace keeps and loses. */
@NullMarked
package io.resultsink.postgres.internal.preflight;

import org.jspecify.annotations.NullMarked;
