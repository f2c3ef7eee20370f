package io.resultsink.pipelines.launch;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.stream.Stream;

/** A folder of pgresult that its owner alone may enter. */
final class PrivateFolder {

  private static final Set<PosixFilePermission> FOLDER =
      PosixFilePermissions.fromString("rwx------");
  private static final Set<PosixFilePermission> FILE = PosixFilePermissions.fromString("rw-------");

  /** The content of PGRESULT_HOME. */
  private static final Set<String> OURS = Set.of("logs", "embedded");

  private static final String LOG = "pgresult-";

  private PrivateFolder() {}

  /**
   * Makes a folder, with those above it. One that is there and that others may enter is closed to
   * them, unless it has files of others: then it is a folder such as /tmp or a home.
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
        // Another process was faster.
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

  /** Makes an empty file that its owner alone may read. */
  static void createFile(Path file) throws IOException {
    Files.deleteIfExists(file);
    Files.createFile(file, PosixFilePermissions.asFileAttribute(FILE));
  }
}
