package io.resultsink.pipelines.registry;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * A file that its user edits as well: it is written anew beside itself and takes its own place, so
 * that nobody ever reads half of it, and a link to it stays one.
 */
final class EditedFile {

  private static final Set<PosixFilePermission> PRIVATE =
      PosixFilePermissions.fromString("rw-------");

  private final Path path;

  EditedFile(Path path) {
    this.path = path;
  }

  Path path() {
    return path;
  }

  boolean exists() {
    return Files.exists(path);
  }

  /** All of it; empty when it is missing. */
  String text() {
    try {
      return exists() ? Files.readString(path) : "";
    } catch (IOException e) {
      throw new RegistryException(path + " cannot be read: " + e, e);
    }
  }

  /** Whether others than its owner may read it. */
  boolean isOpenToOthers() {
    try {
      return exists()
          && Files.getPosixFilePermissions(path).stream()
              .anyMatch(
                  permission ->
                      permission.name().startsWith("GROUP")
                          || permission.name().startsWith("OTHERS"));
    } catch (IOException e) {
      throw new RegistryException(path + " cannot be read: " + e, e);
    }
  }

  /** Replaces it; a new one is its owner's alone. */
  void write(String text) {
    try {
      Path file = exists() ? path.toRealPath() : path;
      Path folder = file.toAbsolutePath().getParent();
      Files.createDirectories(folder);
      Path written =
          Files.createTempFile(
              folder, ".pgresult", null, PosixFilePermissions.asFileAttribute(PRIVATE));
      try {
        Files.write(written, text.getBytes(StandardCharsets.UTF_8));
        if (exists()) {
          Files.setPosixFilePermissions(written, Files.getPosixFilePermissions(file));
        }
        Files.move(written, file, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(written);
      }
    } catch (IOException e) {
      throw new RegistryException(path + " cannot be written: " + e, e);
    }
  }
}
