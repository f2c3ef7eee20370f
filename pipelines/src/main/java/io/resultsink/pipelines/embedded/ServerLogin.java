package io.resultsink.pipelines.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.resultsink.postgres.failure.DatabaseUnavailableException;
import io.resultsink.postgres.failure.ResultSinkException.Remedy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import org.postgresql.Driver;

/** The generated password of a folder's server, and the proof that the server knows it. */
final class ServerLogin {

  /** cannot_connect_now: the server is starting up or shutting down. */
  private static final String NOT_NOW = "57P03";

  /** too_many_connections: the server runs. */
  private static final String FULL = "53300";

  private static final Duration LONGEST_WAIT = Duration.ofMinutes(1);

  private final Path postmasterFile;
  private final Path passwordFile;

  ServerLogin(Path folder) {
    this.postmasterFile = folder.resolve("data").resolve("postmaster.pid");
    this.passwordFile = folder.resolve("password");
  }

  /** Returns where the server listens, if one runs and proves that it knows the password. */
  Optional<Address> answering() throws IOException {
    Optional<Integer> port = portInUse();
    if (port.isEmpty() || !Files.exists(passwordFile)) {
      return Optional.empty();
    }
    Address address =
        new Address(
            EmbeddedServer.HOST,
            port.get(),
            EmbeddedServer.ROLE,
            EmbeddedServer.DATABASE,
            passwordFile);
    return accepts(address) ? Optional.of(address) : Optional.empty();
  }

  /** Generates a password and writes its files. */
  String newPassword() throws IOException {
    byte[] random = new byte[24];
    new SecureRandom().nextBytes(random);
    String password = Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    writePrivately(passwordFile, password);
    writePrivately(
        Address.passFile(passwordFile),
        String.join(
            ":", EmbeddedServer.HOST, "*", EmbeddedServer.DATABASE, EmbeddedServer.ROLE, password));
    return password;
  }

  void requirePassword(Path data) {
    if (!Files.exists(passwordFile)) {
      throw new DatabaseUnavailableException(
          passwordFile
              + " is missing, and without it nobody can log in to the server of "
              + data
              + "; nothing was started. Restore it, or move "
              + data
              + " away to begin with an empty server",
          Remedy.FIX_CONFIGURATION,
          null,
          null);
    }
  }

  /**
   * Reads the port from the fourth line of postmaster.pid. The file stays after a crash of the
   * machine.
   */
  private Optional<Integer> portInUse() throws IOException {
    return postmasterLine(3).map(Integer::valueOf);
  }

  /**
   * Returns whether the process in the first line of postmaster.pid is alive, and this user's. A
   * server that is full or starting answers before it proves that it is the right one.
   */
  private boolean processLives() throws IOException {
    Optional<String> user = ProcessHandle.current().info().user();
    return postmasterLine(0)
        .flatMap(pid -> ProcessHandle.of(Long.parseLong(pid)))
        .filter(process -> process.isAlive() && process.info().user().equals(user))
        .isPresent();
  }

  private Optional<String> postmasterLine(int index) throws IOException {
    if (!Files.exists(postmasterFile)) {
      return Optional.empty();
    }
    List<String> lines = Files.readAllLines(postmasterFile);
    return lines.size() < 4 ? Optional.empty() : Optional.of(lines.get(index).strip());
  }

  private boolean accepts(Address address) throws IOException {
    Properties properties = new Properties();
    properties.setProperty("user", address.user());
    properties.setProperty("password", Files.readString(passwordFile).strip());
    properties.setProperty("ApplicationName", "pgresult embedded");
    properties.setProperty("connectTimeout", "5");
    properties.setProperty("loginTimeout", "5");
    properties.setProperty("socketTimeout", "5");
    properties.setProperty("sslmode", "disable");
    properties.setProperty("gssEncMode", "disable");
    properties.setProperty("requireAuth", Address.AUTHENTICATION);
    Instant giveUp = Instant.now().plus(LONGEST_WAIT);
    while (true) {
      try (Connection connection = new Driver().connect(address.jdbcUrl(), properties)) {
        return connection != null;
      } catch (SQLException e) {
        if (!NOT_NOW.equals(e.getSQLState()) || Instant.now().isAfter(giveUp)) {
          return FULL.equals(e.getSQLState()) && processLives();
        }
        if (!processLives()) {
          return false;
        }
      }
      pause();
    }
  }

  private static void pause() {
    try {
      Thread.sleep(100);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DatabaseUnavailableException(
          "interrupted while the embedded PostgreSQL was starting or stopping",
          Remedy.RETRY,
          NOT_NOW,
          e);
    }
  }

  /** Writes a new file with its permissions, so that other users cannot read it at any moment. */
  private static void writePrivately(Path file, String line) throws IOException {
    Files.deleteIfExists(file);
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.write(file, (line + "\n").getBytes(UTF_8));
  }
}
