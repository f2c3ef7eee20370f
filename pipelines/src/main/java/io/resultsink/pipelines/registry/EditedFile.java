package io.resultsink.pipelines.registry;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * A file that its user edits too. A new file is written next to it and then renamed, so that nobody
 * reads half of it. A link to the file stays a link.
 */
final class EditedFile {

  private static final Set<PosixFilePermission> PRIVATE =
      PosixFilePermissions.fromString("rw-------");

  private static final int MOST_ATTEMPTS = 20;

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

  /** Returns the whole text; empty if the file is missing. */
  String text() {
    try {
      return exists() ? Files.readString(path) : "";
    } catch (IOException e) {
      throw new RegistryException(path + " cannot be read: " + e, e);
    }
  }

  /** Returns whether other users than its owner may read it. */
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

  /**
   * Replaces its text by the result of {@code edit}; only the owner can read a new file.
   *
   * <p>Other programs may edit the file at the same time. Other commands of pgresult wait for a
   * lock. Editors use no lock, so the text is compared again before the rename, and edited again if
   * it has changed.
   */
  void edit(UnaryOperator<String> edit) {
    try {
      Path file = exists() ? path.toRealPath() : path.toAbsolutePath();
      Files.createDirectories(file.getParent());
      EditLock.holding(file, () -> replace(file, edit));
    } catch (IOException e) {
      throw new RegistryException(path + " cannot be written: " + e, e);
    }
  }

  private void replace(Path file, UnaryOperator<String> edit) throws IOException {
    for (int attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
      String before = text();
      String after = edit.apply(before);
      if (after.equals(before) || isReplaced(file, before, after)) {
        return;
      }
    }
    throw new RegistryException(
        path + " is changed again and again by another program; try again later");
  }

  /** Only root can change the owner, and only root writes into other users' homes. */
  private static void keepOwner(Path file, Path written) throws IOException {
    UserPrincipal owner = Files.getOwner(file);
    if (Files.getOwner(written).getName().equals("root") && !owner.getName().equals("root")) {
      Files.setOwner(written, owner);
    }
  }

  private boolean isReplaced(Path file, String before, String after) throws IOException {
    Path written =
        Files.createTempFile(
            file.getParent(), ".pgresult", null, PosixFilePermissions.asFileAttribute(PRIVATE));
    try {
      Files.writeString(written, after);
      if (exists()) {
        Files.setPosixFilePermissions(written, Files.getPosixFilePermissions(file));
        keepOwner(file, written);
      }
      if (!text().equals(before)) {
        return false;
      }
      Files.move(written, file, StandardCopyOption.ATOMIC_MOVE);
      return true;
    } finally {
      Files.deleteIfExists(written);
    }
  }
}
