package io.resultsink.postgres.internal.session;

import io.resultsink.postgres.failure.DatabaseUnavailableException;
import io.resultsink.postgres.failure.Printable;
import io.resultsink.postgres.failure.ResultSinkException;
import io.resultsink.postgres.failure.ResultSinkException.Remedy;
import io.resultsink.postgres.failure.SqlState;
import java.net.UnknownHostException;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGProperty;

/** The reasons why there is no session, in words. */
final class ConnectionFailures {

  private ConnectionFailures() {}

  static ResultSinkException explain(ConnectionSource source, SQLException failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof ResultSinkException ours) {
        return ours; // the password's reference could not be resolved
      }
    }
    String state = SqlState.of(failure);
    String user = source instanceof ConnectionSource.Server server ? server.user() : null;
    String tls =
        source instanceof ConnectionSource.Server server
            ? TlsFailures.reason(server, failure)
            : null;
    if (tls != null) {
      return new DatabaseUnavailableException(
          "no session with " + source + ": " + Printable.of(tls),
          Remedy.FIX_CONFIGURATION,
          state,
          failure);
    }
    String unknown = unknownHost(failure);
    if (unknown != null) {
      return new DatabaseUnavailableException(
          "no session with " + source + ": " + unknown, Remedy.RETRY, state, failure);
    }
    return new DatabaseUnavailableException(
        "no session with " + source + ": " + Printable.of(reason(source, state, user, failure)),
        isConfiguration(state) ? Remedy.FIX_CONFIGURATION : Remedy.RETRY,
        state,
        failure);
  }

  /** Another attempt may help, because a name server that is briefly away looks the same. */
  private static @Nullable String unknownHost(SQLException failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof UnknownHostException) {
        return "the host's name is not known here; check its spelling, and whether this machine's"
            + " name server knows it";
      }
    }
    return null;
  }

  private static boolean isConfiguration(@Nullable String state) {
    return state != null && (state.startsWith("28") || state.startsWith("3D"));
  }

  private static String reason(
      ConnectionSource source, @Nullable String state, @Nullable String user, SQLException e) {
    String role = user == null ? "the driver's default user" : "user " + user;
    if (state == null) {
      return String.valueOf(e.getMessage());
    }
    return switch (state) {
      case SqlState.INVALID_PASSWORD ->
          "the password of "
              + role
              + " is wrong or missing (SQLSTATE 28P01); check the password"
              + " or its reference";
      case SqlState.INVALID_AUTHORIZATION ->
          role + " may not log in here (SQLSTATE 28000): " + e.getMessage() + encryption(source);
      case SqlState.INVALID_CATALOG_NAME ->
          "the database does not exist (SQLSTATE 3D000); create it with"
              + (source instanceof ConnectionSource.Server server
                  ? " CREATE DATABASE " + quoted(server.database())
                  : " CREATE DATABASE");
      case SqlState.TOO_MANY_CONNECTIONS ->
          "the server has no connection left (SQLSTATE 53300); run it again later, or raise"
              + " max_connections";
      default -> e.getMessage() + " (SQLSTATE " + state + ")";
    };
  }

  private static String encryption(ConnectionSource source) {
    boolean disabled =
        source instanceof ConnectionSource.Server server
            && "disable".equals(server.properties().get(PGProperty.SSL_MODE.getName()));
    return disabled
        ? "; sslmode=disable is set, and the server may accept encrypted sessions only"
        : "";
  }

  private static String quoted(String database) {
    return '"' + database.replace("\"", "\"\"") + '"';
  }
}
