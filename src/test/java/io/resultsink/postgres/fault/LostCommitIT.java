package io.resultsink.postgres.fault;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.is;

import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.report.ResultSummary;
import io.resultsink.postgres.testing.PostgresProxy;
import io.resultsink.postgres.testing.PostgresProxy.Fault;
import io.resultsink.postgres.testing.PostgresProxy.Rule;
import io.resultsink.postgres.testing.Runners;
import io.resultsink.postgres.testing.SampleRows;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestTable;
import java.util.function.Function;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The connection dies around COMMIT: the ledger knows what became of it. */
@Tag("attack")
class LostCommitIT {

  private static final long ROWS = 2_000;

  /** The UPDATE before it is of the ledger; what follows is the publish's COMMIT. */
  private static final String RECORDING = "UPDATE .*result_sink_ledger";

  @RegisterExtension final TestDatabase database = new TestDatabase().behindProxy();

  private final PostgresProxy network = database.network();

  @ParameterizedTest
  @EnumSource(WriteMode.class)
  void aCommitWhoseReplyIsLostIsFoundInTheLedger(WriteMode mode) {
    assertPublishedOnceWhen(Rule::swallowReply, mode);
  }

  @ParameterizedTest
  @EnumSource(WriteMode.class)
  void aCommitThatNeverArrivedIsMadeAgain(WriteMode mode) {
    assertPublishedOnceWhen(Rule::cut, mode);
  }

  private void assertPublishedOnceWhen(Function<Rule, Fault> commit, WriteMode mode) {
    TestTable table = TestTable.missing(database, "Lost");
    Fault[] lost = new Fault[1];
    network.when(RECORDING).first(() -> lost[0] = commit.apply(network.when("^COMMIT")));
    ResultSummary summary = Runners.DIRECT.publish(SampleRows.many(ROWS), table.sink(mode));
    assertThat(lost[0].met(), equalTo(1));
    assertThat(summary.alreadyPublished(), is(false));
    assertThat(table.difference(SampleRows.COLUMNS, SampleRows.sql(ROWS)), is(empty()));
    assertThat(database.ledgerRows(), equalTo(1L));
    database.assertNothingStaged();
  }

  /** The server is away since the loss, not since the publish began. */
  @Tag("torture")
  @ParameterizedTest
  @EnumSource(value = WriteMode.class, names = "APPEND")
  void aLongPublishWhoseReplyIsLostIsFoundInTheLedger(WriteMode mode) {
    TestTable table = TestTable.create(database, "Long", "id bigint, name text, score float8");
    database.execute(
        "CREATE FUNCTION results.slow() RETURNS trigger LANGUAGE plpgsql AS"
            + " 'BEGIN PERFORM pg_sleep(62); RETURN NULL; END'",
        "CREATE TRIGGER slow BEFORE INSERT ON "
            + table.quoted()
            + " FOR EACH STATEMENT EXECUTE FUNCTION results.slow()");
    network.when(RECORDING).first(() -> network.when("^COMMIT").swallowReply());
    ResultSummary summary = Runners.DIRECT.publish(SampleRows.many(ROWS), table.sink(mode));
    assertThat(summary.alreadyPublished(), is(false));
    assertThat(table.difference(SampleRows.COLUMNS, SampleRows.sql(ROWS)), is(empty()));
    assertThat(database.ledgerRows(), equalTo(1L));
  }
}
