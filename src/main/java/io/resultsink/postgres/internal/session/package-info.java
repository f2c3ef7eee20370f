/**
 * Sessions with PostgreSQL: connections, transactions, statements and their failures.
 *
 * <p>Each session begins with an empty search path. Knows no Beam, and nothing of how a mode works.
 */
@NullMarked
package io.resultsink.postgres.internal.session;

import org.jspecify.annotations.NullMarked;
