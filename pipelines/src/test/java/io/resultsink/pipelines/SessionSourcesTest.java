package io.resultsink.pipelines;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Where sessions come from: from the sink's own classes alone, which begin each transaction with an
 * empty search path, so that no statement calls what other roles have planted.
 */
class SessionSourcesTest {

  private static List<String> filesWith(String module, String regex) throws IOException {
    Pattern pattern = Pattern.compile(regex);
    Path sources = Path.of(System.getProperty("project.top"), module, "main", "java");
    try (Stream<Path> files = Files.walk(sources)) {
      return files
          .filter(file -> file.toString().endsWith(".java"))
          .filter(file -> pattern.matcher(read(file)).find())
          .map(file -> file.getFileName().toString())
          .sorted()
          .toList();
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static final String OPENS =
      "DriverManager\\s*\\.|new Driver\\(\\)|new PG\\w*DataSource\\(|new HikariDataSource\\(";

  @Test
  void onlyTheSinkOpensThem() throws IOException {
    assertThat(filesWith("src", OPENS), contains("ServerPool.java"));
    assertThat(
        "asks whether it may log in, and nothing else",
        filesWith("pipelines/src", OPENS),
        contains("ServerLogin.java"));
    assertThat(
        filesWith("pipelines/src", "(?s)(new Driver\\(\\).*)(prepareStatement|createStatement)"),
        empty());
  }

  @Test
  void noStatementRunsUnderTheRolesSearchPath() throws IOException {
    assertThat(filesWith("pipelines/src", "useRoleSearchPath|setSchema\\("), empty());
  }
}
