package io.resultsink.pipelines.embedded;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.apache.beam.sdk.annotations.Internal;

/**
 * Where the embedded server listens, and as whom to log in.
 *
 * @param passwordFile a file with the password as its only line
 */
@Internal
public record Address(String host, int port, String user, String database, Path passwordFile) {

  /** The address without a secret, {@code postgresql://results@127.0.0.1:54320/results}. */
  public String url() {
    return "postgresql://" + user + "@" + host + ":" + port + "/" + database;
  }

  /**
   * The address for psql and all that is made with libpq: it names the file that has the password,
   * so that no password stands on a command line.
   */
  public String libpqUrl() {
    return url() + "?passfile=" + percentEncoded(passFile(passwordFile).toString());
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
