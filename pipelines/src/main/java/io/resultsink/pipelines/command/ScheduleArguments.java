package io.resultsink.pipelines.command;

import io.resultsink.pipelines.launch.BeamOptions;
import io.resultsink.pipelines.launch.UsageException;
import io.resultsink.pipelines.query.DatabaseName;
import io.resultsink.pipelines.query.QueryException;
import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.destination.SavedConnection;
import io.resultsink.postgres.destination.Secret;
import io.resultsink.postgres.failure.InvalidTargetException;
import io.resultsink.postgres.internal.url.UrlScheme;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The arguments of a schedule, in a form that can be stored and run later, on another machine and
 * by another user. So they have no secret, and do not depend on the current folder.
 */
final class ScheduleArguments {

  private static final String EMBEDDED = "embedded:";
  private static final String FILE = "file:";
  private static final String HIDDEN = "(not shown: it has a password, or cannot be read)";

  private ScheduleArguments() {}

  /**
   * Returns a DATABASE without a password. A local folder must exist, and its path becomes
   * absolute. A named result is {@code NAME:}.
   */
  static String database(String given) {
    DatabaseName name = DatabaseName.parse(given);
    if (name.server().isPresent() && !UrlScheme.isPostgres(given)) {
      // Another machine may have another folder of that name.
      return given.endsWith(":") ? given : given + ":";
    }
    if (name.server().map(PostgresTarget::password).isPresent()) {
      throw new UsageException(
          "the URL of -d has a password, which a schedule does not store; leave it out, and refer"
              + " to it: --database-password env:NAME or file:PATH, or ~/.pgpass");
    }
    if (!name.isLocalFolder()) {
      return given;
    }
    Path folder = Path.of(given).toAbsolutePath().normalize();
    if (!Files.exists(folder)) {
      throw new UsageException(
          "folder " + folder + " does not exist; -d is a folder or a postgresql:// URL");
    }
    return folder.toString();
  }

  /** Returns a reference to a password. The path of a local file becomes absolute. */
  static @Nullable String reference(@Nullable String given) {
    if (given == null) {
      return null;
    }
    Secret.parse(given);
    return given.startsWith(FILE) && !given.contains("://")
        ? FILE + Path.of(given.substring(FILE.length())).toAbsolutePath().normalize()
        : given;
  }

  /** Checks that a RESULT can be a schedule's. */
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
    // Each run looks up a named result's password again.
    if (!SavedConnection.isNamedBy(result) && target.password() != null) {
      throw new UsageException(
          "the URL of -r has a password, which a schedule does not store; make a named result:\n"
              + "  pgresult result create NAME postgresql://..., then -r NAME:"
              + target.table());
    }
    if (target.runId() != null) {
      throw new UsageException(
          "run_id in -r would publish once and never again; leave it out, because a schedule gives"
              + " its runs their ids");
    }
  }

  /** Returns a RESULT for display, without a password that an earlier version may have stored. */
  static String shownResult(String stored) {
    return SavedConnection.isNamedBy(stored) ? stored : shown(stored, PostgresTarget::parse);
  }

  /** Returns a DATABASE for display, without such a password. */
  static String shownDatabase(String stored) {
    return DatabaseName.isNamed(stored)
        ? stored
        : shown(stored, text -> DatabaseName.parse(text).target());
  }

  private static String shown(String stored, Function<String, @Nullable PostgresTarget> reading) {
    try {
      PostgresTarget target = reading.apply(stored);
      return target == null || target.password() == null ? stored : HIDDEN;
    } catch (InvalidTargetException | QueryException e) {
      return HIDDEN;
    }
  }
}
