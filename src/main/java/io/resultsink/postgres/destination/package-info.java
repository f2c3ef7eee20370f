/** The target: its URL, its options, its table and its secrets. */
@NullMarked
package io.resultsink.postgres.destination;

import org.jspecify.annotations.NullMarked;
