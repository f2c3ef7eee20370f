package io.resultsink.pipelines.command;

import io.resultsink.pipelines.launch.CommandContext;
import io.resultsink.pipelines.launch.ExitCode;
import io.resultsink.pipelines.print.TextTable;
import io.resultsink.pipelines.registry.NamedResult;
import io.resultsink.pipelines.registry.StoredResults;
import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.destination.Secret;
import io.resultsink.postgres.failure.InvalidTargetException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.annotations.Internal;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** The command {@code pgresult result}. */
@Internal
@Command(
    name = "result",
    header = "Keep connections under a name.",
    synopsisSubcommandLabel = "COMMAND",
    description = {
      "",
      "A named result is a service of psql: its connection is in ~/.pg_service.conf",
      "(PGSERVICEFILE), its password in ~/.pgpass (PGPASSFILE). So psql service=NAME works, and",
      "services that exist already can be used at once. Lines that you wrote stay as they are.",
      "Each command with a RESULT accepts NAME:table[?option=value&...].",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  pgresult result create mydb -p postgresql://app@db.example.com/shop",
      "  pgresult result test mydb",
      "  pgresult query -d samples -r 'mydb:code_counts?mode=replace' \"SELECT ...\"",
      "  psql service=mydb -c 'SELECT * FROM code_counts'"
    })
public final class ResultCommand {

  /** A placeholder for the table, for lookups that need only the connection. */
  private static final String ANY_TABLE = ":t";

  private final CommandContext context;

  /** Creates the command in {@code context}. */
  public ResultCommand(CommandContext context) {
    this.context = context;
  }

  @Command(
      name = "create",
      sortOptions = false,
      header = "Keep a connection under a name.",
      customSynopsis = "pgresult result create NAME URL [-p | --password REF]",
      description = {
        "",
        "URL is postgresql://user[:password]@host[:port]/database[?sslmode=...&...]. A password is",
        "stored in ~/.pgpass, which nobody else may read. For workers on other machines store a",
        "reference instead, --password env:NAME or file:PATH, which they look up themselves.",
        ""
      })
  int create(
      @Parameters(paramLabel = "NAME", description = "3 to 255 of a-z, 0-9 and _") String name,
      @Parameters(paramLabel = "URL", description = "the server and the database") String url,
      @Mixin ResultOptions password) {
    StoredResults results = StoredResults.ofUser();
    NamedResult result = NamedResult.parse(name, url, password.password());
    results.create(result);
    context.say("named result " + name + " is created in " + results.serviceFile());
    context.note(
        result.password() == null
            ? "it has no password; add -p for one, or an entry in " + results.passwordFile()
            : "try it: pgresult result test " + name);
    return ExitCode.DONE;
  }

  @Command(name = "list", aliases = "ls", header = "List all, including those that you wrote.")
  int list() throws IOException {
    StoredResults results = StoredResults.ofUser();
    List<List<@Nullable String>> rows = new ArrayList<>();
    for (String name : results.names()) {
      rows.add(List.of(name, url(name)));
    }
    if (rows.isEmpty()) {
      context.note("none yet; create one with pgresult result create NAME postgresql://...");
      return ExitCode.DONE;
    }
    new TextTable(List.of("name", "url"), List.of(false, false))
        .print(rows::forEach, context.out());
    return ExitCode.DONE;
  }

  @Command(name = "show", header = "Show one.", customSynopsis = "pgresult result show NAME")
  int show(@Parameters(paramLabel = "NAME") String name) {
    StoredResults results = StoredResults.ofUser();
    results.require(name);
    Secret password = target(name).password();
    context.say("name      " + name);
    context.say("url       " + url(name));
    context.say(
        "password  "
            + (password == null
                ? "none"
                : password.reference().orElse("kept, in " + results.passwordFile())));
    context.say(
        "kept in   "
            + results.serviceFile()
            + (results.isOurs(name) ? "" : ", not created by pgresult"));
    return ExitCode.DONE;
  }

  @Command(
      name = "delete",
      header = "Delete one, and its stored password.",
      customSynopsis = "pgresult result delete NAME")
  int delete(@Parameters(paramLabel = "NAME") String name) {
    StoredResults.ofUser().delete(name);
    context.say("named result " + name + " is deleted; tables stay as they are");
    return ExitCode.DONE;
  }

  @Command(
      name = "test",
      sortOptions = false,
      header = "Connect, and show what the role may do.",
      customSynopsis = "pgresult result test NAME [-p | --password REF]")
  int test(@Parameters(paramLabel = "NAME") String name, @Mixin ResultOptions password) {
    StoredResults.ofUser().require(name);
    PostgresTarget target = password.target(name + ANY_TABLE, context);
    ConnectionTest test = ConnectionTest.of(target);
    test.lines().forEach(context::say);
    return test.canCreateTables() ? ExitCode.DONE : ExitCode.REFUSED;
  }

  private static PostgresTarget target(String name) {
    return PostgresTarget.parse(name + ANY_TABLE);
  }

  /**
   * Returns the connection without password and table, or the reason why the sink cannot use it.
   */
  private static String url(String name) {
    try {
      return target(name).toString().replaceFirst("/t(?=$|\\?)", "");
    } catch (InvalidTargetException e) {
      return "not usable by pgresult: " + e.problems().get(0);
    }
  }
}
