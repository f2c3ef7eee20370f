package io.resultsink.postgres;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.hasItem;

import io.resultsink.postgres.column.ColumnTypes;
import io.resultsink.postgres.destination.ConnectionProperties;
import io.resultsink.postgres.destination.LibpqParameter;
import io.resultsink.postgres.destination.SinkOption;
import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.load.Ledger;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The README says what the code does. */
class ReadmeTest {

  private final String readme = read();

  private static String read() {
    try {
      return Files.readString(Path.of(System.getProperty("project.top"), "README.md"));
    } catch (IOException e) {
      throw new IllegalStateException("the README is at the top of the project", e);
    }
  }

  @Test
  void itsTableOfOptionsIsTheListOfOptions() {
    assertThat(
        readme,
        containsString(
            table(
                List.of("option", "values", "default", "meaning"),
                Arrays.stream(SinkOption.values())
                    .map(
                        option ->
                            List.of(
                                "`" + option.option() + "`",
                                option.acceptedValues(),
                                option.defaultText(),
                                option.meaning()))
                    .toList())));
  }

  @Test
  void itsTableOfTypesIsTheTableOfTypes() {
    assertThat(
        readme,
        containsString(
            table(
                List.of("Beam", "column of a new table", "existing columns that take it too"),
                ColumnTypes.documented().stream()
                    .map(
                        row ->
                            List.of(
                                row.beamTypes(), "`" + row.createdAs() + "`", row.alsoAcceptedBy()))
                    .toList())));
  }

  @Test
  void itNamesEveryMode() {
    for (WriteMode mode : WriteMode.values()) {
      assertThat(readme, containsString("`mode=" + mode.option() + "`"));
    }
  }

  @Test
  void itListsTheConnectionProperties() {
    assertThat(
        readme,
        containsString(
            ConnectionProperties.names().stream()
                .map(name -> "`" + name + "`")
                .collect(Collectors.joining(", "))));
  }

  @Test
  void itListsTheParametersOfLibpq() {
    assertThat(
        readme,
        containsString(
            LibpqParameter.taken().stream()
                .map(name -> "`" + name + "`")
                .collect(Collectors.joining(", "))));
  }

  @Test
  void itShowsTheLedgersDefinition() {
    List<String> lines = readme.lines().map(String::strip).toList();
    Ledger.in("shop")
        .definition()
        .replace("\"", "")
        .lines()
        .map(String::strip)
        .forEach(line -> assertThat(lines, hasItem(line.equals(")") ? ");" : line)));
  }

  private static String table(List<String> header, List<List<String>> rows) {
    StringBuilder table = new StringBuilder(row(header));
    table.append("| --- ".repeat(header.size())).append("|\n");
    rows.forEach(row -> table.append(row(row)));
    return table.toString();
  }

  private static String row(List<String> cells) {
    return cells.stream()
        .map(cell -> cell.replace("|", "\\|"))
        .collect(Collectors.joining(" | ", "| ", " |\n"));
  }
}
