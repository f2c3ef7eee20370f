/**
 * Commands: what the user types, and what is answered.
 *
 * <p>Results go to standard output, progress and errors to standard error; an error is one
 * sentence, not a stack trace. A class ending in {@code Command} is one command of {@code
 * pgresult}, one ending in {@code Options} a group of options that several share. Commands run
 * pipelines by {@code launch} and print by {@code print}; neither knows a command.
 */
@NullMarked
package io.resultsink.pipelines.command;

import org.jspecify.annotations.NullMarked;
