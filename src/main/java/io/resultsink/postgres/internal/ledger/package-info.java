/** The ledger: the table that records which run has published what. */
@NullMarked
package io.resultsink.postgres.internal.ledger;

import org.jspecify.annotations.NullMarked;
