package io.resultsink.postgres.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The project's README and its pages. */
public final class Pages {

  private Pages() {}

  /** Returns the folder that has the README. */
  public static Path top() {
    return Path.of(System.getProperty("project.top"));
  }

  /** Returns the text of the README. */
  public static String readme() {
    return read(top().resolve("README.md"));
  }

  /** Returns the text of a page, named as {@code guide/operations.md}. */
  public static String read(String page) {
    return read(folder().resolve(page));
  }

  /** Returns the text of a file of the project. */
  public static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new IllegalStateException(file + " cannot be read", e);
    }
  }

  /** Returns all files that a reader of the documentation meets: README, pages, GitHub's files. */
  public static List<Path> files() throws IOException {
    List<Path> files = new ArrayList<>(List.of(top().resolve("README.md")));
    for (Path folder : List.of(folder(), top().resolve(".github"))) {
      if (Files.isDirectory(folder)) {
        try (Stream<Path> found = Files.walk(folder)) {
          found.filter(file -> file.toString().endsWith(".md")).sorted().forEach(files::add);
        }
      }
    }
    return files;
  }

  private static Path folder() {
    return top().resolve("src/site/markdown");
  }
}
