/**
 * The preflight: the check of the target before a row is written, and what a replace keeps and
 * loses.
 */
@NullMarked
package io.resultsink.postgres.internal.preflight;

import org.jspecify.annotations.NullMarked;
