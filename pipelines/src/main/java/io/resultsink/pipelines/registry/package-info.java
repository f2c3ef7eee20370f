/**
 * Named results: connections under a name, kept where PostgreSQL's own programs keep them.
 *
 * <p>A named result is a service of {@code pg_service.conf}, its password a line of {@code
 * .pgpass}, so that {@code psql service=NAME} works from the moment it is created, and every
 * service that is there already is a named result. Users edit both files by hand: lines that are
 * not ours stay as they are, byte for byte.
 */
@NullMarked
package io.resultsink.pipelines.registry;

import org.jspecify.annotations.NullMarked;
