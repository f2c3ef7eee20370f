package io.resultsink.pipelines.benchmark;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BinaryOperator;

/** The bounds of the commands of part {@code query}. */
final class QueryBounds {

  private QueryBounds() {}

  static List<Finding> all() {
    List<Finding> all = new ArrayList<>();
    all.add(
        combined(
            "query: CSV into a table, in psql's \\copy",
            "x",
            QueryCommands.CSV,
            QueryCommands.COPY,
            Series::over,
            Limit.atMost(3)));
    all.add(
        combined(
            "query: Parquet into a table, in the same from CSV",
            "x",
            QueryCommands.PARQUET,
            QueryCommands.CSV,
            Series::over,
            Limit.atMost(1)));
    all.add(
        combined(
            "query: GROUP BY into a table, more than DuckDB alone",
            "s",
            QueryCommands.GROUPS,
            QueryCommands.DUCKDB,
            Series::minus,
            Limit.atMost(3)));
    all.add(
        combined(
            "query: postgresql:// into another database, in psql's pipe",
            "x",
            QueryCommands.SERVER,
            QueryCommands.PIPE,
            Series::over,
            Limit.atMost(3)));
    all.add(seconds(QueryCommands.GUIDE, 3));
    all.add(seconds(QueryCommands.FILMS, 4));
    all.add(seconds(QueryCommands.SHOW, 1));
    all.add(seconds(QueryCommands.HELP, 0.5));
    return all;
  }

  private static Finding combined(
      String what,
      String unit,
      String ours,
      String theirs,
      BinaryOperator<Series> operation,
      Limit limit) {
    return new Finding(
        what,
        unit,
        results ->
            results
                .find(ours)
                .flatMap(mine -> results.find(theirs).map(other -> operation.apply(mine, other))),
        limit);
  }

  private static Finding seconds(String name, double limit) {
    return new Finding(
        name.replace("/", ": ") + ", whole command",
        "s",
        results -> results.find(name),
        Limit.below(limit));
  }
}
