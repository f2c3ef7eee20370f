/**
 * A PostgreSQL server of one's own, for trying out.
 *
 * <p>A real server process from binaries on the class path, on loopback only, that lives on after
 * the command that started it, so that {@code psql} and BI tools can look. All it has is in one
 * folder, {@code embedded} under the home of {@code pgresult}:
 *
 * <ul>
 *   <li>{@code data}: the server's data directory
 *   <li>{@code binaries-...}: the unpacked server, named after its content
 *   <li>{@code password}, {@code pgpass}: the generated password, readable by the owner only
 *   <li>{@code server.log}
 *   <li>{@code lock}: held by the command that is starting or stopping the server
 * </ul>
 *
 * <p>The superuser has no password and so cannot log in: the role {@code results} owns its database
 * and nothing else. Every client requires SCRAM, in which the server proves that it knows the
 * generated password. That tells the running server from a {@code postmaster.pid} that a crash left
 * and from another process on the port, which never gets the password.
 */
@NullMarked
package io.resultsink.pipelines.embedded;

import org.jspecify.annotations.NullMarked;
