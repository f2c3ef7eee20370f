package io.resultsink.postgres.internal.url;

import io.resultsink.postgres.failure.InvalidTargetException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.postgresql.PGEnvironment;

/** A file of libpq in the user's home. It need not exist. */
public final class UserFile {

  private UserFile() {}

  /** Returns the path in a system property or, else, in an environment variable. */
  public static Optional<Path> given(PGEnvironment property, PGEnvironment variable) {
    return Optional.ofNullable(
            System.getProperty(property.getName(), System.getenv(variable.getName())))
        .filter(path -> !path.isBlank())
        .map(Path::of);
  }

  /**
   * Returns the lines of a file; none if it is missing.
   *
   * @param what the file's name in a message, such as {@code the password file}
   * @throws InvalidTargetException if the file exists and cannot be read
   */
  public static List<String> lines(String what, Path path) {
    try {
      return Files.readAllLines(path);
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (IOException e) {
      throw new InvalidTargetException(
          "%s %s cannot be read (%s); it must be a file of text in UTF-8 that you may read"
              .formatted(what, path, e.getClass().getSimpleName()));
    }
  }
}
