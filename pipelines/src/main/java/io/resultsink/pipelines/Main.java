package io.resultsink.pipelines;

import io.resultsink.pipelines.command.CleanCommand;
import io.resultsink.pipelines.command.EmbeddedCommand;
import io.resultsink.pipelines.command.ExampleCommand;
import io.resultsink.pipelines.command.QueryCommand;
import io.resultsink.pipelines.command.ResultCommand;
import io.resultsink.pipelines.command.SamplesCommand;
import io.resultsink.pipelines.command.SchedCommand;
import io.resultsink.pipelines.command.SchedRunCommand;
import io.resultsink.pipelines.command.ServeCommand;
import io.resultsink.pipelines.command.ShowCommand;
import io.resultsink.pipelines.command.UndoCommand;
import io.resultsink.pipelines.command.Unrepeated;
import io.resultsink.pipelines.command.VersionsCommand;
import io.resultsink.pipelines.launch.CommandContext;
import io.resultsink.pipelines.launch.ExitCode;
import io.resultsink.pipelines.launch.Failure;
import io.resultsink.pipelines.launch.Home;
import io.resultsink.pipelines.launch.Logs;
import io.resultsink.pipelines.print.Printable;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;

/**
 * The command {@code pgresult}, which runs queries and publishes their results as PostgreSQL
 * tables.
 */
@Command(
    name = "pgresult",
    versionProvider = Version.class,
    header = "Publish the results of queries as PostgreSQL tables, atomically and exactly once.",
    customSynopsis = "pgresult COMMAND ...",
    footer = {
      "",
      "A first try:",
      "  pgresult samples samples",
      "  pgresult query -d samples \"SELECT * FROM www_access LIMIT 5\"",
      "  pgresult query --help",
      "",
      "Results go to standard output, progress and errors to standard error. Logs are files in",
      "PGRESULT_HOME/logs (~/.pgresult/logs); --verbose shows them.",
      "",
      "Exit codes: 0 done, 1 a run failed or a database is out of reach, 2 wrong use,",
      "3 refused by the preflight, 130 interrupted."
    })
public final class Main {

  private static final int PAGE_WIDTH = 92;
  private static final String SCHED = "sched";

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      description = "this page")
  private boolean help;

  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "the version")
  private boolean version;

  @Option(
      names = "--verbose",
      scope = ScopeType.INHERIT,
      description = "show the logs of Beam and the runner")
  void verbose(boolean verbose) {
    if (verbose) {
      Logs.onTerminal();
    }
  }

  /** Runs a command and ends the process. */
  public static void main(String[] arguments) {
    String logFile = Logs.toFile(Home.folder());
    boolean interactive = System.console() != null && System.getenv("TERM") != null;
    int exitCode =
        execute(
            LauncherArguments.orElse(arguments),
            logFile,
            options ->
                new CommandContext(
                    System.in, System.out, System.err, interactive, Home.folder(), options));
    System.out.flush();
    System.exit(exitCode);
  }

  /** Returns the context of a command, once its Beam options are known. */
  interface World {
    CommandContext with(List<String> beamOptions);
  }

  /** Runs a command; the arguments after {@code --} are Beam's options. */
  static int execute(String[] arguments, String logFile, World world) {
    int end = Arrays.asList(arguments).indexOf("--");
    List<String> all = Arrays.asList(arguments);
    List<String> own = end < 0 ? all : all.subList(0, end);
    List<String> beam = end < 0 ? List.of() : all.subList(end + 1, all.size());
    CommandContext context = world.with(beam);
    try {
      return commandLine(logFile, context, own).execute(own.toArray(String[]::new));
    } catch (Error e) {
      return failed(e, logFile, context);
    }
  }

  private static CommandLine commandLine(
      String logFile, CommandContext context, List<String> arguments) {
    CommandLine commands = new CommandLine(new Main());
    Map<String, Object> all = commands(context);
    // Reading the options of all commands takes longer than some commands.
    Optional<String> named = arguments.stream().dropWhile("--verbose"::equals).findFirst();
    named
        .map(all::get)
        .map(List::of)
        .orElseGet(() -> List.copyOf(all.values()))
        .forEach(commands::addSubcommand);
    CommandLine sched = commands.getSubcommands().get(SCHED);
    if (sched != null) {
      sched.addSubcommand(new SchedRunCommand(context));
    }
    return commands
        .setOut(new PrintWriter(context.out(), true))
        .setErr(new PrintWriter(context.err(), true))
        .setUsageHelpWidth(PAGE_WIDTH)
        .setUsageHelpLongOptionsMaxWidth(28)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setParameterExceptionHandler(Main::wrongUse)
        .setExecutionExceptionHandler(
            (exception, command, parsed) -> failed(exception, logFile, context));
  }

  /** Returns all commands by name, in the order in which help lists them. */
  private static Map<String, Object> commands(CommandContext context) {
    Map<String, Object> all = new LinkedHashMap<>();
    for (Object command :
        List.of(
            new QueryCommand(context),
            new ShowCommand(context),
            new VersionsCommand(context),
            new UndoCommand(context),
            new CleanCommand(context),
            new ResultCommand(context),
            new SchedCommand(context),
            new ServeCommand(context),
            new ExampleCommand(context),
            new SamplesCommand(context),
            new EmbeddedCommand(context))) {
      all.put(command.getClass().getAnnotation(Command.class).name(), command);
    }
    return all;
  }

  private static int wrongUse(ParameterException exception, String[] arguments) {
    CommandLine command = exception.getCommandLine();
    command.getErr().println("error: " + Printable.text(Unrepeated.message(exception, arguments)));
    command.getErr().println("see " + command.getCommandSpec().qualifiedName() + " --help");
    return ExitCode.USAGE;
  }

  private static int failed(Throwable exception, String logFile, CommandContext context) {
    Logger log = LoggerFactory.getLogger(Main.class);
    Failure failure = Failure.of(exception);
    if (failure.expected()) {
      log.info("failed with exit code {}", failure.exitCode(), exception);
    } else {
      log.error("failed", exception);
    }
    context.note("error: " + failure.message());
    if (!failure.expected()) {
      context.note("  the log has more: " + logFile);
    }
    return failure.exitCode();
  }
}
