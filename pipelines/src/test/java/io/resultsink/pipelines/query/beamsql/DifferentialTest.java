package io.resultsink.pipelines.query.beamsql;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.is;

import io.resultsink.postgres.testing.Torture;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.joda.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Random queries over random tables, answered by Beam SQL and by DuckDB: the same answer, to the
 * bit, or a refusal.
 *
 * <p>The types of integers are one type here, and a double may differ by one unit in the last place
 * for each row. What DuckDB cannot answer, such as a sum out of range, is not compared.
 */
@Tag("attack")
class DifferentialTest {

  private static final int BATCH = 40;
  private static final int ROWS = 40;
  private static final int ENOUGH = 8;
  private static final Duration LONGEST_RUN = Duration.standardMinutes(3);

  private final Map<String, Integer> refusals = new LinkedHashMap<>();
  private final List<String> differences = new ArrayList<>();
  private int accepted;
  private int unanswered;

  @Test
  void beamSqlAndDuckDbAgree() throws Exception {
    Random random = Torture.random("differential");
    int queries = Torture.rounds(120, 2000);
    for (int asked = 0; asked < queries; asked += BATCH) {
      List<RandomTable> tables =
          List.of(
              RandomTable.of("t", ROWS, random),
              RandomTable.of("odd table", ROWS / 3, random),
              RandomTable.of("none", 0, random));
      try (DuckAnswers duck = new DuckAnswers(tables)) {
        batch(new RandomQuery(random, tables), tables, duck);
      }
      if (differences.size() >= ENOUGH) {
        break;
      }
    }
    Torture.tried(queries);
    int refused = refusals.values().stream().mapToInt(Integer::intValue).sum();
    String summary =
        "seed %d: %d queries, %d the same, %d refused, %d that DuckDB does not answer\n%s"
            .formatted(Torture.seed(), queries, accepted, refused, unanswered, refusals);
    System.out.println(summary);
    assertThat(summary, differences, is(empty()));
    assertThat(summary, accepted * 2, is(greaterThanOrEqualTo(queries)));
  }

  /** A query that was answered by DuckDB and planned by Beam. */
  private record Asked(Sql sql, Answer expected) {}

  private void batch(RandomQuery queries, List<RandomTable> tables, DuckAnswers duck)
      throws Exception {
    List<Asked> fitting = new ArrayList<>();
    for (int i = 0; i < BATCH; i++) {
      Sql sql = queries.next();
      Answer expected = expected(sql, duck);
      if (expected == null) {
        continue;
      }
      Asked asked = new Asked(sql, expected);
      if (expected.isBeyondBigint()) {
        answer(List.of(asked), tables);
      } else {
        fitting.add(asked);
      }
    }
    answer(fitting, tables);
  }

  private @Nullable Answer expected(Sql sql, DuckAnswers duck) {
    try {
      return duck.answer(sql.duck());
    } catch (SQLException e) {
      unanswered++;
      return null;
    }
  }

  /** Asks Beam SQL in one pipeline; in two of half of them each when one of them fails it. */
  private void answer(List<Asked> all, List<RandomTable> tables) throws Exception {
    BeamAnswers beam = new BeamAnswers(tables);
    Map<Asked, Integer> planned = new LinkedHashMap<>();
    for (Asked asked : all) {
      Integer number = planned(asked.sql, beam);
      if (number != null) {
        planned.put(asked, number);
      }
    }
    try {
      beam.run(LONGEST_RUN);
    } catch (RuntimeException e) {
      List<Asked> again = List.copyOf(planned.keySet());
      if (again.size() == 1) {
        failed(again.get(0).sql, e);
      } else {
        answer(again.subList(0, again.size() / 2), tables);
        answer(again.subList(again.size() / 2, again.size()), tables);
      }
      return;
    }
    planned.forEach((asked, number) -> compare(asked.sql, beam.answer(number), asked.expected));
  }

  private @Nullable Integer planned(Sql sql, BeamAnswers beam) {
    try {
      return beam.add(sql.beam());
    } catch (RefusedQuery e) {
      refusals.merge(String.valueOf(e.getMessage()), 1, Integer::sum);
    } catch (Exception | AssertionError e) {
      differences.add("%s\nwas not planned: %s".formatted(sql.beam(), root(e)));
    }
    return null;
  }

  private void failed(Sql sql, RuntimeException failure) {
    if (isRefusal(failure)) {
      refusals.merge(String.valueOf(root(failure).getMessage()), 1, Integer::sum);
    } else {
      differences.add("%s\nfailed: %s".formatted(sql.beam(), root(failure)));
    }
  }

  /** A value that is out of range is told, and not made another. */
  private static boolean isRefusal(Throwable failure) {
    String message = String.valueOf(root(failure).getMessage());
    return root(failure) instanceof ValueException && message.contains("out of BIGINT's range");
  }

  private static Throwable root(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root;
  }

  private void compare(Sql sql, Answer answer, Answer expected) {
    String difference = answer.differenceTo(expected, ROWS * ROWS);
    if (difference == null) {
      accepted++;
    } else {
      differences.add("%s\n%s\nDuckDB: %s\n".formatted(sql.beam(), difference, sql.duck()));
    }
  }
}
