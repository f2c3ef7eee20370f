package io.resultsink.pipelines.command;

import io.resultsink.pipelines.embedded.EmbeddedServer;
import io.resultsink.pipelines.schedule.HomeDatabase;
import io.resultsink.postgres.destination.ConnectionProperties;
import io.resultsink.postgres.destination.PostgresTarget;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where schedules are kept. */
final class HomeOptions {

  /** The environment variable that names the home database. */
  static final String VARIABLE = "PGRESULT_HOME_URL";

  private static final Pattern URL =
      Pattern.compile("(postgres(?:ql)?://[^/?]+/[^/?]+)(?:\\?(.*))?");
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.-]+");

  /** What a connection is looked up with, when only the connection matters. */
  private static final String ANY_TABLE = "t";

  @Option(
      names = "--home",
      paramLabel = "HOME",
      description =
          "the database that has the schedules: postgresql://... or a named result; else "
              + VARIABLE
              + ", else the embedded server")
  private @Nullable String given;

  /** Opens it; the caller closes it. */
  HomeDatabase open(Terminal terminal) {
    String home = given == null ? System.getenv(VARIABLE) : given;
    return HomeDatabase.open(
        home == null || home.isBlank() ? embedded(terminal) : database(home.strip()));
  }

  private static PostgresTarget embedded(Terminal terminal) {
    return EmbeddedServer.home(terminal.home()).start().target(ANY_TABLE);
  }

  private static PostgresTarget database(String home) {
    if (NAME.matcher(home).matches()) {
      return PostgresTarget.parse(home + ":" + ANY_TABLE);
    }
    Matcher url = URL.matcher(home);
    if (!url.matches()) {
      // It is not repeated, as there may be a password in it.
      throw new UsageException(
          "the home database is not postgresql://[user@]host[:port]/database, nor a named result;"
              + " it is given by --home or "
              + VARIABLE);
    }
    String options = url.group(2);
    if (options != null) {
      for (String option : options.split("&")) {
        if (!ConnectionProperties.names().contains(option.split("=", 2)[0])) {
          throw new UsageException(
              "the home database has the option '%s', which is none of a connection"
                  .formatted(option.split("=", 2)[0]));
        }
      }
    }
    return PostgresTarget.parse(
        url.group(1) + "/" + ANY_TABLE + (options == null ? "" : "?" + options));
  }
}
