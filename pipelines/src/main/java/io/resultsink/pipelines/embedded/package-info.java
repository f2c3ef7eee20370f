/**
 * A PostgreSQL server for trying out.
 *
 * <p>It is a real server process, from binaries on the class path, and listens on loopback only. It
 * outlives the command that started it, so that {@code psql} and BI tools can connect. All its
 * files are in one folder, {@code embedded} in the home of {@code pgresult}:
 *
 * <ul>
 *   <li>{@code data}: the server's data directory
 *   <li>{@code binaries-...}: the unpacked server, named after its content
 *   <li>{@code password}, {@code pgpass}: the generated password, readable by the owner only
 *   <li>{@code server.log}
 *   <li>{@code lock}: held by the command that is starting or stopping the server
 * </ul>
 *
 * <p>The superuser has no password and so cannot log in. The role {@code results} owns its database
 * and nothing else. Every client requires SCRAM, in which the server proves that it knows the
 * generated password. A {@code postmaster.pid} that a crash left, or another process on the port,
 * cannot do that, and never gets the password.
 */
@NullMarked
package io.resultsink.pipelines.embedded;

import org.jspecify.annotations.NullMarked;
