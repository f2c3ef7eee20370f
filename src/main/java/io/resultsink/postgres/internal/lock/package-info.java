/** Locks: advisory locks, table locks, and the limits of waits for them. */
@NullMarked
package io.resultsink.postgres.internal.lock;

import org.jspecify.annotations.NullMarked;
