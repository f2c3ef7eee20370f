package io.resultsink.pipelines;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.matchesRegex;
import static org.hamcrest.Matchers.not;

import io.resultsink.pipelines.launch.ExitCode;
import io.resultsink.postgres.testing.Pages;
import java.lang.reflect.Field;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The page of the command line, checked against the commands. */
class CommandLinePageTest {

  private static final Path HOME = Path.of("unused");

  private final String page = Pages.read("reference/command-line.md");

  @Test
  void everyCommandHasARow() {
    for (String command : commands()) {
      assertThat(row(command), is(not("")));
    }
  }

  @Test
  void everyCommandBelowAnotherIsInItsRow() {
    for (String command : List.of("result", "sched", "embedded")) {
      for (String below : commands(command)) {
        assertThat(row(command), matchesRegex(".*[ |]" + below + "[\\\\`].*"));
      }
    }
  }

  @Test
  void everyExitCodeHasARow() throws IllegalAccessException {
    for (Field code : ExitCode.class.getFields()) {
      assertThat(page, containsString("\n| " + code.get(null) + " | "));
    }
  }

  private String row(String command) {
    return page.lines()
        .filter(line -> line.matches("\\| `pgresult " + command + "[ `].*"))
        .findFirst()
        .orElse("");
  }

  /** The names of the commands, as the help page lists them. */
  private static List<String> commands(String... arguments) {
    String[] help = Arrays.copyOf(arguments, arguments.length + 1);
    help[arguments.length] = "--help";
    List<String> names =
        CommandLineOutcome.of(HOME, "", help)
            .out()
            .lines()
            .dropWhile(line -> !line.startsWith("Commands:"))
            .skip(1)
            .takeWhile(line -> line.startsWith("  "))
            .filter(line -> line.matches("  [a-z].*"))
            .map(line -> line.strip().split("[ ,]")[0])
            .toList();
    assertThat(names, is(not(empty())));
    return names;
  }
}
