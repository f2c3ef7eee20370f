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
   * The only authentication that clients accept. With SCRAM the server proves that it knows the
   * password, which is never sent. So another process that listens on the port after a crash is not
   * trusted, and does not get the password.
   */
  public static final String AUTHENTICATION = "scram-sha-256";

  /** Returns the address without a secret, {@code postgresql://results@127.0.0.1:54320/results}. */
  public String url() {
    return "postgresql://" + user + "@" + host + ":" + port + "/" + database;
  }

  /**
   * Returns the address for programs with libpq, such as psql. It names the file with the password,
   * so that no password is on a command line.
   *
   * @param libpqMajor the major version of libpq; before 16 it refuses a URL with {@code
   *     require_auth}
   */
  public String libpqUrl(int libpqMajor) {
    String authentication = libpqMajor < 16 ? "" : "&require_auth=" + AUTHENTICATION;
    return url()
        + "?passfile="
        + percentEncoded(passFile(passwordFile).toString())
        + authentication;
  }

  /**
   * Returns the password file in libpq's format, which is next to the one with the password only.
   */
  static Path passFile(Path passwordFile) {
    return passwordFile.resolveSibling("pgpass");
  }

  private static String percentEncoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20").replace("%2F", "/");
  }

  /** Returns the address for JDBC, without user. */
  String jdbcUrl() {
    return "jdbc:postgresql://" + host + ":" + port + "/" + database;
  }
}
