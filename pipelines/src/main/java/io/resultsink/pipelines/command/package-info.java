/**
 * What the user types, and what is answered.
 *
 * <p>Results go to standard output, progress and errors to standard error; an error is one
 * sentence, not a stack trace ({@code Failure}). A class ending in {@code Command} is one command
 * of {@code pgresult}; the others are what several of them share.
 */
@NullMarked
package io.resultsink.pipelines.command;

import org.jspecify.annotations.NullMarked;
