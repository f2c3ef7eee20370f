package io.resultsink.pipelines.benchmark;

import io.resultsink.postgres.testing.TestDatabase;
import java.math.BigDecimal;
import java.util.List;

/**
 * The content of a table: its number of rows, and the sum of a hash of each, which does not depend
 * on their order.
 */
record TableContent(BigDecimal rows, BigDecimal hash) {

  /** Returns the content of a table, or of a query in brackets. */
  static TableContent of(TestDatabase database, String from) {
    List<String> found =
        database
            .rows(
                "SELECT count(*), coalesce(sum(hash_record_extended(t, 0)::numeric), 0) FROM "
                    + from
                    + " AS t")
            .get(0);
    return new TableContent(new BigDecimal(found.get(0)), new BigDecimal(found.get(1)));
  }

  TableContent plus(TableContent other) {
    return new TableContent(rows.add(other.rows), hash.add(other.hash));
  }

  /** The same rows so many times. */
  TableContent times(long count) {
    BigDecimal factor = BigDecimal.valueOf(count);
    return new TableContent(rows.multiply(factor), hash.multiply(factor));
  }

  /** Fails when a table has anything else. */
  void requireIn(TestDatabase database, String table) {
    TableContent found = of(database, table);
    if (!found.equals(this)) {
      throw new IllegalStateException(
          table
              + " should have "
              + this
              + " and has "
              + found
              + "; what was timed did not write it");
    }
  }
}
