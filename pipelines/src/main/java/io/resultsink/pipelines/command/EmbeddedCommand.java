package io.resultsink.pipelines.command;

import io.resultsink.pipelines.embedded.Address;
import io.resultsink.pipelines.embedded.EmbeddedServer;
import io.resultsink.pipelines.embedded.ServerStatus;
import io.resultsink.pipelines.launch.CommandContext;
import io.resultsink.pipelines.launch.ExitCode;
import java.util.Optional;
import org.apache.beam.sdk.annotations.Internal;
import picocli.CommandLine.Command;

/** The command {@code pgresult embedded}. */
@Internal
@Command(
    name = "embedded",
    header = "Start, stop or show an embedded PostgreSQL, for trying out.",
    synopsisSubcommandLabel = "COMMAND",
    description = {
      "",
      "A real PostgreSQL, on this machine only, with its data under PGRESULT_HOME. A command",
      "that names embedded:table starts it. It runs until it is stopped, so that psql and",
      "BI tools can connect. It is for trying out: not tuned, not backed up.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  pgresult embedded start",
      "  psql \"$(pgresult embedded url)\"",
      "  pgresult embedded stop",
      "",
      "PGRESULT_PORT sets its port when it is started; the default is 54320."
    })
public final class EmbeddedCommand {

  private final CommandContext context;

  /** Creates the command in {@code context}. */
  public EmbeddedCommand(CommandContext context) {
    this.context = context;
  }

  private EmbeddedServer server() {
    return EmbeddedServer.home(context.home());
  }

  @Command(name = "start", header = "Start it, unless it runs.")
  int start() {
    Address address = server().start();
    context.say("running at " + address.url());
    context.note("for trying out only; its password is in " + address.passwordFile());
    return ExitCode.DONE;
  }

  @Command(name = "stop", header = "Stop it; its data are kept.")
  int stop() {
    boolean stopped = server().stop();
    context.say(stopped ? "stopped; its data are kept" : "it did not run");
    return ExitCode.DONE;
  }

  @Command(name = "status", header = "Show whether it runs, and where its data are.")
  int status() {
    ServerStatus status = server().status();
    Optional<Address> running = status.address();
    context.say(running.map(at -> "running at " + at.url()).orElse("not running"));
    String data = status.major() == null ? "none yet" : "of PostgreSQL " + status.major();
    context.say("data " + data + ", " + status.data());
    return ExitCode.DONE;
  }

  @Command(
      name = "url",
      header = "Print its URL for psql and others; start it first if necessary.",
      description = {
        "The URL names the file with the password. It makes psql refuse any other program on",
        "the port (require_auth), unless the psql of this machine is older than 16."
      })
  int url() {
    int psql = PsqlVersion.major().orElse(PsqlVersion.NEWEST);
    context.say(server().start().libpqUrl(psql));
    return ExitCode.DONE;
  }
}
