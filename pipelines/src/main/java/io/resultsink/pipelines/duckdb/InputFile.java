package io.resultsink.pipelines.duckdb;

import io.resultsink.pipelines.engine.QueryFailedException;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.Objects;

/**
 * A file as it was when the folder was listed.
 *
 * @param path absolute
 * @param key tells it from another file that takes its place; empty where the system has none
 */
record InputFile(String path, long bytes, Instant modified, String key) implements Serializable {

  static InputFile of(Path path) throws IOException {
    BasicFileAttributes found = Files.readAttributes(path, BasicFileAttributes.class);
    return new InputFile(
        path.toString(),
        found.size(),
        found.lastModifiedTime().toInstant(),
        Objects.toString(found.fileKey(), ""));
  }

  /**
   * Checks that the file has not changed.
   *
   * @throws QueryFailedException if it has
   */
  void checkUnchanged() {
    InputFile now;
    try {
      now = of(Path.of(path));
    } catch (IOException e) {
      throw changed("is gone or cannot be read any more");
    }
    if (now.bytes != bytes) {
      throw changed("had %d bytes when the run began and has %d now".formatted(bytes, now.bytes));
    }
    if (!now.modified.equals(modified)) {
      throw changed("was written while the query ran");
    }
    if (!now.key.equals(key)) {
      throw changed("was replaced by another while the query ran");
    }
  }

  private QueryFailedException changed(String how) {
    return new QueryFailedException(
        "file %s %s; the target is untouched; run it again when the file is complete"
            .formatted(path, how));
  }
}
