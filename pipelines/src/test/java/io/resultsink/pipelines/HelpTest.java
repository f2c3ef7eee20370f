package io.resultsink.pipelines;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThanOrEqualTo;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HelpTest {

  private static final Path HOME = Path.of("unused");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "query",
        "show",
        "versions",
        "undo",
        "clean",
        "example",
        "samples",
        "embedded",
        "result",
        "sched",
        "serve"
      })
  void everyCommandHasAPageThatFitsATerminal(String command) {
    CommandLineOutcome help = CommandLineOutcome.of(HOME, "", command, "--help");

    assertThat(help.exitCode(), is(0));
    assertThat(help.out(), containsString("pgresult " + command));
    assertThat(help.out(), containsString("Example"));
    help.out().lines().forEach(line -> assertThat(line, line.length(), lessThanOrEqualTo(92)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"list", "show", "history", "create", "update", "pause", "resume", "run", "delete"})
  void everyCommandOfSchedulesHasAPageToo(String command) {
    CommandLineOutcome help = CommandLineOutcome.of(HOME, "", "sched", command, "--help");

    assertThat(help.exitCode(), is(0));
    assertThat(help.out(), containsString("pgresult sched " + command));
    assertThat(help.out(), containsString("--schedules-database"));
    help.out().lines().forEach(line -> assertThat(line, line.length(), lessThanOrEqualTo(92)));
  }

  @Test
  void theFirstPageNamesTheCommandsAndTheExitCodes() {
    CommandLineOutcome help = CommandLineOutcome.of(HOME, "", "--help");

    assertThat(help.out(), containsString("query"));
    assertThat(help.out(), containsString("embedded"));
    assertThat(help.out(), containsString("3 refused by the preflight"));
  }

  @Test
  void theFirstPageNamesAllCommandsWhateverFollows() {
    assertThat(
        CommandLineOutcome.of(HOME, "", "--help", "query").out(),
        is(CommandLineOutcome.of(HOME, "", "--help").out()));
  }

  @Test
  void theVersionSaysWhatItRunsOn() {
    CommandLineOutcome version = CommandLineOutcome.of(HOME, "", "--version");

    assertThat(version.exitCode(), is(0));
    assertThat(version.out(), containsString("Apache Beam 2."));
  }
}
