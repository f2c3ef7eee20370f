package io.resultsink.postgres.internal.publish;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.resultsink.postgres.failure.DatabaseUnavailableException;
import io.resultsink.postgres.failure.IncompatibleTableException;
import io.resultsink.postgres.failure.PublishFailedException;
import io.resultsink.postgres.failure.ResultSinkException.Remedy;
import io.resultsink.postgres.internal.publish.PublishState.Verdict;
import io.resultsink.postgres.internal.session.Conflict;
import io.resultsink.postgres.internal.session.ServerProcess;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The table of a publish's states: progress and SQLSTATE decide what comes next. */
class PublishStateTest {

  private static final Duration RECONNECT = Duration.ofSeconds(60);
  private static final ServerProcess PROCESS = new ServerProcess(7, "then");

  /** System.nanoTime() may overflow within the time that a server may be away. */
  private static final long NOW = Long.MAX_VALUE - 5;

  private static final long LATE = NOW + RECONNECT.plusSeconds(1).toNanos();

  private final PublishState first = PublishState.first(NOW, RECONNECT);

  /** One failed attempt: the verdict in time, and when neither time nor patience is left. */
  @ParameterizedTest
  @CsvSource({
    "NOT_REACHED, 08001, RETRY, FAIL",
    "NOT_REACHED, 57P03, RETRY, FAIL",
    "NOT_REACHED, 55P03, RETRY, FAIL",
    "NOT_REACHED, 42501, FAIL,  FAIL",
    "BEGUN,       08006, RETRY, RETRY",
    "BEGUN,       57P01, RETRY, RETRY",
    "BEGUN,       25P03, RETRY, RETRY",
    "BEGUN,       ,      RETRY, RETRY",
    "BEGUN,       40001, RETRY, FAIL",
    "BEGUN,       40P01, RETRY, FAIL",
    "BEGUN,       55P03, RETRY, FAIL",
    "BEGUN,       42P01, RETRY, FAIL",
    "BEGUN,       42P07, RETRY, FAIL",
    "BEGUN,       23505, FAIL,  FAIL",
    "BEGUN,       42501, FAIL,  FAIL",
    "CLAIMED,     08006, RETRY, RETRY",
    "CLAIMED,     40001, RETRY, FAIL",
    "CLAIMED,     42P07, RETRY, FAIL",
    "CLAIMED,     22003, FAIL,  FAIL",
    "CLAIMED,     53100, FAIL,  FAIL",
    "CLAIMED,     XX000, FAIL,  FAIL",
    "COMMIT_SENT, 08006, RETRY, RETRY",
    "COMMIT_SENT, 57P01, RETRY, RETRY",
    "COMMIT_SENT, 40001, RETRY, FAIL",
    "COMMIT_SENT, 23503, FAIL,  FAIL",
  })
  void oneFailure(Progress progress, String state, Verdict inTime, Verdict late) {
    AttemptFailed failed = failed(progress, state);
    assertThat(first.after(failed, NOW, RECONNECT).verdict(failed, true, NOW), is(inTime));
    assertThat(first.after(failed, LATE, RECONNECT).verdict(failed, false, LATE), is(late));
  }

  /** The same when an earlier COMMIT is in doubt: only a free ledger row settles it. */
  @ParameterizedTest
  @CsvSource({
    "NOT_REACHED, 08001, UNKNOWN",
    "BEGUN,       40001, UNKNOWN",
    "BEGUN,       42501, UNKNOWN",
    "CLAIMED,     40001, FAIL",
    "CLAIMED,     22003, FAIL",
    "COMMIT_SENT, 40001, FAIL",
    "COMMIT_SENT, 23503, FAIL",
  })
  void aFailureAfterALostCommit(Progress progress, String state, Verdict verdict) {
    PublishState inDoubt = first.after(failed(Progress.COMMIT_SENT, "08006"), NOW, RECONNECT);
    assertThat(inDoubt.inDoubt(), is(true));
    AttemptFailed failed = failed(progress, state);
    assertThat(inDoubt.after(failed, LATE, RECONNECT).verdict(failed, false, LATE), is(verdict));
  }

  @Test
  void onlyALostAnswerLeavesACommitInDoubt() {
    assertThat(inDoubtAfter(Progress.COMMIT_SENT, "08006"), is(true));
    assertThat(inDoubtAfter(Progress.COMMIT_SENT, "40001"), is(false));
    assertThat(inDoubtAfter(Progress.CLAIMED, "08006"), is(false));
  }

