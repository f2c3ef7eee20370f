package io.resultsink.postgres.reader;

import static java.util.concurrent.CompletableFuture.supplyAsync;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.is;

import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.report.ResultSummary;
import io.resultsink.postgres.testing.LockWaits;
import io.resultsink.postgres.testing.SampleRows;
import io.resultsink.postgres.testing.Steps;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestTable;
import java.sql.Connection;
import java.sql.Statement;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A GRANT that commits in the very moment in which a swap waits for its row of the catalog. */
@Tag("attack")
class OpenGrantIT {

  private static final long ROWS = 20;

  @RegisterExtension final TestDatabase database = new TestDatabase().behindProxy();

  /** Until PostgreSQL 17 the server then says XX000, "tuple concurrently updated". */
  @Test
  void costsTheSwapAnAttemptAndIsKept() throws Exception {
    TestTable orders =
        TestTable.create(database, "Orders", "id bigint, name text, score double precision");
    database.network().rewrite("SET LOCAL lock_timeout TO", sql -> "SET LOCAL lock_timeout TO 0");
    try (Connection grantor = database.superuser();
        Statement statement = grantor.createStatement();
        Steps run = new Steps(orders.target(WriteMode.REPLACE))) {
      grantor.setAutoCommit(false);
      statement.execute("GRANT SELECT ON " + orders.quoted() + " TO reader");
      CompletableFuture<ResultSummary> publish = supplyAsync(() -> run.run(ROWS));
      LockWaits.awaitWaiting(database, publish);
      grantor.commit();
      publish.get(60, TimeUnit.SECONDS);
    }
    assertThat(orders.difference(SampleRows.COLUMNS, SampleRows.sql(ROWS)), is(empty()));
    assertThat(
        database.value("SELECT has_table_privilege('reader', ?, 'SELECT')", orders.quoted()),
        equalTo("t"));
  }
}
