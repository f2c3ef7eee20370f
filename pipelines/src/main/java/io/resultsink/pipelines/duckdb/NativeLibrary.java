package io.resultsink.pipelines.duckdb;

import io.resultsink.pipelines.engine.QueryFailedException;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.List;
import java.util.stream.Stream;
import org.duckdb.DuckDBDriver;

/** The library of DuckDB itself, which its driver has inside, or beside its jar. */
final class NativeLibrary {

  private static final String PREFIX = "libduckdb_java.so_";
  private static final List<String> PLATFORMS =
      List.of("linux_amd64", "linux_arm64", "macos_arm64", "windows_amd64");

  private NativeLibrary() {}

  /**
   * Makes sure that there is one: the driver itself prints a stack trace and says nothing else.
   *
   * @throws QueryFailedException when there is none
   */
  static void require() {
    boolean inside =
        PLATFORMS.stream()
            .anyMatch(platform -> DuckDBDriver.class.getResource("/" + PREFIX + platform) != null);
    if (!inside && !isOnThePath()) {
      requireBeside(jar());
    }
  }

  private static boolean isOnThePath() {
    String name = System.mapLibraryName("duckdb_java");
    return Stream.of(System.getProperty("java.library.path", "").split(File.pathSeparator))
        .anyMatch(folder -> Files.exists(Path.of(folder, name)));
  }

  private static Path jar() {
    CodeSource source = DuckDBDriver.class.getProtectionDomain().getCodeSource();
    try {
      return Path.of(source.getLocation().toURI()).toAbsolutePath();
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void requireBeside(Path jar) {
    Path folder = jar.getParent();
    try (Stream<Path> files = Files.list(folder)) {
      if (files.anyMatch(file -> file.getFileName().toString().startsWith(PREFIX))) {
        return;
      }
    } catch (IOException e) {
      // It is not there as far as anybody can tell.
    }
    throw new QueryFailedException(
        "DuckDB's library is missing: a file %s... lay beside %s where it was built; copy it into %s too, or choose --engine beam; the target is untouched"
            .formatted(PREFIX, jar.getFileName(), folder));
  }
}
