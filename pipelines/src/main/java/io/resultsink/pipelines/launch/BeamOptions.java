package io.resultsink.pipelines.launch;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.beam.sdk.annotations.Internal;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.jspecify.annotations.Nullable;

/**
 * The Beam pipeline options of a command, with the defaults that suit it.
 *
 * @param runner the runner's simple class name
 * @param local whether the pipeline runs in this process
 */
@Internal
public record BeamOptions(PipelineOptions options, String runner, boolean local) {

  private static final String DIRECT = "DirectRunner";
  private static final String FLINK = "FlinkRunner";

  /**
   * As many threads as source and staging keep busy. One more would not be idle: the runner polls
   * for work in a loop on every free thread, and takes processor time from the others.
   */
  private static final int THREADS = Math.max(2, Runtime.getRuntime().availableProcessors());

  private static final Set<String> FLINK_IN_PROCESS = Set.of("[local]", "[auto]", "[collection]");
  private static final Pattern UNKNOWN = Pattern.compile("missing a property named '(.*?)'(.*)");

  /**
   * Reads the arguments after {@code --}.
   *
   * <p>The DirectRunner's checks of the user's code are off: they are for tests, and cost most of
   * its time. Jobs are submitted to Flink without waiting, because only then can they be cancelled
   * and their metrics be read; pgresult waits itself.
   */
  public static BeamOptions of(List<String> given) {
    String runner = simpleName(value(given, "runner", DIRECT));
    List<String> arguments = new ArrayList<>(given);
    if (runner.equals(DIRECT)) {
      addUnlessGiven(arguments, "enforceImmutability", "false");
      addUnlessGiven(arguments, "enforceEncodability", "false");
      addUnlessGiven(arguments, "blockOnRun", "false");
      addUnlessGiven(arguments, "targetParallelism", Integer.toString(THREADS));
    }
    if (runner.equals(FLINK)) {
      addUnlessGiven(arguments, "attachedMode", "false");
    }
    boolean local =
        runner.equals(DIRECT)
            || runner.equals(FLINK)
                && FLINK_IN_PROCESS.contains(value(given, "flinkMaster", "[auto]"));
    if (given.isEmpty()) {
      KnownOptions.ofDirectRunner();
    } else {
      KnownOptions.all();
    }
    try {
      PipelineOptions options =
          PipelineOptionsFactory.fromArgs(arguments.toArray(String[]::new))
              .withValidation()
              .create();
      return new BeamOptions(options, runner, local);
    } catch (IllegalArgumentException e) {
      throw new UsageException(explain(runner, String.valueOf(e.getMessage())));
    }
  }

  public boolean isDirect() {
    return runner.equals(DIRECT);
  }

  private static String explain(String runner, String message) {
    Matcher unknown = UNKNOWN.matcher(message);
    return unknown.find()
        ? "--%s is not a pipeline option of %s.%s"
            .formatted(unknown.group(1), runner, unknown.group(2).replaceFirst("^\\.", ""))
        : "the pipeline options after -- are wrong: " + message.lines().findFirst().orElse("");
  }

  private static void addUnlessGiven(List<String> arguments, String name, String value) {
    if (find(arguments, name) == null) {
      arguments.add("--" + name + "=" + value);
    }
  }

  private static String value(List<String> arguments, String name, String otherwise) {
    String found = find(arguments, name);
    return found == null ? otherwise : found;
  }

  private static @Nullable String find(List<String> arguments, String name) {
    String prefix = "--" + name + "=";
    return arguments.stream()
        .filter(argument -> argument.startsWith(prefix))
        .map(argument -> argument.substring(prefix.length()))
        .findFirst()
        .orElse(null);
  }

  private static String simpleName(String runner) {
    return runner.substring(runner.lastIndexOf('.') + 1);
  }
}
