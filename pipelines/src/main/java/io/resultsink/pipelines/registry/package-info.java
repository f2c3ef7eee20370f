/**
 * Named results: connections under a name, kept where PostgreSQL's own programs keep them.
 *
 * <p>A named result is a service of {@code pg_service.conf}, and its password a line of {@code
 * .pgpass}. So {@code psql service=NAME} works as soon as it is created, and every existing service
 * is a named result. Users edit both files too, so lines that pgresult did not write stay as they
 * are, byte for byte.
 */
@NullMarked
package io.resultsink.pipelines.registry;

import org.jspecify.annotations.NullMarked;
