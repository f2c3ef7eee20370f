package io.resultsink.postgres.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * A certificate authority of a test's own, and certificates that it issues for servers: as PEM
 * files, made by the JDK's keytool.
 */
public final class Certificates {

  private static final String PASSWORD = "of-no-importance";

  private static final String AUTHORITY = "authority";

  private final Path folder;

  /** A new authority, whose files are in {@code folder}. */
  public Certificates(Path folder) {
    this.folder = folder;
    generate(AUTHORITY, "-dname", "CN=an authority", "-ext", "bc:c");
    write("root.crt", pem("CERTIFICATE", certificate(AUTHORITY)));
  }

  /** The authority's own certificate, for {@code sslrootcert}. */
  public Path root() {
    return folder.resolve("root.crt");
  }

  /**
   * Issues a server's certificate and key, as {@code name.crt} and {@code name.key}.
   *
   * @param host the host name that it is for
   * @param startDate as keytool has it, such as {@code -2d}; it is valid for a day
   */
  public void issue(String name, String host, String startDate) {
    generate(
        name,
        "-signer",
        AUTHORITY,
        "-dname",
        "CN=" + host,
        "-ext",
        "san=dns:" + host,
        "-startdate",
        startDate,
        "-validity",
        "1");
    write(name + ".crt", pem("CERTIFICATE", certificate(name)));
    write(name + ".key", pem("PRIVATE KEY", key(name)));
  }

  private byte[] certificate(String name) {
    try {
      return load().getCertificate(name).getEncoded();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private byte[] key(String name) {
    try {
      return load().getKey(name, PASSWORD.toCharArray()).getEncoded();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private KeyStore load() {
    try {
      return KeyStore.getInstance(store().toFile(), PASSWORD.toCharArray());
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private Path store() {
    return folder.resolve("keys.p12");
  }

  private static String pem(String what, byte[] content) {
    String text =
        Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII)).encodeToString(content);
    return "-----BEGIN " + what + "-----\n" + text + "\n-----END " + what + "-----\n";
  }

  /** Readable for its owner alone, which the server asks of a key. */
  private void write(String name, String text) {
    try {
      Path file = folder.resolve(name);
      Files.writeString(file, text);
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void generate(String name, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of("-genkeypair", "-alias", name, "-keyalg", "EC"));
    command.addAll(List.of("-groupname", "secp256r1"));
    command.addAll(List.of("-keystore", store().toString(), "-storepass", PASSWORD));
    command.addAll(List.of(arguments));
    Programs.run(command);
  }
}
