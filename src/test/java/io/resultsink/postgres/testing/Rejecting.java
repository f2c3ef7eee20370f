package io.resultsink.postgres.testing;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;

import java.util.Optional;
import org.apache.beam.sdk.values.Row;

/**
 * A place for rows that do not fit, for tests that know nothing of them: with {@code
 * -Dattack.rejects=true}, sinks into a {@link TestTable} have one, and bundles of {@link Steps} a
 * row for it. What a test expects of its own rows holds all the same.
 */
final class Rejecting {

  private static final boolean ON = Boolean.getBoolean("attack.rejects");

  private static final String TABLE = TestDatabase.SCHEMA + ".result_sink_rejects";

  private Rejecting() {}

  static String andRejects(String options) {
    return ON && !options.contains("rejects=") ? options + "&rejects=result_sink_rejects" : options;
  }

  /** A row that fits no table, beside the rows with ids from one on. */
  static Optional<Row> rowBeside(long from) {
    return ON ? Optional.of(SampleRows.bad(-1_000_000 - from)) : Optional.empty();
  }

  /** The table has each row of each run once, and as many as the ledger says. */
  static void requireEachOnce(TestDatabase database) {
    String there = "SELECT to_regclass('%s') IS NOT NULL AND to_regclass('%s.%s') IS NOT NULL";
    if (!ON
        || database
            .value(there.formatted(TABLE, TestDatabase.SCHEMA, TestDatabase.LEDGER))
            .equals("f")) {
      return;
    }
    assertThat(
        "rejected twice",
        database.rows(
            "SELECT run_id, target_table, row_json FROM "
                + TABLE
                + " GROUP BY 1, 2, 3 HAVING count(*) > 1"),
        is(empty()));
    assertThat(
        "rejected, by the ledger and by the table",
        database.rows(
            """
            SELECT run_id, target_table, rejected, kept
              FROM (SELECT run_id, target_table, (summary ->> 'rejected')::int AS rejected
                      FROM %s.%s) AS published
              FULL JOIN (SELECT run_id, target_table, count(*) AS kept
                           FROM %s GROUP BY 1, 2) AS kept USING (run_id, target_table)
             WHERE coalesce(rejected, 0) <> coalesce(kept, 0)
            """
                .formatted(TestDatabase.SCHEMA, TestDatabase.LEDGER, TABLE)),
        is(empty()));
  }
}
