package io.resultsink.pipelines.command;

import io.resultsink.pipelines.launch.UsageException;
import io.resultsink.pipelines.query.DatabaseName;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The folders of this machine that queries may read, with their subfolders.
 *
 * @param folders empty for all
 */
record ReadableFolders(List<Path> folders) {

  ReadableFolders {
    folders = List.copyOf(folders);
  }

  /**
   * Checks the files of a DATABASE. Links are followed, also those among the files.
   *
   * @throws UsageException if a file is not below the folders
   */
  void check(String database) {
    DatabaseName name = DatabaseName.parse(database);
    if (folders.isEmpty() || name.server().isPresent()) {
      return;
    }
    if (database.regionMatches(true, 0, "file:", 0, "file:".length())) {
      throw new UsageException(
          "this pgresult serve reads only certain folders of this machine, and compares paths;"
              + " write -d without file:");
    }
    if (name.isLocalFolder()) {
      checkFiles(Path.of(database));
    }
  }

  private void checkFiles(Path database) {
    try (Stream<Path> files = Files.walk(database, FileVisitOption.FOLLOW_LINKS)) {
      List<Path> allowed = new java.util.ArrayList<>();
      for (Path folder : folders) {
        allowed.add(folder.toRealPath());
      }
      // A folder comes before its files, so no file behind a link to another place is read.
      for (Path file : (Iterable<Path>) files::iterator) {
        if (Files.exists(file)) {
          checkPlace(file, file.toRealPath(), allowed);
        }
      }
    } catch (IOException | UncheckedIOException e) {
      throw new UsageException("folder " + database + " of -d cannot be read here");
    }
  }

  private void checkPlace(Path file, Path real, List<Path> allowed) {
    if (allowed.stream().noneMatch(real::startsWith)) {
      throw new UsageException(
          "%s is not in a folder that this pgresult serve may read: %s"
              .formatted(
                  real.equals(file) ? file : file + " leads to " + real + ", which",
                  folders.stream().map(Path::toString).collect(Collectors.joining(", "))));
    }
  }
}
