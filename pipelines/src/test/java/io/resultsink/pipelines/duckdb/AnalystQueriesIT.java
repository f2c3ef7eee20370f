package io.resultsink.pipelines.duckdb;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.resultsink.pipelines.engine.ReadQuery;
import io.resultsink.postgres.PostgresResultSink;
import io.resultsink.postgres.testing.Runners;
import io.resultsink.postgres.testing.TestDatabase;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.Pipeline;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Queries as analysts write them: what is published is what DuckDB itself gives for the same files,
 * asked without us.
 */
class AnalystQueriesIT {

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS);

  /** How a person reads the files in DuckDB. */
  private static final String TABLES =
      """
      CREATE VIEW movies AS FROM read_csv('%1$s/movies.csv');
      CREATE VIEW ratings AS FROM read_csv('%1$s/ratings.csv');
      CREATE VIEW flights AS FROM read_csv('%1$s/flights.csv', header = true);
      CREATE VIEW customers AS
        FROM read_csv('%1$s/customers.csv', delim = ';', types = {'zip': 'VARCHAR'});
      CREATE VIEW orders AS FROM read_csv('%1$s/orders/*.csv');
      CREATE VIEW events AS SELECT *, json_transform(o.json, '"MAP(VARCHAR, VARCHAR)"') AS v
        FROM read_json('%1$s/events.jsonl', sample_size = -1) e
        POSITIONAL JOIN read_json_objects('%1$s/events.jsonl') o;
      SET TimeZone = 'UTC'
      """;

  private static final List<String> QUERIES =
      List.of(
          // Averages, sums and counts.
          "SELECT carrier, avg(delay) AS mean FROM flights GROUP BY carrier",
          "SELECT carrier, sum(delay) AS total, count(delay) AS known, count(*) AS n FROM flights GROUP BY 1",
          "SELECT sum(q) AS s, q::BIGINT * 2 AS twice FROM (VALUES (2000000000::INT), (2000000000)) t(q) GROUP BY q",
          "SELECT count(DISTINCT movieId) AS movies, count(DISTINCT userId) AS users FROM ratings",
          "SELECT origin, dest, count(*) AS n FROM flights GROUP BY ALL HAVING count(*) > 20 ORDER BY n DESC, 1, 2",
          "SELECT sum(amount) AS revenue, avg(amount) AS mean, min(amount), max(amount) FROM orders WHERE status = 'paid'",
          "SELECT country, count(*) FILTER (WHERE since >= DATE '2012-01-01') AS recent FROM customers GROUP BY country",
          "SELECT origin, carrier, sum(distance) AS s FROM flights GROUP BY ROLLUP (origin, carrier)",
          "SELECT sum(distance) / count(*) AS mean, sum(distance) // count(*) AS whole FROM flights",
          "SELECT stddev(delay) AS s, corr(delay, distance) AS c FROM flights",
          // Joins.
          "SELECT title, avg(rating) AS mean, count(*) AS votes FROM movies JOIN ratings USING (movieId) GROUP BY title ORDER BY votes DESC, title LIMIT 5",
          "SELECT c.name, sum(o.amount) AS spent FROM customers c LEFT JOIN orders o ON o.customer = c.id GROUP BY c.name",
          "SELECT count(*) AS matched FROM orders a JOIN orders b ON a.customer = b.customer",
          "SELECT o.id, c.name FROM orders o FULL JOIN customers c ON c.id = o.customer AND o.status = 'open'",
          "SELECT m.movieId FROM movies m WHERE NOT EXISTS (SELECT 1 FROM ratings r WHERE r.movieId = m.movieId)",
          "SELECT title FROM movies WHERE movieId NOT IN (SELECT movieId FROM ratings WHERE rating > 4.5)",
          "SELECT title FROM movies ANTI JOIN ratings USING (movieId)",
          "SELECT a.id, b.id AS other FROM orders a JOIN orders b ON a.amount < b.amount AND a.day = b.day",
          "SELECT id FROM orders WHERE amount > (SELECT avg(amount) FROM orders)",
          "SELECT f.dep, d.dep AS before FROM flights f ASOF JOIN (SELECT dep FROM flights WHERE delay > 60) d ON f.dep > d.dep",
          // Windows.
          "SELECT userId, movieId, rank() OVER (PARTITION BY userId ORDER BY rating DESC, movieId, timestamp) AS r FROM ratings",
          "SELECT day, sum(sum(amount)) OVER (ORDER BY day) AS running FROM orders GROUP BY day",
          "SELECT id, amount - lag(amount) OVER (PARTITION BY customer ORDER BY id) AS change FROM orders",
          "SELECT dep, avg(delay) OVER (ORDER BY dep ROWS BETWEEN 6 PRECEDING AND CURRENT ROW) AS week FROM (SELECT dep, min(delay) AS delay FROM flights GROUP BY dep)",
          "SELECT * FROM ratings QUALIFY row_number() OVER (PARTITION BY userId ORDER BY timestamp DESC, movieId) <= 2",
          "SELECT status, ntile(4) OVER (ORDER BY amount, id) AS quarter, id FROM orders",
          // Common table expressions.
          "WITH big AS (SELECT * FROM orders WHERE amount > 1000), named AS (SELECT b.*, c.country FROM big b JOIN customers c ON c.id = b.customer) SELECT country, count(*) AS n, sum(amount) AS s FROM named GROUP BY country",
          "WITH RECURSIVE days(day) AS (SELECT DATE '2024-01-01' UNION ALL SELECT CAST(day + INTERVAL 1 DAY AS DATE) FROM days WHERE day < DATE '2024-01-31') SELECT d.day, count(o.id) AS orders FROM days d LEFT JOIN orders o ON o.day = d.day GROUP BY d.day",
          // Percentiles.
          "SELECT carrier, median(delay) AS m, quantile_cont(delay, 0.9) AS p90, quantile_disc(distance, 0.5) AS d FROM flights GROUP BY carrier",
          "SELECT percentile_cont(0.25) WITHIN GROUP (ORDER BY amount) AS q1, mode(status) AS common FROM orders",
          // Dates.
          "SELECT date_trunc('month', dep) AS month, count(*) AS n FROM flights GROUP BY 1",
          "SELECT extract(hour FROM dep) AS hour, dayname(dep) AS day, count(*) AS n FROM flights GROUP BY ALL",
          "SELECT to_timestamp(timestamp) AS at, epoch_ms(timestamp * 1000) AS wall FROM ratings LIMIT 50",
          "SELECT id, date_diff('day', since, DATE '2024-03-31') AS days, since + INTERVAL 1 MONTH AS later FROM customers",
          "SELECT strftime(day, '%Y-W%V') AS week, sum(amount) AS s FROM orders GROUP BY week",
          // Nested JSON.
          "SELECT v['code'], count(1) FROM events GROUP BY v['code']",
          "SELECT e.user.name AS name, count(*) AS n, list(DISTINCT e.user.tags[2] ORDER BY e.user.tags[2]) AS tags FROM events e GROUP BY 1",
          "SELECT item.sku AS sku, sum(item.qty) AS qty FROM (SELECT unnest(items) AS item FROM events) GROUP BY sku",
          "SELECT id, \"user\", items, \"at\", late FROM events WHERE id > 245",
          // Pivots, text, and names that must be quoted.
          "SELECT * FROM (SELECT origin, carrier, delay FROM flights) PIVOT (avg(delay) FOR carrier IN ('A', 'B') GROUP BY origin)",
          "PIVOT orders ON status IN ('paid', 'open') USING sum(amount) GROUP BY customer",
          "SELECT regexp_extract(title, '\\((\\d{4})\\)', 1)::INT AS \"the year\", upper(title) AS \"sum\" FROM movies",
          "SELECT unnest(string_split(genres, '|')) AS genre, count(*) AS n FROM movies GROUP BY genre",
          "SELECT zip, string_agg(name, ', ' ORDER BY id) AS names, coalesce(nullif(country, ''), '?') AS country FROM customers GROUP BY zip, country");

  @RegisterExtension final TestDatabase database = new TestDatabase();

  @TempDir Path folder;

  @Test
  void whatIsPublishedIsWhatDuckDbGives() throws SQLException {
    FolderQueries queries = new FolderQueries(folder);
    AnalystSamples.write(queries);
    assertThat(QUERIES.size(), greaterThan(39));
    Pipeline pipeline = Pipeline.create(Runners.DIRECT.options());
    for (int i = 0; i < QUERIES.size(); i++) {
      pipeline
          .apply(
              "Query " + i, ReadQuery.of(queries.prepare(QUERIES.get(i)), "DuckDB").keptInMemory())
          .apply("Publish " + i, PostgresResultSink.to(database.url("q" + i + "?mode=replace")));
    }
    pipeline.run().waitUntilFinish();

    try (Connection duck = DriverManager.getConnection("jdbc:duckdb:");
        Connection postgres = database.superuser()) {
      for (String view : TABLES.formatted(folder).split(";\n")) {
        try (Statement statement = duck.createStatement()) {
          statement.execute(view);
        }
      }
      List<String> wrong = new ArrayList<>();
      for (int i = 0; i < QUERIES.size(); i++) {
        List<String> expected = rows(duck, QUERIES.get(i));
        List<String> published = rows(postgres, "SELECT * FROM results.q" + i);
        if (expected.isEmpty() || !published.equals(expected)) {
          wrong.add(QUERIES.get(i) + "\n  expected " + expected + "\n  published " + published);
        }
      }
      assertThat(String.join("\n", wrong), wrong.size(), is(0));
    }
  }

  /** The rows in one order, of values that are written alike whatever driver they came by. */
  private static List<String> rows(Connection connection, String sql) throws SQLException {
    List<String> rows = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      int columns = result.getMetaData().getColumnCount();
      while (result.next()) {
        List<String> row = new ArrayList<>();
        for (int i = 1; i <= columns; i++) {
          row.add(plain(result.getObject(i), result, i));
        }
        rows.add(row.toString());
      }
    }
    rows.sort(null);
    return rows;
  }

  private static String plain(@Nullable Object value, ResultSet row, int column)
      throws SQLException {
    if (value == null) {
      return "NULL";
    }
    String type = row.getMetaData().getColumnTypeName(column);
    if (value instanceof Double || value instanceof Float) {
      // A sum of doubles depends on the order in which threads add them.
      return new BigDecimal(value.toString())
          .round(new MathContext(12))
          .stripTrailingZeros()
          .toPlainString();
    }
    if (value instanceof BigInteger || value instanceof BigDecimal || value instanceof Number) {
      return new BigDecimal(value.toString()).stripTrailingZeros().toPlainString();
    }
    if (type.equals("timestamptz") || value instanceof OffsetDateTime) {
      return row.getObject(column, OffsetDateTime.class).toInstant().toString();
    }
    if (value instanceof java.sql.Timestamp) {
      return row.getObject(column, java.time.LocalDateTime.class).toString();
    }
    if (value instanceof java.sql.Date) {
      return row.getObject(column, java.time.LocalDate.class).toString();
    }
    if (type.equals("jsonb") || isDocument(type)) {
      String text = type.equals("jsonb") ? value.toString() : DuckJson.of(value);
      try {
        return JSON.writeValueAsString(JSON.readValue(text, Object.class));
      } catch (java.io.IOException e) {
        throw new AssertionError(e);
      }
    }
    if (value instanceof java.sql.Array array) {
      return List.of((Object[]) array.getArray()).toString();
    }
    return value.toString();
  }

  private static boolean isDocument(String type) {
    return type.startsWith("STRUCT(") || type.startsWith("MAP(");
  }
}
