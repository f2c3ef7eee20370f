/**
 * What the suites stand on: a real server, databases and tables to throw away, runners, and digging
 * in what they throw.
 */
@NullMarked
package io.resultsink.postgres.testing;

import org.jspecify.annotations.NullMarked;
