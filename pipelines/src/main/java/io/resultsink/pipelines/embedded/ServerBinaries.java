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

/** The unpacked server and its programs. */
final class ServerBinaries {

  private static final Pattern VERSION = Pattern.compile("PostgreSQL\\) (\\d+)");

  /** The number of lines that are shown of a failed program, because the reason is at the end. */
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
      throw new IOException(root + " has no PostgreSQL server");
    }
    this.major = version.group(1);
  }

  /**
   * Returns the server for this machine, and unpacks it first if necessary. The caller holds the
   * folder's lock.
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

  /** Returns the server's major version, such as {@code 18}. */
  String major() {
    return major;
  }

  /** Runs one of the server's programs to its end and returns its output. */
  String run(String program, List<String> arguments) throws IOException {
    return run(program, arguments, "");
  }

  String run(String program, List<String> arguments, String input) throws IOException {
    List<String> command = new ArrayList<>(asOrdinaryUser);
    command.add(root.resolve("bin").resolve(program).toString());
    command.addAll(arguments);
    // A file and not a pipe, because the server that pg_ctl starts would keep a pipe open.
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
      // The program ended before it read its input; its exit code says why.
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
            ? "\n"
                + "PostgreSQL does not run as root, and this machine does not allow the namespace"
                + " that gets around it: run pgresult as an ordinary user"
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

  /** Returns whether the user is root. Without /proc, the server itself refuses root. */
  private static boolean runsAsRoot() throws IOException {
    Path self = Path.of("/proc/self");
    return Files.exists(self) && Integer.valueOf(0).equals(Files.getAttribute(self, "unix:uid"));
  }
}
