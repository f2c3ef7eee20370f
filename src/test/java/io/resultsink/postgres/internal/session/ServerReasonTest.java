package io.resultsink.postgres.internal.session;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.sameInstance;

import io.resultsink.postgres.failure.SqlState;
import io.resultsink.postgres.testing.Failures;
import java.net.SocketException;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.util.PSQLException;
import org.postgresql.util.PSQLState;
import org.postgresql.util.ServerErrorMessage;

/** What the server says beside its sentence quotes values, and is neither shown nor carried on. */
class ServerReasonTest {

  private static final String VALUE = "Zq7";

  /** As a DataSource's connections throw it: with all that the server said. */
  private static PSQLException said(String state, String sentence) {
    return new PSQLException(
        new ServerErrorMessage(
            String.join(
                "\0",
                "SERROR",
                "C" + state,
                "M" + sentence,
                "DKey (id)=(" + VALUE + ") exists.",
                "HPerhaps " + VALUE,
                "WCOPY staging, line 1, column v: \"" + VALUE + "\"",
                "")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"22P02", "22P05", "23505", "57P01", "42P01", "40001", "53100", "XX000"})
  void nothingBesideTheSentenceIsCarriedOn(String state) {
    String sentence = state.startsWith("22") ? "not valid: " + VALUE : "the sentence";
    SQLException failure = said(state, sentence);
    failure.addSuppressed(said("22P02", "not valid: " + VALUE));
    SQLException scrubbed = ServerReason.scrubbed(failure);
    assertThat(Failures.everythingSaid(scrubbed), not(containsString(VALUE)));
    assertThat(scrubbed.getSQLState(), is(state));
    assertThat(scrubbed.getStackTrace(), is(failure.getStackTrace()));
    assertThat(scrubbed.getSuppressed().length, is(1));
  }

  @Test
  void whatAPoolHasWrappedIsCarriedOnUnwrapped() {
    SQLException scrubbed =
        ServerReason.scrubbed(new SQLException("pool: " + VALUE, said("57P01", "ended")));
    assertThat(Failures.everythingSaid(scrubbed), not(containsString(VALUE)));
    assertThat(SqlState.of(scrubbed), is("57P01"));
    assertThat(scrubbed.getMessage(), is("ended"));
  }

  @Test
  void whatTheDriverSaysIsCarriedOnAsItIs() {
    SQLException failure =
        new PSQLException(
            "An I/O error occurred", PSQLState.CONNECTION_FAILURE, new SocketException("reset"));
    assertThat(ServerReason.scrubbed(failure), sameInstance(failure));
  }

  @Test
  void aSentenceIsOneLine() {
    assertThat(
        ServerReason.of(said("42P01", "relation \"a\nb\" does not exist")),
        is("relation \"a\\nb\" does not exist"));
  }
}
