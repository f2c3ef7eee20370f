package io.resultsink.postgres.testing;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.equalTo;

import io.resultsink.postgres.PostgresResultSink;
import io.resultsink.postgres.failure.ResultSinkException;
import java.util.List;
import java.util.function.Supplier;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.Row;

/** Writes that must fail and leave the database as it was. */
public final class Refusals {

  private Refusals() {}

  /** Expects a refusal before anything is written: no staging table, no ledger, nothing. */
  public static ResultSinkException refused(
      TestDatabase database, PTransform<PBegin, PCollection<Row>> rows, PostgresResultSink sink) {
    List<String> before = Fingerprint.of(database);
    ResultSinkException failure = Runners.DIRECT.failure(rows, sink);
    database.awaitNoWork();
    assertThat(
        "the database after: " + failure.getMessage(), Fingerprint.of(database), equalTo(before));
    return failure;
  }

  /** As {@link #refused}, for a few rows of {@link SampleRows}. */
  public static ResultSinkException refused(TestDatabase database, PostgresResultSink sink) {
    return refused(database, SampleRows.many(3), sink);
  }

  /** Expects a refusal as soon as the sink is made, without a pipeline. */
  public static ResultSinkException refusedWhenBuilt(Supplier<PostgresResultSink> sink) {
    PostgresResultSink made;
    try {
      made = sink.get();
    } catch (RuntimeException e) {
      return Failures.rootSinkFailure(e);
    }
    throw new AssertionError("made, and should have been refused: " + made);
  }

  /** Expects a failure on the way: only what the next attempt may use is left. */
  public static ResultSinkException failed(
      TestDatabase database, PTransform<PBegin, PCollection<Row>> rows, PostgresResultSink sink) {
    List<String> before = Fingerprint.withoutStaging(database);
    ResultSinkException failure = Runners.DIRECT.failure(rows, sink);
    database.awaitNoWork();
    assertThat(
        "the database after: " + failure.getMessage(),
        Fingerprint.withoutStaging(database),
        equalTo(before));
    assertThat("ledger rows", database.ledgerRows(), equalTo(0L));
    return failure;
  }
}
