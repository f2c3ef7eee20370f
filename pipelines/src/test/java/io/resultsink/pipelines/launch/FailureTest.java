package io.resultsink.pipelines.launch;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import io.resultsink.postgres.failure.IncompatibleTableException;
import io.resultsink.postgres.failure.InvalidTargetException;
import io.resultsink.postgres.failure.PublishFailedException;
import io.resultsink.postgres.failure.ResultSinkException.Remedy;
import java.util.List;
import org.apache.beam.sdk.Pipeline.PipelineExecutionException;
import org.apache.beam.sdk.util.UserCodeException;
import org.apache.flink.util.SerializedThrowable;
import org.junit.jupiter.api.Test;

class FailureTest {

  private static final PublishFailedException PUBLISH_FAILED =
      new PublishFailedException(
          "no lock on public.t", Remedy.RETRY, "55P03", new IllegalStateException("deeper"));

  @Test
  void theSinksFailureIsFoundBelowTheRunners() {
    Throwable thrown =
        new PipelineExecutionException(
            new RuntimeException(UserCodeException.wrap(new RuntimeException(PUBLISH_FAILED))));

    assertThat(Failure.of(thrown), is(new Failure(1, "no lock on public.t", true)));
  }

  @Test
  void aRefusedTargetHasAnExitCodeOfItsOwn() {
    Throwable refused = new IncompatibleTableException("1 column does not fit", List.of("a"));

    assertThat(
        Failure.of(new RuntimeException(refused)),
        is(new Failure(3, "1 column does not fit\n  a", true)));
  }

  @Test
  void aWrongTargetIsWrongUse() {
    assertThat(Failure.of(new InvalidTargetException("mode")), is(new Failure(2, "mode", true)));
  }

  @Test
  void whatFlinkSendsAsTextIsUnderstood() {
    Throwable travelled =
        new RuntimeException("job failed", new SerializedThrowable(PUBLISH_FAILED));

    assertThat(Failure.of(travelled).message(), is("no lock on public.t"));
    assertThat(Failure.of(travelled).exitCode(), is(1));
  }

  @Test
  void anUnknownFailureIsItsRootCause() {
    Throwable thrown =
        new RuntimeException("outer", new java.io.IOException("disk full\nsecond line"));

    assertThat(Failure.of(thrown), is(new Failure(1, "IOException: disk full", false)));
  }

  @Test
  void aFailureThatCausesItselfIsNoLoop() {
    Exception one = new Exception("one");
    Exception other = new Exception("other", one);
    one.initCause(other);

    assertThat(Failure.of(one).message(), is("Exception: other"));
  }
}
