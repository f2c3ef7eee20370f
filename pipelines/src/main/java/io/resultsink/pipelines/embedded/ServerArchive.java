package io.resultsink.pipelines.embedded;

import io.resultsink.postgres.failure.DatabaseUnavailableException;
import io.resultsink.postgres.failure.ResultSinkException.Remedy;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;

/** The archive of the server for this machine, on the class path. */
record ServerArchive(URL location) {

  /** Finds the archive with this system and processor in its name. */
  static ServerArchive forThisMachine() {
    String name = resourceName(System.getProperty("os.name"), System.getProperty("os.arch"));
    URL location = ServerArchive.class.getResource("/" + name);
    if (location == null) {
      throw new DatabaseUnavailableException(
          "no embedded PostgreSQL for this machine ("
              + System.getProperty("os.name")
              + ", "
              + System.getProperty("os.arch")
              + "): "
              + name
              + " is not on the class path. A build has the one for its own machine, if that is"
              + " Linux or macOS on x86-64 or ARM64. Build pgresult here, or use your own server:"
              + " -r postgresql://user@host/database/table",
          Remedy.FIX_CONFIGURATION,
          null,
          null);
    }
    return new ServerArchive(location);
  }

  static String resourceName(String system, String processor) {
    String os = system.toLowerCase(Locale.ROOT);
    String arch = processor.toLowerCase(Locale.ROOT);
    return "postgres-"
        + (os.startsWith("mac") ? "darwin" : os.replaceAll("\\W+", "_"))
        + "-"
        + switch (arch) {
          case "amd64", "x86_64", "x64" -> "x86_64";
          case "aarch64", "arm64" -> "arm_64";
          default -> arch;
        }
        + ".txz";
  }

  /** Returns the first digits of the content's SHA-256. */
  String digest() throws IOException {
    try (InputStream bytes = location.openStream();
        DigestInputStream digesting =
            new DigestInputStream(bytes, MessageDigest.getInstance("SHA-256"))) {
      digesting.transferTo(OutputStream.nullOutputStream());
      return HexFormat.of().formatHex(digesting.getMessageDigest().digest(), 0, 6);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  void unpackInto(Path folder) throws IOException {
    try (InputStream bytes = location.openStream();
        TarArchiveInputStream entries =
            new TarArchiveInputStream(new XZCompressorInputStream(bytes))) {
      TarArchiveEntry entry;
      while ((entry = entries.getNextEntry()) != null) {
        unpack(entry, entries, folder.resolve(entry.getName()).normalize());
      }
    }
  }

  private static void unpack(TarArchiveEntry entry, InputStream content, Path file)
      throws IOException {
    if (entry.isDirectory()) {
      Files.createDirectories(file);
      return;
    }
    Files.createDirectories(file.getParent());
    if (entry.isSymbolicLink()) {
      Files.createSymbolicLink(file, Path.of(entry.getLinkName()));
    } else {
      Files.copy(content, file);
      if ((entry.getMode() & 0100) != 0) {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
      }
    }
  }
}
