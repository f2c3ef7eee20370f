package io.resultsink.pipelines.query;

import java.io.IOException;
import java.io.Serializable;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.io.fs.MatchResult.Metadata;

/**
 * A part of a file, and that file as it was when the folder was listed.
 *
 * @param bytes of the whole file, as it is stored
 * @param modifiedMillis since 1970; 0 where the file system does not say
 */
record ListedPart(FilePart part, long bytes, long modifiedMillis) implements Serializable {

  static ListedPart of(FilePart part, Metadata file) {
    return new ListedPart(part, file.sizeBytes(), file.lastModifiedMillis());
  }

  /**
   * Makes sure that the file is still the same.
   *
   * @throws InputException when it is not
   */
  void checkUnchanged() {
    Metadata now;
    try {
      now = FileSystems.matchSingleFileSpec(part.file());
    } catch (IOException e) {
      throw changed("is gone or cannot be read any more");
    }
    if (now.sizeBytes() != bytes) {
      throw changed(
          "had %d bytes when the run began and has %d now".formatted(bytes, now.sizeBytes()));
    }
    if (now.lastModifiedMillis() != modifiedMillis) {
      throw changed("was written while the query ran");
    }
  }

  private InputException changed(String how) {
    return new InputException(
        "file %s %s; the target is untouched; run it again when the file is complete"
            .formatted(part.file(), how));
  }
}
