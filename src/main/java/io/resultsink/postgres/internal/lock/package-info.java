/** Locks, and how long they are waited for. */
@NullMarked
package io.resultsink.postgres.internal.lock;

import org.jspecify.annotations.NullMarked;
