package io.resultsink.pipelines.query.beamsql;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/** Queries of the accepted grammar, in both dialects. */
final class RandomQuery {

  private static final List<String> ODD_NAMES =
      List.of("o n", "x.y", "select", "Ünï", "$1", "EXPR", "a\"b");

  /** Planning takes the longer, by far, the more there are. */
  private static final int MOST_SOURCES = 6;

  private final Random random;
  private final List<RandomTable> tables;
  private int aliases;

  RandomQuery(Random random, List<RandomTable> tables) {
    this.random = random;
    this.tables = tables;
  }

  /** What a FROM has, and the columns that it gives. */
  private record Source(Sql text, List<Sql> columns) {}

  /** A query, and the names and types of its columns. */
  private record Query(Sql text, List<RandomTable.Column> columns) {}

  Sql next() {
    aliases = 0;
    return query(2).text;
  }

  private <T> T one(List<T> of) {
    return of.get(random.nextInt(of.size()));
  }

  private Query query(int depth) {
    return switch (random.nextInt(12)) {
      case 0, 1 -> setOperation(depth);
      case 2, 3, 4 -> grouped(depth);
      case 5, 6 -> windowed(depth);
      case 7 -> limited(depth);
      default -> plain(depth, random.nextInt(5) == 0 ? "SELECT DISTINCT " : "SELECT ");
    };
  }

  private Source source(int depth) {
    int choice = depth == 0 || aliases >= MOST_SOURCES ? 0 : random.nextInt(6);
    return switch (choice) {
      case 0, 1, 2 -> table();
      case 3 -> subquery(depth - 1);
      default -> join(depth - 1);
    };
  }

  private String alias() {
    return "s" + aliases++;
  }

  private Source table() {
    // The last is empty: once in a while is enough.
    RandomTable table = tables.get(random.nextInt(5) * (tables.size() - 1) / 4);
    String alias = alias();
    return new Source(
        new Sql(
            "`" + table.name + "` AS " + alias,
            DuckAnswers.quoted(table.name) + " AS " + alias,
            Kind.TEXT,
            true),
        RandomTable.COLUMNS.stream().map(column -> Sql.column(alias, column)).toList());
  }

  private Source subquery(int depth) {
    Query query = query(depth);
    String alias = alias();
    return new Source(
        Sql.of(Kind.TEXT, "(%s) AS " + alias, query.text),
        query.columns.stream().map(column -> Sql.column(alias, column)).toList());
  }

  private Source join(int depth) {
    Source left = source(depth);
    Source right = random.nextInt(3) == 0 ? subquery(0) : table();
    String type = one(List.of("JOIN", "INNER JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"));
    List<Sql> pairs = new ArrayList<>();
    for (int i = random.nextInt(4) == 0 ? 2 : 1; i > 0; i--) {
      Kind kind = one(List.of(Kind.values()));
      List<Sql> ofLeft = left.columns.stream().filter(c -> c.kind() == kind).toList();
      List<Sql> ofRight = right.columns.stream().filter(c -> c.kind() == kind).toList();
      if (!ofLeft.isEmpty() && !ofRight.isEmpty()) {
        pairs.add(Sql.of(Kind.BOOLEAN, "%s = %s", one(ofLeft), one(ofRight)));
      }
    }
    if (pairs.isEmpty()) {
      return left;
    }
    List<Sql> columns = new ArrayList<>(left.columns);
    columns.addAll(right.columns);
    Sql condition = Sql.joined(" AND ", pairs);
    return new Source(
        Sql.of(Kind.TEXT, "%s " + type + " %s ON %s", left.text, right.text, condition), columns);
  }

  private List<RandomTable.Column> named(List<Sql> items) {
    boolean odd = random.nextInt(3) == 0;
    return IntStream.range(0, items.size())
        .mapToObj(
            i ->
                new RandomTable.Column(
                    odd && i < ODD_NAMES.size() ? ODD_NAMES.get(i) : "o" + i,
                    items.get(i).kind(),
                    false))
        .toList();
  }

  private static Sql select(String verb, List<Sql> items, List<RandomTable.Column> names) {
    List<Sql> all = new ArrayList<>();
    for (int i = 0; i < items.size(); i++) {
      String name = names.get(i).name();
      all.add(
          Sql.of(
              Kind.TEXT,
              "%s AS `" + name + "`",
              "%s AS " + DuckAnswers.quoted(name),
              items.get(i)));
    }
    return Sql.of(Kind.TEXT, verb + "%s", Sql.joined(", ", all));
  }

  private Sql where(Source source) {
    if (random.nextInt(3) == 0) {
      return new Sql("", "", Kind.TEXT, true);
    }
    return Sql.of(
        Kind.TEXT, " WHERE %s", new RandomExpression(random, source.columns).condition(2));
  }

  private Query plain(int depth, String verb) {
    Source source = source(depth);
    RandomExpression expressions = new RandomExpression(random, source.columns);
    List<Sql> items = new ArrayList<>();
    for (int i = 1 + random.nextInt(4); i > 0; i--) {
      items.add(expressions.of(expressions.kind(), 2));
    }
    List<RandomTable.Column> names = named(items);
    return new Query(
        Sql.of(Kind.TEXT, "%s FROM %s%s", select(verb, items, names), source.text, where(source)),
        names);
  }

