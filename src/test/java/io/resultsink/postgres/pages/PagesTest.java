package io.resultsink.postgres.pages;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.lessThanOrEqualTo;

import io.resultsink.postgres.destination.ConnectionProperties;
import io.resultsink.postgres.destination.LibpqParameter;
import io.resultsink.postgres.destination.SinkOption;
import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.failure.ResultSinkException;
import io.resultsink.postgres.internal.column.ColumnTypes;
import io.resultsink.postgres.internal.ledger.Ledger;
import io.resultsink.postgres.internal.metrics.SinkMetrics;
import io.resultsink.postgres.testing.Pages;
import java.lang.reflect.Field;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** README and pages, checked against the code that they describe. */
class PagesTest {

  @Test
  void theTableOfOptionsIsTheListOfOptions() {
    assertThat(
        Pages.read("reference/url.md"),
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
  void theTableOfTypesIsTheTableOfTypes() {
    assertThat(
        Pages.read("reference/types.md"),
        containsString(
            table(
                List.of("Beam", "column of a new table", "existing columns that accept it too"),
                ColumnTypes.documented().stream()
                    .map(
                        row ->
                            List.of(
                                row.beamTypes(), "`" + row.createdAs() + "`", row.alsoAcceptedBy()))
                    .toList())));
  }

  @Test
  void theReadmeNamesEveryMode() {
    for (WriteMode mode : WriteMode.values()) {
      assertThat(Pages.readme(), containsString("`mode=" + mode.option() + "`"));
    }
  }

  @Test
  void theConnectionPropertiesAreThoseThatAUrlMayHave() {
    assertThat(
        Pages.read("reference/url.md"),
        containsString(
            ConnectionProperties.names().stream()
                .map(name -> "`" + name + "`")
                .collect(Collectors.joining(", "))));
  }

  @Test
  void theConnectionParametersOfLibpqAreListed() {
    assertThat(
        Pages.read("reference/url.md"),
        containsString(
            LibpqParameter.taken().stream()
                .map(name -> "`" + name + "`")
                .collect(Collectors.joining(", "))));
  }

  @Test
  void theLedgersDefinitionIsTheOneThatTheSinkCreates() {
    List<String> lines = Pages.read("guide/operations.md").lines().map(String::strip).toList();
    Ledger.in("shop")
        .definition()
        .replace("\"", "")
        .lines()
        .map(String::strip)
        .forEach(line -> assertThat(lines, hasItem(line.equals(")") ? ");" : line)));
  }

  @Test
  void everyFailureHasARowWithItsRemedies() {
    String page = Pages.read("reference/errors.md");
    for (Class<?> failure : ResultSinkException.class.getPermittedSubclasses()) {
      assertThat(page, containsString("\n| `" + failure.getSimpleName() + "` | "));
    }
    for (ResultSinkException.Remedy remedy : ResultSinkException.Remedy.values()) {
      assertThat(page, containsString("\n| `" + remedy + "` | "));
    }
  }

  @Test
  void everyMetricIsNamed() throws IllegalAccessException {
    String page = Pages.read("guide/operations.md");
    for (Field constant : SinkMetrics.class.getFields()) {
      assertThat(page, containsString("`" + constant.get(null) + "`"));
    }
  }

  @Test
  void theReadmeIsShort() {
    assertThat(Pages.readme().lines().count(), lessThanOrEqualTo(150L));
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
