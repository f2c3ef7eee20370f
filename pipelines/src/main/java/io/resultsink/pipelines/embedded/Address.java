package io.resultsink.pipelines.embedded;

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

  /** The same for JDBC, without user. */
  String jdbcUrl() {
    return "jdbc:postgresql://" + host + ":" + port + "/" + database;
  }
}
