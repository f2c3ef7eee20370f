package io.resultsink.postgres.internal.run;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.resultsink.postgres.failure.InvalidTargetException;
import org.apache.beam.sdk.options.ValueProvider.StaticValueProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Run ids that only a launch supplies are held to the rule of those that a URL gives. */
class RunIdentityTest {

  @Test
  void aLaunchNamesTheRun() {
    assertThat(launched("true of 2026-11-25, \u00e9").runId(), is("true of 2026-11-25, \u00e9"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"a\nb", "a\rb", "a\u001bb", "a\u0085b", "a\u2028b", "a\u2029b", "a\0b"})
  void aRunIdThatWouldForgeLogLinesIsRefused(String runId) {
    InvalidTargetException failure =
        assertThrows(InvalidTargetException.class, () -> launched(runId).runId());
    assertThat(failure.getMessage(), containsString("U+"));
    assertThat(failure.getMessage(), not(containsString(runId)));
  }

  @Test
  void aRunIdThatIsTooLongIsRefused() {
    assertThrows(InvalidTargetException.class, () -> launched("x".repeat(201)).runId());
  }

  private static RunIdentity launched(String runId) {
    return RunIdentity.create(null, StaticValueProvider.of(runId));
  }
}
