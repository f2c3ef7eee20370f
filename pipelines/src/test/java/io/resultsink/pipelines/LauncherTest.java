package io.resultsink.pipelines;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.arrayContaining;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher script, beside a bundle and a Java that only say how they were called. */
class LauncherTest {

  private record Ended(int exitCode, List<String> lines, long pid) {}

  private static final String HANDED = "handed over: ";
  private static final String QUICK = "[-XX:TieredStopAtLevel=1]";

  @TempDir Path folder;

  private Path script;
  private Path java;

  @BeforeEach
  void install() throws Exception {
    Path pipelines = Files.createDirectories(folder.resolve("a clone").resolve("pipelines"));
    script = Files.copy(Path.of("pgresult"), pipelines.resolve("pgresult"));
    java = fakeJava("17.0.1");
  }

  @Test
  void passesArgumentsAndExitCodeUntouched() throws Exception {
    Path bundle = bundle("1.0");

    Ended ended =
        run(Map.of("JAVA_OPTS", "-Xmx1g  -Dall=*"), script, "query", "", "a  b", "*", "$x'\"\n\\n");

    assertThat(ended.exitCode(), is(7));
    assertThat(
        ended.lines(),
        contains(
            "pid " + ended.pid(),
            "[-Dfile.encoding=UTF-8]",
            "[-Dpgresult.arguments=/dev/fd/3]",
            QUICK,
            "[-Xmx1g]",
            "[-Dall=*]",
            "[-jar]",
            "[" + bundle + "]",
            "handed over: query",
            "handed over: ",
            "handed over: a  b",
            "handed over: *",
            "handed over: $x'\"\\n\\\\n",
            "handed over: end"));
  }

  @Test
  void argumentsArriveAsTheyWereTyped() throws Exception {
    bundle("1.0");
    for (String argument :
        List.of("", " ", "a\nb", "\n", "a\n\n", "\\", "\\n", "\\\n", "end", "$(x) `x`", "'\"")) {
      List<String> handed =
          run(Map.of(), script, "query", argument, "").lines().stream()
              .filter(line -> line.startsWith(HANDED))
              .map(line -> line.substring(HANDED.length()))
              .toList();

      assertThat(
          LauncherArguments.parse(String.join("\n", handed) + "\n"),
          arrayContaining("query", argument, ""));
    }
  }

  @Test
  void compilesThoroughlyWhereManyRowsPassThroughJava() throws Exception {
    bundle("1.0");

    for (String line :
        List.of(
            "serve", "example ranking", "query --engine beam", "query x -- --runner=FlinkRunner")) {
      assertThat(run(Map.of(), script, line.split(" ")).lines(), not(hasItem(QUICK)));
    }
    for (String line : List.of("query -d x -r y", "show x", "serve --help", "query -- --help")) {
      assertThat(run(Map.of(), script, line.split(" ")).lines(), hasItem(QUICK));
    }
  }

  @Test
  void argumentsThatDidNotAllArriveAreNotExecuted() {
    for (String broken : List.of("", "\n", "query\n", "query\nen", "query\nend")) {
      assertThrows(IllegalStateException.class, () -> LauncherArguments.parse(broken));
    }
  }

  @Test
  void findsItsBundleThroughLinks() throws Exception {
    Path bundle = bundle("1.0");
    Path bin = Files.createDirectories(folder.resolve("bin"));
    Files.createSymbolicLink(bin.resolve("one"), script);
    Path link = Files.createSymbolicLink(bin.resolve("pgresult"), Path.of("one"));

    assertThat(run(Map.of(), link).lines(), hasItem("[" + bundle + "]"));
  }

  @Test
  void takesTheNewestBundle() throws Exception {
    Path newest = bundle("1.0");
    Path old = bundle("0.9");
    Files.setLastModifiedTime(old, FileTime.fromMillis(0));

    List<String> lines = run(Map.of(), script).lines();

    assertThat(lines, hasItem("[" + newest + "]"));
    assertThat(lines, not(hasItem("[" + old + "]")));
  }

  @Test
  void saysHowToBuild() throws Exception {
    Ended ended = run(Map.of(), script);

    assertThat(ended.exitCode(), is(1));
    assertThat(
        ended.lines(),
        contains(
            "error: pgresult is not built yet. Build it with: make -C '"
                + script.getParent().getParent().toRealPath()
                + "' build"));
  }

  @Test
  void refusesAJavaThatIsTooOld() throws Exception {
    bundle("1.0");
    for (String version : List.of("11.0.2", "1.8.0_392")) {
      java = fakeJava(version);

      Ended ended = run(Map.of(), script);

      assertThat(ended.exitCode(), is(1));
      assertThat(ended.lines().toString(), containsString("pgresult needs 17 or newer"));
    }
  }

  @Test
  void saysThatThereIsNoJava() throws Exception {
    bundle("1.0");

    Ended wrongHome = run(Map.of("JAVA_HOME", folder.resolve("nowhere").toString()), script);

    assertThat(wrongHome.exitCode(), is(1));
    assertThat(wrongHome.lines().toString(), containsString("there is no bin/java in it"));
  }

  private Path bundle(String version) throws Exception {
    Path target = Files.createDirectories(script.resolveSibling("target"));
    Path jar = target.resolve("postgres-result-pipelines-bundled-" + version + ".jar");
    return Files.createFile(jar).toRealPath();
  }

  private Path fakeJava(String version) throws Exception {
    Path file = folder.resolve("jdk-" + version).resolve("bin").resolve("java");
    Files.createDirectories(file.getParent());
    Files.writeString(
        file,
        """
        #!/bin/sh
        if [ "$1" = -version ]; then
          echo 'openjdk version "%s" 2021-10-19' >&2
          exit 0
        fi
        echo "pid $$"
        for argument in "$@"; do printf '[%%s]\\n' "$argument"; done
        while IFS= read -r line; do printf 'handed over: %%s\\n' "$line"; done <&3
        exit 7
        """
            .formatted(version));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    return file;
  }

  private Ended run(Map<String, String> environment, Path command, String... arguments)
      throws Exception {
    List<String> words = new ArrayList<>(List.of(command.toString()));
    words.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(words).redirectErrorStream(true);
    builder.directory(folder.toFile());
    builder.environment().remove("JAVA_OPTS");
    builder.environment().put("JAVA_HOME", java.getParent().getParent().toString());
    builder.environment().putAll(environment);
    Process process = builder.start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Ended(process.waitFor(), said.lines().toList(), process.pid());
  }
}
