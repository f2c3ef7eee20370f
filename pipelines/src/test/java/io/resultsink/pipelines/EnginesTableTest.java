package io.resultsink.pipelines;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;

import io.resultsink.pipelines.query.QueryException;
import io.resultsink.pipelines.query.QueryPipeline;
import io.resultsink.pipelines.query.QueryRequest;
import io.resultsink.postgres.testing.Pages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.Pipeline;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which engine runs when, and what Beam SQL does not do: help and page say the same, and true. */
class EnginesTableTest {

  /** What the help says that Beam SQL has not, as a query each. */
  private static final Map<String, String> ABSENT =
      Map.ofEntries(
          Map.entry("COUNT(DISTINCT x)", "SELECT COUNT(DISTINCT x) AS n FROM t"),
          Map.entry("FILTER", "SELECT COUNT(*) FILTER (WHERE x > 1) AS n FROM t"),
          Map.entry("ORDER BY without LIMIT", "SELECT x FROM t ORDER BY x"),
          Map.entry(
              "subqueries outside of FROM, WITH and set operations",
              "SELECT x FROM t WHERE x IN (SELECT x FROM t)"),
          Map.entry("joins without an equal key", "SELECT a.x FROM t a JOIN t b ON a.x < b.x"),
          Map.entry("median", "SELECT MEDIAN(x) AS m FROM t"),
          Map.entry(
              "percentiles", "SELECT PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY x) AS m FROM t"),
          Map.entry("DATE_TRUNC", "SELECT DATE_TRUNC('day', x) AS d FROM t"),
          Map.entry("PIVOT", "SELECT * FROM t PIVOT (SUM(x) AS s FOR y IN (1 AS a))"),
          Map.entry("VALUES", "VALUES (1)"),
          Map.entry("ROLLUP", "SELECT x, COUNT(*) AS n FROM t GROUP BY ROLLUP(x)"),
          Map.entry("\"quoted names\"", "SELECT \"x\" AS y FROM t"));

  @TempDir private Path folder;

  private final List<String> help =
      CommandLineOutcome.of(Path.of("unused"), "", "query", "--help").out().lines().toList();
  private final String page = Pages.read("guide/query.md");

  @Test
  void helpAndPageHaveTheSameTable() {
    List<String> ofHelp =
        help.stream()
            .dropWhile(line -> !line.startsWith("  DATABASE  "))
            .skip(1)
            .takeWhile(line -> line.startsWith("  "))
            .map(line -> String.join(" | ", line.strip().split(" {2,}")))
            .toList();
    List<String> ofPage =
        page.lines()
            .dropWhile(line -> !line.startsWith("| DATABASE | runner |"))
            .skip(2)
            .takeWhile(line -> line.startsWith("|"))
            .map(line -> Arrays.asList(line.replace("`", "").split(" *\\| *")).subList(1, 5))
            .map(cells -> String.join(" | ", cells))
            .toList();
    assertThat(ofHelp.size(), is(greaterThan(3)));
    assertThat(ofPage, contains(ofHelp.toArray(String[]::new)));
  }

  @Test
  void helpAndPageSayWhatBeamSqlHasNotAndItIsRefused() throws IOException {
    String said =
        String.join(
            " ",
            help.stream()
                .dropWhile(line -> !line.startsWith("Beam SQL has no "))
                .takeWhile(line -> !line.isEmpty())
                .toList());
    List<String> absent =
        Arrays.stream(said.replaceFirst("\\.$", "").split("(^Beam SQL has|,? and|, )? ?\\bno "))
            .filter(text -> !text.isEmpty())
            .toList();
    assertThat(absent.stream().filter(text -> !ABSENT.containsKey(text)).toList(), is(empty()));
    assertThat(absent.size(), is(ABSENT.size()));
    String refusals = page.substring(page.indexOf("| Beam SQL refuses |")).replace("`", "");
    Files.writeString(folder.resolve("t.csv"), "x,y\n1,2\n");
    assertThat("another query is not", isRefused("SELECT x FROM t"), is(false));
    for (String text : absent) {
      assertThat(refusals, containsString(text.split(" outside")[0]));
      assertThat(text, isRefused(ABSENT.get(text)), is(true));
    }
  }

  private boolean isRefused(String sql) {
    QueryRequest request =
        new QueryRequest(
            folder.toString(), null, sql, QueryRequest.DEFAULT_SAMPLE, Instant.EPOCH, null);
    try {
      QueryPipeline.of(request).build(Pipeline.create());
      return false;
    } catch (QueryException e) {
      return true;
    }
  }
}
