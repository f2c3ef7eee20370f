package io.resultsink.pipelines.embedded;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.apache.beam.sdk.annotations.Internal;

/**
 * The address of the embedded server, and its login.
 *
 * @param passwordFile a file with the password as its only line
 */
@Internal
public record Address(String host, int port, String user, String database, Path passwordFile) {

  /**
   * The only authentication that a client of the server agrees to. With SCRAM the server proves
   * that it knows the password, and the password itself is never sent. So another process that
   * listens on the port after a crash is neither believed nor told the password.
   */
  public static final String AUTHENTICATION = "scram-sha-256";

  /** The address without a secret, {@code postgresql://results@127.0.0.1:54320/results}. */
  public String url() {
    return "postgresql://" + user + "@" + host + ":" + port + "/" + database;
  }

  /**
   * The address for psql and all that is made with libpq. It names the file that has the password,
   * so that no password stands on a command line.
   *
   * @param libpqMajor the major version of that libpq; one before 16 does not know {@code
   *     require_auth}, and refuses a URL that has it
   */
  public String libpqUrl(int libpqMajor) {
    String authentication = libpqMajor < 16 ? "" : "&require_auth=" + AUTHENTICATION;
    return url()
        + "?passfile="
        + percentEncoded(passFile(passwordFile).toString())
        + authentication;
  }

  /** The password in libpq's own format, beside the one that has it alone. */
  static Path passFile(Path passwordFile) {
    return passwordFile.resolveSibling("pgpass");
  }

  private static String percentEncoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20").replace("%2F", "/");
  }

  /** The same for JDBC, without user. */
  String jdbcUrl() {
    return "jdbc:postgresql://" + host + ":" + port + "/" + database;
  }
}
