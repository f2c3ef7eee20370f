package io.resultsink.pipelines;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertAll;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** The folder that psql calls ~, in a process whose HOME is not that of its user. */
class HomeFolderTest {

  @TempDir Path folder;

  private String pgresult(String... arguments) throws Exception {
    Path usersOwn = Files.createDirectories(folder.resolve("user.home"));
    ProcessBuilder command =
        new ProcessBuilder(
            Stream.of(
                    Stream.of(
                        "sh",
                        "-c",
                        "umask 022; exec \"$@\"",
                        "sh",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Duser.home=" + usersOwn,
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName()),
                    Stream.of(arguments))
                .flatMap(words -> words)
                .toList());
    command.environment().put("HOME", home().toString());
    command
        .environment()
        .keySet()
        .removeAll(List.of("PGSERVICEFILE", "PGPASSFILE", "PGSYSCONFDIR", "PGRESULT_HOME"));
    Process process = command.redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes());
    assertThat(said, process.waitFor(), is(0));
    try (Stream<Path> files = Files.list(usersOwn)) {
      assertThat("files in Java's user.home", files.toList(), is(List.of()));
    }
    return said;
  }

  private Path home() throws IOException {
    return Files.createDirectories(folder.resolve("home"));
  }

  private Executable isOpenFor(String permissions, Path file) {
    return () ->
        assertThat(
            file.toString(),
            PosixFilePermissions.toString(Files.getPosixFilePermissions(file)),
            is(permissions));
  }

  @Test
  void isHomeAsForPsql() throws Exception {
    String said = pgresult("result", "create", "mydb", "postgresql://app:hunter2@db/shop");
    Path services = home().resolve(".pg_service.conf");
    Path passwords = home().resolve(".pgpass");
    assertAll(
        () -> assertThat(Files.readString(services), containsString("[mydb]")),
        () -> assertThat(Files.readString(services), not(containsString("hunter2"))),
        () -> assertThat(Files.readString(passwords), containsString(":app:hunter2")),
        () -> assertThat(said, not(containsString("hunter2"))),
        () -> assertThat(pgresult("result", "list"), containsString("mydb")));
  }

  @Test
  void whatIsKeptThereIsItsOwnersAlone() throws Exception {
    pgresult("result", "create", "mydb", "postgresql://app:hunter2@db/shop");
    Path logs = home().resolve(".pgresult/logs");
    Path log;
    try (Stream<Path> files = Files.list(logs)) {
      log = files.findFirst().orElseThrow();
    }
    assertAll(
        isOpenFor("rwx------", home().resolve(".pgresult")),
        isOpenFor("rwx------", logs),
        isOpenFor("rw-------", log),
        isOpenFor("rw-------", home().resolve(".pgpass")),
        isOpenFor("rw-------", home().resolve(".pg_service.conf")));
  }
}
