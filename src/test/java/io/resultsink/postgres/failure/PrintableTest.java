package io.resultsink.postgres.failure;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.destination.TableName;
import io.resultsink.postgres.failure.ResultSinkException.Remedy;
import io.resultsink.postgres.internal.catalog.ResolvedTarget;
import io.resultsink.postgres.internal.session.ConnectionSource;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Names of tables, columns and roles may hold anything; a log line and a terminal may not. */
class PrintableTest {

  private static final String FORGING = "a\nERROR\r\u001b]0;x\u0007\u0085\u2028\u202eb";
  private static final String SHOWN = "a\\nERROR\\r\\u001b]0;x\\u0007\\u0085\\u2028\\u202eb";

  @Test
  void textIsShownAsItIs() {
    for (String text : List.of("", "a", "tab\\le", "\u00e9\ud83d\ude00 \u3042", "'\"`$")) {
      assertThat(Printable.of(text), is(text));
    }
  }

  @Test
  void whatWouldActIsShownEscaped() {
    assertThat(Printable.of(FORGING), is(SHOWN));
    assertThat(new TableName(FORGING, FORGING).toString(), is(SHOWN + "." + SHOWN));
    assertThat(
        new ResolvedTarget(FORGING, new TableName("s", "t"), "s").toString(), is(SHOWN + ".s.t"));
    assertThat(
        ConnectionSource.of(PostgresTarget.parse("postgresql://h/d%0Ae/t")).toString(),
        is("h:5432/d\\ne"));
  }

  @Test
  void eachProblemIsALineOfItsOwn() {
    assertThat(
        new IncompatibleTableException("2 reasons", List.of(FORGING, "c")).getMessage(),
        is("2 reasons\n  " + SHOWN + "\n  c"));
    assertThat(new InvalidTargetException(List.of(FORGING, "c")).getMessage(), is(SHOWN + "\nc"));
  }

  @Test
  void aColumnIsNamedInOneLine() {
    assertThat(
        new UnencodableValueException(FORGING, FORGING, "no").getMessage(),
        is(
            "a value does not fit column %1$s (%1$s): no; the target is untouched"
                .formatted(SHOWN)));
  }

  @Test
  void aMessageKeepsItsLinesAndNothingElseThatActs() {
    assertThat(
        new StagingFailedException("a\n  b\u001b[2J", Remedy.RETRY, null, null).getMessage(),
        is("a\n  b\\u001b[2J"));
  }
}
