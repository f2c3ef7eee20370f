/** Output: tables, JSON and CSV of rows, figures, and text that is safe for a terminal. */
@NullMarked
package io.resultsink.pipelines.print;

import org.jspecify.annotations.NullMarked;
