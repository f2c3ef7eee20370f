package io.resultsink.pipelines.command;

import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.destination.Secret;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What of a command line can be stored to be run later, elsewhere and by others: it holds no
 * secret, and does not depend on where it was typed.
 */
final class Storable {

  private static final String EMBEDDED = "embedded:";
  private static final String FILE = "file:";
  private static final Pattern SERVER = Pattern.compile("postgres(ql)?://.*");

  /** One that was not percent-encoded too. */
  private static final Pattern WITH_PASSWORD = Pattern.compile("[a-z]+://[^@]*:.*@.*");

  private Storable() {}

  /** A DATABASE; a local folder is there, and absolute from now on. */
  static String database(String given) {
    if (SERVER.matcher(given).matches()) {
      if (WITH_PASSWORD.matcher(given).matches()) {
        throw new UsageException(
            "the URL of -d has a password, and a schedule keeps none; leave it out, and say where"
                + " it is: --database-password env:NAME or file:PATH, or ~/.pgpass");
      }
      return given;
    }
    if (given.contains("://")) {
      return given;
    }
    Path folder = Path.of(given).toAbsolutePath().normalize();
    if (!Files.exists(folder)) {
      throw new UsageException(
          "folder " + folder + " does not exist; -d is a folder or a postgresql:// URL");
    }
    return folder.toString();
  }

  /** A reference to a password; the path of a local file is absolute from now on. */
  static @Nullable String reference(@Nullable String given) {
    if (given == null) {
      return null;
    }
    Secret.parse(given);
    return given.startsWith(FILE) && !given.contains("://")
        ? FILE + Path.of(given.substring(FILE.length())).toAbsolutePath().normalize()
        : given;
  }

  /** Throws unless a RESULT can be a schedule's. */
  static void checkResult(String result, BeamOptions beam) {
    boolean embedded = result.startsWith(EMBEDDED);
    if (embedded && !beam.local()) {
      throw new UsageException(
          "the embedded server is on this machine, and " + beam.runner() + " runs elsewhere");
    }
    PostgresTarget target =
        PostgresTarget.parse(
            embedded
                ? "postgresql://localhost/results/" + result.substring(EMBEDDED.length())
                : result);
    target.validate();
    if (SERVER.matcher(result).matches() && target.password() != null) {
      throw new UsageException(
          "the URL of -r has a password, and a schedule keeps none; make a named result:\n"
              + "  pgresult result create NAME postgresql://..., then -r NAME:"
              + target.table());
    }
    if (target.runId() != null) {
      throw new UsageException(
          "run_id in -r would publish once and never again; a schedule names its runs itself");
    }
  }
}
