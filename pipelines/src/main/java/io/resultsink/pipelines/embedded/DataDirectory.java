package io.resultsink.pipelines.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardOpenOption.APPEND;

import io.resultsink.postgres.failure.DatabaseUnavailableException;
import io.resultsink.postgres.failure.ResultSinkException.Remedy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The server's data directory. It exists complete or not at all. */
record DataDirectory(Path path) {

  boolean exists() {
    return Files.exists(path);
  }

  /** Returns the major version that wrote the data, such as {@code 18}. */
  Optional<String> major() throws IOException {
    Path file = path.resolve("PG_VERSION");
    return Files.exists(file) ? Optional.of(Files.readString(file).strip()) : Optional.empty();
  }

  /** Checks the version, because a server of another major version cannot read the data. */
  void requireMajor(String binaries) throws IOException {
    String data = major().orElse("an unknown version");
    if (!data.equals(binaries)) {
      throw new DatabaseUnavailableException(
          "the data in "
              + path
              + " are of PostgreSQL "
              + data
              + ", this pgresult brings PostgreSQL "
              + binaries
              + ", which cannot read them; nothing was changed. To keep them, dump them with the"
              + " pgresult that made them and pg_dump. To begin with an empty server: mv "
              + path
              + " "
              + path
              + "-"
              + data.replaceAll("\\W", "-"),
          Remedy.FIX_CONFIGURATION,
          null,
          null);
    }
  }

  /** Makes the directory under another name, and renames it when it is complete. */
  void create(ServerBinaries binaries, String password) throws IOException {
    Path fresh = path.resolveSibling(path.getFileName() + ".new");
    FileTree.delete(fresh);
    binaries.run("initdb", initdbArguments(fresh, binaries.major()));
    Files.writeString(
        fresh.resolve("postgresql.conf"),
        """

        # for trying out, on this machine only
        listen_addresses = '%s'
        unix_socket_directories = ''
        password_encryption = 'scram-sha-256'
        """
            .formatted(EmbeddedServer.HOST),
        UTF_8,
        APPEND);
    Files.writeString(
        fresh.resolve("pg_hba.conf"),
        """
        # The superuser has no password, so it cannot log in.
        # TYPE  DATABASE  USER  ADDRESS       METHOD
        host    all       all   127.0.0.1/32  scram-sha-256
        """,
        UTF_8);
    createRoleAndDatabase(binaries, fresh, password);
    Files.move(fresh, path, ATOMIC_MOVE);
  }

  private static List<String> initdbArguments(Path fresh, String major) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "-D",
                fresh.toString(),
                "--username=postgres",
                "--auth=reject",
                "--encoding=UTF8",
                "--locale=C"));
    if (Integer.parseInt(major) >= 17) {
      // A locale with upper and lower case of every alphabet, which every machine has.
      arguments.add("--locale-provider=builtin");
      arguments.add("--builtin-locale=C.UTF-8");
    }
    return arguments;
  }

  /**
   * Creates the role in single-user mode: no server listens before the password is set, and no
   * argument list has the password. Each line is one statement.
   */
  private static void createRoleAndDatabase(ServerBinaries binaries, Path fresh, String password)
      throws IOException {
    binaries.run(
        "postgres",
        List.of(
            "--single",
            "-D",
            fresh.toString(),
            "-c",
            "exit_on_error=true",
            "-c",
            "log_min_error_statement=panic",
            "template1"),
        """
        CREATE ROLE %1$s LOGIN PASSWORD '%2$s'
        CREATE DATABASE %3$s OWNER %1$s
        """
            .formatted(EmbeddedServer.ROLE, password, EmbeddedServer.DATABASE));
  }
}
