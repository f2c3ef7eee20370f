package io.resultsink.pipelines;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.startsWith;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The bundle that the build made, run by the launcher as a user runs it. */
@Tag("bundle")
class BundleIT {

  private static final String DUCKDB = "libduckdb_java.so_";

  @TempDir Path home;

  @Test
  void saysItsVersion() throws Exception {
    String said = outputOf("--version");

    assertThat(said, startsWith("pgresult 0."));
    assertThat(said, containsString("Apache Beam 2."));
  }

  @ParameterizedTest
  @ValueSource(strings = {"DirectRunner", "FlinkRunner"})
  void runsAQuery(String runner) throws Exception {
    Path samples = Files.createDirectory(home.resolve("samples"));
    Files.writeString(samples.resolve("codes.csv"), "code\n200\n404\n200\n");

    String rows =
        outputOf(
            "query",
            "-d",
            samples.toString(),
            "-f",
            "csv",
            "SELECT code, COUNT(*) AS hits FROM codes WHERE code < 400 GROUP BY code",
            "--",
            "--runner=" + runner);

    assertThat(rows.lines().toList(), contains("code,hits", "200,2"));
  }

  @Test
  void hasItsLicenceAndNoticeAndThoseOfWhatItBundles() throws Exception {
    try (JarFile bundle = new JarFile(bundle().toFile())) {
      assertThat(text(bundle, "META-INF/NOTICE").strip(), startsWith("Postgres Result Sink\n"));
      assertThat(text(bundle, "META-INF/NOTICE"), containsString("\nApache Beam\n"));
      String licences = text(bundle, "META-INF/LICENSE");
      assertThat(licences.strip(), startsWith("Apache License\n"));
      assertThat(licences, containsString("PostgreSQL Global Development Group"));
      String projects = text(bundle, "META-INF/THIRD-PARTY.txt");
      assertThat(projects, containsString("(org.postgresql:postgresql:"));
      assertThat(projects, not(containsString("Unknown license")));
    }
  }

  @Test
  void keepsDuckDbsLibraryBesideItself() throws Exception {
    try (JarFile bundle = new JarFile(bundle().toFile());
        Stream<Path> beside = Files.list(Path.of("target"))) {
      assertThat(bundle.stream().filter(entry -> entry.getName().contains(DUCKDB)).count(), is(0L));
      assertThat(
          beside.filter(file -> file.getFileName().toString().startsWith(DUCKDB)).count(), is(1L));
    }
  }

  @Test
  void saysThatDuckDbsLibraryWasNotCopiedWithIt() throws Exception {
    Path alone = Files.copy(bundle(), home.resolve("pgresult.jar"));
    Files.writeString(home.resolve("t.csv"), "a\n1\n");
    Path said = home.resolve("said");

    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-jar",
                alone.toString(),
                "query",
                "-d",
                home.resolve("t.csv").toString())
            .redirectErrorStream(true)
            .redirectOutput(said.toFile())
            .start();

    assertThat(process.waitFor(), is(1));
    assertThat(
        Files.readString(said),
        is(
            "error: DuckDB's library is missing: a file libduckdb_java.so_... lay beside"
                + " pgresult.jar where it was built; copy it into %s too, or choose --engine beam;"
                    .formatted(home)
                + " the target is untouched\n"));
  }

  private static Path bundle() throws IOException {
    try (Stream<Path> jars = Files.list(Path.of("target"))) {
      return jars.filter(jar -> jar.getFileName().toString().contains("-bundled-"))
          .findFirst()
          .orElseThrow();
    }
  }

  private static String text(JarFile bundle, String name) throws IOException {
    JarEntry entry = bundle.getJarEntry(name);
    return new String(bundle.getInputStream(entry).readAllBytes(), StandardCharsets.UTF_8);
  }

  private String outputOf(String... arguments) throws Exception {
    ProcessBuilder builder = new ProcessBuilder("./pgresult");
    builder.command().addAll(List.of(arguments));
    builder.environment().put("PGRESULT_HOME", home.toString());
    Path errors = home.resolve("errors");
    Process process = builder.redirectError(errors.toFile()).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(Files.readString(errors), process.waitFor(), is(0));
    return said;
  }
}
