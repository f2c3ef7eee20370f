package io.resultsink.pipelines.command;

import io.resultsink.pipelines.embedded.EmbeddedServer;
import io.resultsink.pipelines.launch.CommandContext;
import io.resultsink.pipelines.launch.UsageException;
import io.resultsink.pipelines.schedule.ScheduleDatabase;
import io.resultsink.postgres.destination.DatabaseUrl;
import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.failure.InvalidTargetException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option that names the schedules database. */
final class ScheduleDatabaseOptions {

  /** The environment variable that names the schedules database. */
  static final String VARIABLE = "PGRESULT_SCHEDULES_URL";

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.-]+");

  /** A placeholder for the table, for lookups that need only the connection. */
  private static final String ANY_TABLE = "t";

  @Option(
      names = "--schedules-database",
      paramLabel = "URL",
      description =
          "the schedules database: postgresql://... or a named result; else "
              + VARIABLE
              + ", else the embedded server")
  private @Nullable String given;

  /** Opens the database; the caller closes it. */
  ScheduleDatabase open(CommandContext context) {
    String home = given == null ? System.getenv(VARIABLE) : given;
    return ScheduleDatabase.open(
        home == null || home.isBlank() ? embedded(context) : database(home.strip()));
  }

  private static PostgresTarget embedded(CommandContext context) {
    return EmbeddedTarget.of(EmbeddedServer.home(context.home()).start(), ANY_TABLE);
  }

  private static PostgresTarget database(String home) {
    if (NAME.matcher(home).matches()) {
      return PostgresTarget.parse(home + ":" + ANY_TABLE);
    }
    try {
      return DatabaseUrl.parse(home);
    } catch (InvalidTargetException e) {
      throw new UsageException(
          "the schedules database (--schedules-database, or %s) cannot be used: %s\n  it is %s, or a named result"
              .formatted(VARIABLE, e.getMessage(), DatabaseUrl.FORM));
    }
  }
}
