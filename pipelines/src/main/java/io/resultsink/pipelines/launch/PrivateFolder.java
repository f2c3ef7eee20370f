package io.resultsink.pipelines.launch;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.stream.Stream;

/** A folder of pgresult that only its owner may enter. */
final class PrivateFolder {

  private static final Set<PosixFilePermission> FOLDER =
      PosixFilePermissions.fromString("rwx------");
  private static final Set<PosixFilePermission> FILE = PosixFilePermissions.fromString("rw-------");

  /** The files that PGRESULT_HOME may have. */
  private static final Set<String> OURS = Set.of("logs", "embedded");

  private static final String LOG = "pgresult-";

  private PrivateFolder() {}

  /**
   * Creates a folder, with its parents. If others may enter an existing folder, their permission is
   * removed. A folder with other programs' files, such as /tmp or a home folder, is not changed.
   */
  static void create(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      Path parent = folder.toAbsolutePath().getParent();
      if (parent != null) {
        Files.createDirectories(parent);
      }
      try {
        Files.createDirectory(folder, PosixFilePermissions.asFileAttribute(FOLDER));
      } catch (FileAlreadyExistsException e) {
        // Another process has created it meanwhile.
      }
    }
    if (!Files.getPosixFilePermissions(folder).equals(FOLDER)
        && Files.getOwner(folder).getName().equals(System.getProperty("user.name"))
        && hasNothingOfOthers(folder)) {
      Files.setPosixFilePermissions(folder, FOLDER);
    }
  }

  private static boolean hasNothingOfOthers(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString())
          .allMatch(name -> OURS.contains(name) || name.startsWith(LOG));
    }
  }

  /** Creates an empty file that only its owner may read. */
  static void createFile(Path file) throws IOException {
    Files.deleteIfExists(file);
    Files.createFile(file, PosixFilePermissions.asFileAttribute(FILE));
  }
}
