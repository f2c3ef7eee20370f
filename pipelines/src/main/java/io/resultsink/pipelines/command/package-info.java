/**
 * The commands of {@code pgresult}: their options, and their answers.
 *
 * <p>Results go to standard output, progress and errors to standard error. An error is one
 * sentence, not a stack trace. A class ending in {@code Command} is one command of {@code
 * pgresult}, one ending in {@code Options} a group of options that several share. Commands run
 * pipelines by {@code launch} and print by {@code print}; neither knows a command.
 */
@NullMarked
package io.resultsink.pipelines.command;

import org.jspecify.annotations.NullMarked;
