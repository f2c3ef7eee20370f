package io.resultsink.pipelines.embedded;

import io.resultsink.postgres.failure.DatabaseUnavailableException;
import io.resultsink.postgres.failure.ResultSinkException.Remedy;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.beam.sdk.annotations.Internal;

/**
 * The embedded PostgreSQL of one home folder: a server process that outlives the command that
 * starts it. It is for trying out, not for important data.
 */
@Internal
public final class EmbeddedServer {

  /** The environment variable that names another port. */
  public static final String PORT_VARIABLE = "PGRESULT_PORT";

  static final String HOST = "127.0.0.1";
  static final String ROLE = "results";
  static final String DATABASE = "results";

  private static final int DEFAULT_PORT = 54320;

  private final Path folder;
  private final int port;

  private EmbeddedServer(Path pgresultHome, int port) {
    this.folder = pgresultHome.toAbsolutePath().normalize().resolve("embedded");
    this.port = port;
  }

  /** Creates the server of a home folder, on the port of {@value #PORT_VARIABLE}, else 54320. */
  public static EmbeddedServer home(Path pgresultHome) {
    String text = System.getenv(PORT_VARIABLE);
    return home(pgresultHome, text == null || text.isEmpty() ? DEFAULT_PORT : parsePort(text));
  }

  /** Creates the server of a home folder. It gets the port when it is started. */
  public static EmbeddedServer home(Path pgresultHome, int port) {
    return new EmbeddedServer(pgresultHome, port);
  }

  /**
   * Starts the server if it does not run, and creates it first if there is none.
   *
   * @return where it listens; a server that runs already keeps its port
   * @throws DatabaseUnavailableException with the reason and the remedy
   */
  public Address start() {
    try {
      Optional<Address> running = login().answering();
      if (running.isPresent()) {
        return running.get();
      }
      return FolderLock.holding(folder, this::startUnlessAnother);
    } catch (IOException e) {
      throw unusable("could not be started", e);
    }
  }

  /**
   * Stops the server: ends sessions, rolls back transactions, keeps the data.
   *
   * @return false if it did not run
   */
  public boolean stop() {
    try {
      if (login().answering().isEmpty()) {
        return false;
      }
      return FolderLock.holding(folder, this::stopUnlessAnother);
    } catch (IOException e) {
      throw unusable("could not be stopped", e);
    }
  }

  /** Returns whether it runs, and where its data are. Starts and writes nothing. */
  public ServerStatus status() {
    try {
      return new ServerStatus(
          login().answering().orElse(null), data().path(), data().major().orElse(null));
    } catch (IOException e) {
      throw unusable("cannot be looked at", e);
    }
  }

  /** Another command may have started it while this one waited for the lock. */
  private Address startUnlessAnother() throws IOException {
    Optional<Address> running = login().answering();
    if (running.isPresent()) {
      return running.get();
    }
    requireFreePort();
    return launch(ServerBinaries.unpackedIn(folder));
  }

  private boolean stopUnlessAnother() throws IOException {
    if (login().answering().isEmpty()) {
      return false;
    }
    ServerBinaries.unpackedIn(folder)
        .run("pg_ctl", List.of("stop", "-w", "-m", "fast", "-D", data().path().toString()));
    return true;
  }

  private Address launch(ServerBinaries binaries) throws IOException {
    DataDirectory data = data();
    if (data.exists()) {
      data.requireMajor(binaries.major());
      login().requirePassword(data.path());
    } else {
      data.create(binaries, login().newPassword());
    }
    Path log = folder.resolve("server.log");
    binaries.run(
        "pg_ctl",
        List.of(
            "start", "-w", "-D", data.path().toString(), "-l", log.toString(), "-o", "-p " + port));
    return login()
        .answering()
        .orElseThrow(
            () ->
                new DatabaseUnavailableException(
                    "the embedded PostgreSQL was started, but does not answer on port "
                        + port
                        + "; its log is "
                        + log,
                    Remedy.RETRY,
                    null,
                    null));
  }

  /** Checked before the start, because the server reports a used port only in its log. */
  private void requireFreePort() throws IOException {
    try (ServerSocket probe = new ServerSocket()) {
      probe.setReuseAddress(true);
      probe.bind(new InetSocketAddress(InetAddress.getByName(HOST), port));
    } catch (BindException e) {
      throw new DatabaseUnavailableException(
          "port "
              + port
              + ", the port of the embedded PostgreSQL of "
              + folder
              + ", is in use by another program; nothing was started. Set "
              + PORT_VARIABLE
              + " to a free port, or stop that program (it may be the embedded server of another"
              + " PGRESULT_HOME)",
          Remedy.FIX_CONFIGURATION,
          null,
          e);
    }
  }

  private DatabaseUnavailableException unusable(String what, IOException e) {
    return new DatabaseUnavailableException(
        "the embedded PostgreSQL in " + folder + " " + what + ": " + e,
        Remedy.FIX_CONFIGURATION,
        null,
        e);
  }

  private DataDirectory data() {
    return new DataDirectory(folder.resolve("data"));
  }

  private ServerLogin login() {
    return new ServerLogin(folder);
  }

  private static int parsePort(String text) {
    try {
      int port = Integer.parseInt(text);
      if (port >= 1 && port <= 65535) {
        return port;
      }
    } catch (NumberFormatException e) {
      // reported below
    }
    throw new DatabaseUnavailableException(
        PORT_VARIABLE + " is '" + text + "'; set it to a port from 1 to 65535, or unset it",
        Remedy.FIX_CONFIGURATION,
        null,
        null);
  }

  @Override
  public String toString() {
    return "embedded PostgreSQL in " + folder;
  }
}
