package io.resultsink.pipelines.runner;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.is;

import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.testing.PostgresProxy.Fault;
import io.resultsink.postgres.testing.TestTable;
import io.resultsink.postgres.testing.TestingPostgres;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * TaskManagers die while rows that do not fit are staged, kept and given out: each is there once.
 */
@Tag("torture")
class RejectsOnClusterIT extends BaseClusterIT {

  /** Names of {@link WideRows} have 600 characters behind the id, which has up to 5 digits. */
  private static final int FITTING = 10_000;

  private static final String COLUMNS = "id bigint PRIMARY KEY, name varchar(604), score float8";

  @ParameterizedTest
  @CsvSource({
    "APPEND, INSERT INTO .*results...bad",
    "TRUNCATE, UPDATE .*result_sink_ledger",
    "UPDATE, ^DROP TABLE .*result_sink_[0-9a-f]{32}\"?$",
    "APPEND, ^COPY .*result_sink_[0-9a-f]{32}_r. FROM STDIN",
  })
  void eachRowIsStoredOrRejectedOnce(WriteMode mode, String killedAt) {
    TestTable table = TestTable.create(database, "Ranking", COLUMNS);
    database.executeAs(
        TestingPostgres.SINK, "INSERT INTO " + table.quoted() + " VALUES (-1, 'old', 0)");
    Fault point = network.when(killedAt).stall();
    launched =
        Launch.of(home, input)
            .with("-w", "--rejects", "results.bad")
            .on(cluster, table.url(TestTable.options(mode)));
    launched.whileAlive(killedAt, FlinkCluster.PATIENCE, () -> point.met() > 0);
    cluster.killTaskManager();
    point.release();

    assertThat(launched.err(), launched.exitCode(FlinkCluster.PATIENCE), is(0));
    assertThat(launched.err(), containsString("50,000 rows did not fit"));
    String old = mode == WriteMode.TRUNCATE ? "0" : "1";
    assertThat(
        database.rows(
            "SELECT count(*), count(DISTINCT id), min(id), max(id), count(*) FILTER (WHERE id < 0)"
                + " FROM "
                + table.quoted()),
        equalTo(
            List.of(
                List.of(
                    Integer.toString(FITTING + Integer.parseInt(old)),
                    Integer.toString(FITTING + Integer.parseInt(old)),
                    old.equals("1") ? "-1" : "0",
                    Integer.toString(FITTING - 1),
                    old))));
    assertThat(
        database.rows(
            "SELECT count(*), count(DISTINCT id), min(id), max(id) FROM (SELECT (row_json::json ->>"
                + " 'id')::int AS id FROM results.bad) AS kept"),
        equalTo(
            List.of(
                List.of(
                    Integer.toString(WideRows.ROWS - FITTING),
                    Integer.toString(WideRows.ROWS - FITTING),
                    Integer.toString(FITTING),
                    Integer.toString(WideRows.ROWS - 1)))));
    database.assertNothingStaged();
  }
}
