/** The plan of a run: its identity, the target and the schema of its rows. */
@NullMarked
package io.resultsink.postgres.internal.run;

import org.jspecify.annotations.NullMarked;
