package io.resultsink.pipelines.duckdb;

import io.resultsink.pipelines.engine.QueryFailedException;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A file as it was when the folder was listed.
 *
 * @param path absolute
 */
record InputFile(String path, long bytes, long modifiedMillis) implements Serializable {

  static InputFile of(Path path) throws IOException {
    return new InputFile(
        path.toString(), Files.size(path), Files.getLastModifiedTime(path).toMillis());
  }

  /**
   * Makes sure that it is still the same.
   *
   * @throws QueryFailedException when it is not
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
    if (now.modifiedMillis != modifiedMillis) {
      throw changed("was written while the query ran");
    }
  }

  private QueryFailedException changed(String how) {
    return new QueryFailedException(
        "file %s %s; the target is untouched; run it again when the file is complete"
            .formatted(path, how));
  }
}
