package io.resultsink.pipelines.command;

import io.resultsink.pipelines.embedded.EmbeddedServer;
import io.resultsink.pipelines.launch.BeamOptions;
import io.resultsink.pipelines.launch.CommandContext;
import io.resultsink.pipelines.launch.UsageException;
import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.destination.Secret;
import java.io.Console;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options for the password of a RESULT, and the target of a RESULT. */
final class ResultOptions {

  private static final String EMBEDDED = "embedded:";

  @Option(names = "-p", description = "ask for the password of RESULT, without echo")
  private boolean ask;

  @Option(
      names = "--password",
      paramLabel = "REF",
      description =
          "the reference to the password of RESULT: env:NAME or file:PATH, looked up where the"
              + " connection is opened; else the URL's, or ~/.pgpass")
  private @Nullable String reference;

  /** Creates the options with a password's reference; null for the RESULT's own password. */
  static ResultOptions referring(@Nullable String passwordReference) {
    ResultOptions options = new ResultOptions();
    options.reference = passwordReference;
    return options;
  }

  /** Returns the target of a RESULT. Starts the embedded server if the RESULT names it. */
  PostgresTarget target(String result, CommandContext context, BeamOptions beam) {
    if (result.startsWith(EMBEDDED) && !beam.local()) {
      throw new UsageException(
          "the embedded server is on this machine, and " + beam.runner() + " runs elsewhere");
    }
    return target(result, context);
  }

  /** Returns the target for a command that runs no pipeline. */
  PostgresTarget target(String result, CommandContext context) {
    if (result.startsWith(EMBEDDED)) {
      return embedded(result.substring(EMBEDDED.length()), context);
    }
    PostgresTarget target = PostgresTarget.parse(result);
    Secret password = password();
    return password == null ? target : target.toBuilder().password(password).build();
  }

  private PostgresTarget embedded(String tableAndOptions, CommandContext context) {
    if (ask || reference != null) {
      throw new UsageException("the embedded server has its own password; leave -p out");
    }
    // Wrong options are reported before a server is started.
    PostgresTarget.parse("postgresql://localhost/results/" + tableAndOptions);
    return EmbeddedTarget.of(EmbeddedServer.home(context.home()).start(), tableAndOptions);
  }

  /** Returns the password of -p or --password; null for neither. */
  @Nullable Secret password() {
    if (ask && reference != null) {
      throw new UsageException("-p asks for the password, --password refers to it; use one");
    }
    if (reference != null) {
      return Secret.parse(reference);
    }
    return ask ? asked() : null;
  }

  private static Secret asked() {
    Console console = System.console();
    char[] typed = console == null ? null : console.readPassword("password: ");
    if (typed == null) {
      throw new UsageException("-p needs a terminal; use --password env:NAME or file:PATH");
    }
    Secret secret = Secret.of(new String(typed));
    Arrays.fill(typed, '\0');
    return secret;
  }
}
