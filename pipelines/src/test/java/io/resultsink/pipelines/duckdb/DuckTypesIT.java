package io.resultsink.pipelines.duckdb;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import io.resultsink.pipelines.engine.ReadQuery;
import io.resultsink.postgres.PostgresResultSink;
import io.resultsink.postgres.testing.Runners;
import io.resultsink.postgres.testing.TestDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import org.apache.beam.sdk.Pipeline;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Types that Java has no exact value for, published. */
class DuckTypesIT {

  @RegisterExtension final TestDatabase database = new TestDatabase();

  @TempDir Path folder;

  @Test
  void intervalsTimesWithAZoneAndBitsArriveAsTheyAre() throws Exception {
    FolderQueries queries = new FolderQueries(folder);
    queries.write("t.csv", "a\n1\n");
    try (Connection superuser = database.superuser();
        Statement statement = superuser.createStatement()) {
      statement.execute("ALTER DATABASE postgres SET IntervalStyle = sql_standard");
      try {
        publish(queries);
      } finally {
        statement.execute("ALTER DATABASE postgres RESET IntervalStyle");
      }
      statement.execute("SET IntervalStyle = postgres");
      try (ResultSet row =
          statement.executeQuery(
              "SELECT row_to_json(t)::text, pg_typeof(i), pg_typeof(z), pg_typeof(b),"
                  + " pg_typeof(l), pg_typeof(n) FROM results.t AS t")) {
        row.next();
        assertThat(
            row.getString(1),
            is(
                "{\"i\":\"-1 years -2 mons +3 days 04:05:06.000007\","
                    + "\"h\":\"2562047788:00:54.775807\",\"m\":\"-178956970 years -8 mons\","
                    + "\"z\":\"23:59:59.999999-15:59\",\"d\":\"24:00:00+00\",\"b\":\"0101\","
                    + "\"l\":[\"-1 mons +2 days\",null],\"n\":[[\"1\"],[\"0\"]],\"e\":[]}"));
        assertThat(row.getString(2), is("interval"));
        assertThat(row.getString(3), is("time with time zone"));
        assertThat(row.getString(4), is("bit varying"));
        assertThat(row.getString(5), is("interval[]"));
        assertThat(row.getString(6), is("bit varying[]"));
      }
    }
  }

  private void publish(FolderQueries queries) {
    DuckQuery query =
        queries.prepare(
            """
            SELECT INTERVAL '-1 year -2 months 3 days 04:05:06.000007' AS i,
              to_microseconds(9223372036854775807) AS h,
              to_months(-2147483647) - INTERVAL 1 MONTH AS m,
              TIMETZ '23:59:59.999999-15:59' AS z, TIMETZ '24:00:00+00' AS d, '0101'::BIT AS b,
              [INTERVAL '-1 month 2 days', NULL] AS l, [['1'::BIT], ['0'::BIT]] AS n,
              []::INTERVAL[] AS e\
            """);
    Pipeline pipeline = Pipeline.create(Runners.DIRECT.options());
    pipeline
        .apply(ReadQuery.of(query, "DuckDB"))
        .apply(PostgresResultSink.to(database.url("t?mode=replace")));
    pipeline.run().waitUntilFinish();
  }
}