  private Query grouped(int depth) {
    Source source = source(depth);
    RandomExpression expressions = new RandomExpression(random, source.columns);
    List<Sql> keys = new ArrayList<>();
    for (int i = random.nextInt(3); i > 0; i--) {
      keys.add(
          random.nextInt(3) == 0 ? expressions.of(expressions.kind(), 1) : one(source.columns));
    }
    keys.removeIf(key -> !key.beam().contains("s"));
    List<Sql> items = new ArrayList<>(keys);
    for (int i = 1 + random.nextInt(3); i > 0; i--) {
      items.add(aggregate(expressions));
    }
    List<RandomTable.Column> names = named(items);
    Sql text =
        Sql.of(
            Kind.TEXT, "%s FROM %s%s", select("SELECT ", items, names), source.text, where(source));
    if (!keys.isEmpty()) {
      text = Sql.of(Kind.TEXT, "%s GROUP BY %s", text, Sql.joined(", ", keys));
    }
    if (random.nextInt(4) == 0) {
      Sql having = new RandomExpression(random, List.of(aggregate(expressions))).condition(1);
      text = Sql.of(Kind.TEXT, "%s HAVING %s", text, having);
    }
    return new Query(text, names);
  }

  private Sql aggregate(RandomExpression expressions) {
    return switch (random.nextInt(6)) {
      case 0 -> Sql.same("COUNT(*)", Kind.INTEGER);
      case 1 -> Sql.of(Kind.INTEGER, "COUNT(%s)", expressions.of(expressions.kind(), 1));
      case 2, 3 -> sum(expressions, "SUM(%s)");
      case 4 -> sum(expressions, "AVG(%s)");
      default -> {
        Sql value = expressions.of(expressions.kind(), 1);
        yield Sql.of(value.kind(), one(List.of("MIN(%s)", "MAX(%s)")), value);
      }
    };
  }

  /** Of doubles only those whose sum is exact in every order. */
  private Sql sum(RandomExpression expressions, String text) {
    Sql value = random.nextInt(4) == 0 ? expressions.extreme() : null;
    while (value == null || (value.kind() == Kind.DOUBLE && !value.tame())) {
      Kind kind = one(List.of(Kind.INTEGER, Kind.DECIMAL, Kind.DOUBLE));
      value = expressions.of(kind, random.nextInt(2));
    }
    boolean average = text.startsWith("AVG");
    return Sql.of(average ? Kind.DOUBLE : value.kind(), text, value).wild();
  }

  private Query windowed(int depth) {
    Source source = source(depth);
    if (source.columns.stream().noneMatch(RandomWindow::isExact)) {
      return windowed(0);
    }
    List<Sql> items = new ArrayList<>(List.of(one(source.columns), one(source.columns)));
    RandomWindow windows = new RandomWindow(random, source.columns);
    for (int i = 1 + random.nextInt(2); i > 0; i--) {
      items.add(windows.next());
    }
    List<RandomTable.Column> names = named(items);
    return new Query(
        Sql.of(
            Kind.TEXT, "%s FROM %s%s", select("SELECT ", items, names), source.text, where(source)),
        names);
  }

  /** Ordered by all its columns, so that the rows that LIMIT takes are certain. */
  private Query limited(int depth) {
    Query query = plain(depth, "SELECT ");
    List<Sql> keys =
        query.columns.stream()
            .map(
                column ->
                    RandomWindow.ordered(
                        random,
                        new Sql(
                            "`" + column.name() + "`",
                            DuckAnswers.quoted(column.name()),
                            column.kind(),
                            false)))
            .toList();
    String limit = " LIMIT " + random.nextInt(12) + one(List.of("", "", " OFFSET 3"));
    return new Query(
        Sql.of(Kind.TEXT, "%s ORDER BY %s" + limit, query.text, Sql.joined(", ", keys)),
        query.columns);
  }

  private Query setOperation(int depth) {
    String operator =
        one(List.of("UNION", "UNION ALL", "INTERSECT", "EXCEPT", "INTERSECT ALL", "EXCEPT ALL"));
    List<Kind> kinds = new ArrayList<>();
    for (int i = 1 + random.nextInt(2); i > 0; i--) {
      kinds.add(one(List.of(Kind.values())));
    }
    List<RandomTable.Column> names = new ArrayList<>();
    for (int i = 0; i < kinds.size(); i++) {
      names.add(new RandomTable.Column("o" + i, kinds.get(i), false));
    }
    Sql text =
        Sql.of(
            Kind.TEXT,
            "%s " + operator + " %s",
            side(kinds, names, depth, false),
            side(kinds, names, depth, random.nextInt(3) == 0));
    return new Query(text, names);
  }

  private Sql side(List<Kind> kinds, List<RandomTable.Column> names, int depth, boolean narrower) {
    Source source = source(Math.max(0, depth - 1));
    RandomExpression expressions = new RandomExpression(random, source.columns);
    List<Sql> items =
        kinds.stream()
            .map(kind -> narrower ? expressions.narrower(kind, 1) : expressions.of(kind, 1))
            .toList();
    return Sql.of(
        Kind.TEXT, "%s FROM %s%s", select("SELECT ", items, names), source.text, where(source));
  }
}
