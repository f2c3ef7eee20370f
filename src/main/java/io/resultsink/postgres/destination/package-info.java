/**
 * The target and its sessions: the target's URL and options, names, secrets, connections.
 *
 * <p>Knows no Beam (but for the file systems a secret is read from) and nothing of how a mode
 * works.
 */
@NullMarked
package io.resultsink.postgres.destination;

import org.jspecify.annotations.NullMarked;
