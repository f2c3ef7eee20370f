package io.resultsink.pipelines.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;

import io.resultsink.postgres.failure.DatabaseUnavailableException;
import io.resultsink.postgres.failure.ResultSinkException.Remedy;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The unpacked server, and how its programs are run. */
final class ServerBinaries {

  private static final Pattern VERSION = Pattern.compile("PostgreSQL\\) (\\d+)");

  /** The last lines of a program that fails; all of it would hide the reason. */
  private static final int LINES_SHOWN = 5;

  private static final int MINUTES = 2;

  private final Path root;
  private final List<String> asOrdinaryUser;
  private final String major;

  private ServerBinaries(Path root) throws IOException {
    this.root = root;
    this.asOrdinaryUser = runsAsRoot() ? List.of("unshare", "-U") : List.of();
    Matcher version = VERSION.matcher(run("postgres", List.of("--version")));
    if (!version.find()) {
      throw new IOException(root + " holds no PostgreSQL server");
    }
    this.major = version.group(1);
  }

  /**
   * The server for this machine, unpacked when it is not yet. The caller holds the folder's lock.
   */
  static ServerBinaries unpackedIn(Path folder) throws IOException {
    ServerArchive archive = ServerArchive.forThisMachine();
    Path root = folder.resolve("binaries-" + archive.digest());
    if (!Files.exists(root)) {
      Path fresh = folder.resolve("binaries.new");
      FileTree.delete(fresh);
      archive.unpackInto(fresh);
      Files.move(fresh, root, ATOMIC_MOVE);
    }
    return new ServerBinaries(root);
  }

  /** The server's major version, {@code 18}. */
  String major() {
    return major;
  }

  /** Runs one of the server's programs to its end and returns what it said. */
  String run(String program, List<String> arguments) throws IOException {
    return run(program, arguments, "");
  }

  String run(String program, List<String> arguments, String input) throws IOException {
    List<String> command = new ArrayList<>(asOrdinaryUser);
    command.add(root.resolve("bin").resolve(program).toString());
    command.addAll(arguments);
    // A file, not a pipe: a server that pg_ctl leaves behind would hold a pipe open.
    Path out = Files.createTempFile("pgresult", ".out");
    try {
      ProcessBuilder builder =
          new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(out.toFile());
      builder.environment().keySet().removeIf(name -> name.startsWith("PG"));
      builder.environment().put("LC_ALL", "C");
      Process process = builder.start();
      send(input, process);
      int code = await(process, program);
      String said = Files.readString(out, UTF_8).strip();
      if (code != 0) {
        throw failed(program, code, said, arguments);
      }
      return said;
    } finally {
      Files.deleteIfExists(out);
    }
  }

  private static void send(String input, Process process) {
    try (OutputStream stdin = process.getOutputStream()) {
      stdin.write(input.getBytes(UTF_8));
    } catch (IOException e) {
      // It ended before it read; its exit code says why.
    }
  }

  private static int await(Process process, String program) throws IOException {
    try {
      if (!process.waitFor(MINUTES, TimeUnit.MINUTES)) {
        process.destroy();
        throw new IOException(program + " did not end within " + MINUTES + " minutes");
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      process.destroy();
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while " + program + " ran", e);
    }
  }

  private DatabaseUnavailableException failed(
      String program, int code, String said, List<String> arguments) throws IOException {
    String reason = lastLines(said);
    int log = arguments.indexOf("-l");
    if (log >= 0 && Files.exists(Path.of(arguments.get(log + 1)))) {
      Path file = Path.of(arguments.get(log + 1));
      reason = lastLines(Files.readString(file, UTF_8).strip()) + "\nall of it is in " + file;
    }
    String hint =
        said.startsWith("unshare:")
            ? "\nPostgreSQL does not run as root, and this machine does not allow the namespace that"
                + " gets around it: run pgresult as an ordinary user"
            : "";
    return new DatabaseUnavailableException(
        "the embedded PostgreSQL does not work here: "
            + program
            + " ended with code "
            + code
            + "\n"
            + reason
            + hint,
        Remedy.FIX_CONFIGURATION,
        null,
        null);
  }

  private static String lastLines(String text) {
    List<String> lines = text.lines().toList();
    return String.join("\n", lines.subList(Math.max(0, lines.size() - LINES_SHOWN), lines.size()));
  }

  /** Tests for root; where there is no /proc, the server's own refusal has to do. */
  private static boolean runsAsRoot() throws IOException {
    Path self = Path.of("/proc/self");
    return Files.exists(self) && Integer.valueOf(0).equals(Files.getAttribute(self, "unix:uid"));
  }
}
