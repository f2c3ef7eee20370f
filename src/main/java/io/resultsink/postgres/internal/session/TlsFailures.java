package io.resultsink.postgres.internal.session;

import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGProperty;

/**
 * The reasons why a connection could not be encrypted or its server not be trusted, in words.
 *
 * <p>The driver's messages name its classes, and all have the SQLSTATE of a lost connection. So the
 * classes in the stack trace tell the reasons apart.
 */
final class TlsFailures {

  private static final String DRIVERS_TLS = "org.postgresql.ssl.";

  private static final String HANDSHAKE = DRIVERS_TLS + "MakeSSL";

  private TlsFailures() {}

  /** Returns the reason; null if the failure does not concern TLS. */
  static @Nullable String reason(ConnectionSource.Server server, SQLException failure) {
    if (thrownBy(failure, "org.postgresql.core.v3.ConnectionFactoryImpl", "enableSSL")) {
      return "the server does not encrypt, and sslmode="
          + sslMode(server)
          + " asks for TLS; set ssl=on in its postgresql.conf, or leave sslmode out where the"
          + " network can be trusted";
    }
    if (Arrays.stream(failure.getStackTrace())
        .limit(3)
        .noneMatch(frame -> frame.getClassName().startsWith(DRIVERS_TLS))) {
      return null;
    }
    String root = root(server.properties());
    if (has(failure, CertificateExpiredException.class)
        || has(failure, CertificateNotYetValidException.class)) {
      return "the server's certificate has expired or is not valid yet; give the server a new one";
    }
    if (has(failure, CertPathBuilderException.class)
        || has(failure, CertPathValidatorException.class)) {
      return "the server's certificate is not signed by an authority in "
          + root
          + "; name the file of the right one with sslrootcert=PATH";
    }
    if (failure.getCause() == null) {
      return "the server's certificate is not for the host "
          + server.host()
          + "; write the host as the certificate has it, or sslmode=verify-ca to check its"
          + " authority alone";
    }
    if (failure.getStackTrace()[0].getClassName().equals(HANDSHAKE)) {
      return null; // the server that broke it off may accept it later
    }
    return "the certificates for TLS cannot be read where the connection is opened: "
        + failure.getMessage()
        + " Authorities are read from "
        + root
        + "; name a file that the workers have with sslrootcert=PATH";
  }

  private static boolean has(Throwable failure, Class<? extends Throwable> type) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (type.isInstance(cause)) {
        return true;
      }
    }
    return false;
  }

  private static boolean thrownBy(SQLException failure, String type, String method) {
    StackTraceElement[] frames = failure.getStackTrace();
    return frames.length > 0
        && frames[0].getClassName().equals(type)
        && frames[0].getMethodName().equals(method);
  }

  private static String sslMode(ConnectionSource.Server server) {
    return server.properties().getOrDefault(PGProperty.SSL_MODE.getName(), "prefer");
  }

  private static String root(Map<String, String> properties) {
    String root = properties.get(PGProperty.SSL_ROOT_CERT.getName());
    return root == null ? "~/.postgresql/root.crt" : root;
  }
}