  private boolean inDoubtAfter(Progress progress, String state) {
    return first.after(failed(progress, state), NOW, RECONNECT).inDoubt();
  }

  @Test
  void aLostProcessIsEndedOnceTheServerIsReached() {
    PublishState lost = first.after(failed(Progress.COMMIT_SENT, "08006"), NOW, RECONNECT);
    PublishState away = lost.after(failed(Progress.NOT_REACHED, "08001"), NOW, RECONNECT);
    assertThat(away.lost(), equalTo(PROCESS));
    AttemptFailed conflict =
        new AttemptFailed(new SQLException("met", "40001"), Progress.BEGUN, null);
    assertThat(away.after(conflict, NOW, RECONNECT).lost(), is(nullValue()));
  }

  @Test
  void attemptsEnd() {
    List<Exception> causes =
        List.of(
            new SQLException("met", "40001"),
            new SQLException("lost", "08006"),
            new Conflict("gone"));
    for (Exception cause : causes) {
      AttemptFailed failed = new AttemptFailed(cause, Progress.CLAIMED, null);
      PublishState publish = first;
      for (int i = 1; i < PublishState.ATTEMPTS; i++) {
        publish = publish.after(failed, NOW, RECONNECT);
        assertThat(publish.verdict(failed, true, NOW), is(Verdict.RETRY));
      }
      publish = publish.after(failed, NOW, RECONNECT);
      assertThat(cause.toString(), publish.verdict(failed, true, NOW), is(Verdict.FAIL));
    }
  }

  /** The decisions that are no error of PostgreSQL's: their type decides. */
  @ParameterizedTest
  @MethodSource("decisions")
  void aDecisionOfOurOwn(
      RuntimeException cause, Progress progress, Verdict inTime, Verdict late, Verdict doubtful) {
    AttemptFailed failed = new AttemptFailed(cause, progress, null);
    assertThat(first.after(failed, NOW, RECONNECT).verdict(failed, true, NOW), is(inTime));
    assertThat(first.after(failed, LATE, RECONNECT).verdict(failed, false, LATE), is(late));
    PublishState inDoubt = first.after(failed(Progress.COMMIT_SENT, "08006"), NOW, RECONNECT);
    assertThat(inDoubt.after(failed, LATE, RECONNECT).verdict(failed, false, LATE), is(doubtful));
  }

  static Stream<Arguments> decisions() {
    Conflict conflict = new Conflict("gone");
    RuntimeException away = new DatabaseUnavailableException("away", Remedy.RETRY, null, null);
    RuntimeException unknown =
        new DatabaseUnavailableException("who?", Remedy.FIX_CONFIGURATION, null, null);
    RuntimeException refused = new PublishFailedException("refused", Remedy.RETRY, null, null);
    RuntimeException untrusted = new IncompatibleTableException("table", List.of("of others"));
    RuntimeException mistake = new IllegalStateException("a mistake of ours");
    return Stream.of(
        arguments(conflict, Progress.BEGUN, Verdict.RETRY, Verdict.FAIL, Verdict.UNKNOWN),
        arguments(conflict, Progress.CLAIMED, Verdict.RETRY, Verdict.FAIL, Verdict.FAIL),
        arguments(away, Progress.NOT_REACHED, Verdict.RETRY, Verdict.FAIL, Verdict.UNKNOWN),
        arguments(unknown, Progress.NOT_REACHED, Verdict.FAIL, Verdict.FAIL, Verdict.UNKNOWN),
        arguments(refused, Progress.CLAIMED, Verdict.FAIL, Verdict.FAIL, Verdict.FAIL),
        arguments(untrusted, Progress.BEGUN, Verdict.FAIL, Verdict.FAIL, Verdict.UNKNOWN),
        arguments(mistake, Progress.BEGUN, Verdict.FAIL, Verdict.FAIL, Verdict.UNKNOWN),
        arguments(mistake, Progress.CLAIMED, Verdict.FAIL, Verdict.FAIL, Verdict.FAIL));
  }

  private static AttemptFailed failed(Progress progress, String state) {
    ServerProcess process = progress == Progress.NOT_REACHED ? null : PROCESS;
    return new AttemptFailed(new SQLException("failed", state), progress, process);
  }
}
