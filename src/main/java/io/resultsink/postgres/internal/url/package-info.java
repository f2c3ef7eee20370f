/** Words of URLs and names: identifiers, durations, encodings, and the files that libpq reads. */
@NullMarked
package io.resultsink.postgres.internal.url;

import org.jspecify.annotations.NullMarked;
