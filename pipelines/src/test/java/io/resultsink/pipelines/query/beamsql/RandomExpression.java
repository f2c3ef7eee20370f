package io.resultsink.pipelines.query.beamsql;

import java.util.List;
import java.util.Random;

/** Expressions of the accepted grammar over columns. */
final class RandomExpression {

  private static final List<String> TEXT_LITERALS =
      List.of("''", "'a'", "'ab'", "'😀'", "'it''s'", "' a '");
  private static final List<String> PATTERNS =
      List.of("'a%'", "'%b%'", "'_'", "'%'", "''", "'a_'", "'%a%b%'", "'line%'", "'%%'", "'A%'");

  private final Random random;
  private final List<Sql> columns;

  RandomExpression(Random random, List<Sql> columns) {
    this.random = random;
    this.columns = columns;
  }

  <T> T one(List<T> of) {
    return of.get(random.nextInt(of.size()));
  }

  Kind kind() {
    return one(List.of(Kind.values()));
  }

  Sql of(Kind kind, int depth) {
    if (depth == 0 || random.nextInt(4) == 0) {
      return leaf(kind);
    }
    if (random.nextInt(6) == 0) {
      return conditional(kind, depth - 1);
    }
    return switch (kind) {
      case BOOLEAN -> condition(depth - 1);
      case INTEGER -> integer(depth - 1);
      case DECIMAL -> decimal(depth - 1);
      case DOUBLE -> number(depth - 1);
      case TEXT -> text(depth - 1);
      case DATE ->
          random.nextBoolean()
              ? leaf(kind)
              : Sql.of(kind, "CAST(%s AS DATE)", of(Kind.TIMESTAMP, depth - 1));
      case TIMESTAMP -> time(depth - 1);
    };
  }

  private Sql leaf(Kind kind) {
    List<Sql> fitting = columns.stream().filter(column -> column.kind() == kind).toList();
    return fitting.isEmpty() || random.nextInt(5) == 0 ? literal(kind) : one(fitting);
  }

  private Sql literal(Kind kind) {
    if (random.nextInt(8) == 0) {
      return Sql.same(
          kind == Kind.BOOLEAN ? "(1 = CAST(NULL AS BIGINT))" : "CAST(NULL AS " + kind.duck + ")",
          kind);
    }
    return switch (kind) {
      case BOOLEAN -> Sql.same(one(List.of("TRUE", "FALSE")), kind);
      case INTEGER -> Sql.same(one(List.of("0", "1", "2", "3", "-1", "1000")), kind);
      case DECIMAL -> Sql.same(one(List.of("0.5", "1.50", "-2.125", "10.0")), kind);
      case DOUBLE -> Sql.same(one(List.of("0.5e0", "1e0", "-2.5e0", "1e3")), kind);
      case TEXT -> Sql.same(one(TEXT_LITERALS), kind);
      case DATE -> Sql.same(one(List.of("DATE '2026-02-28'", "DATE '1969-12-31'")), kind);
      case TIMESTAMP ->
          Sql.same(
              one(
                  List.of(
                      "TIMESTAMP '2026-11-22 10:00:00'", "TIMESTAMP '1969-12-31 23:59:59.999'")),
              kind);
    };
  }

  private Sql conditional(Kind kind, int depth) {
    if (NUMBERS.contains(kind) && kind != Kind.INTEGER && random.nextBoolean()) {
      Kind narrower = kind == Kind.DOUBLE ? one(NUMBERS) : Kind.INTEGER;
      return random.nextBoolean()
          ? Sql.of(kind, "COALESCE(%s, %s)", of(narrower, depth), of(kind, depth))
          : Sql.of(
              kind,
              "CASE WHEN %s THEN %s ELSE %s END",
              of(Kind.BOOLEAN, depth),
              of(kind, depth),
              of(narrower, depth));
    }
    return switch (random.nextInt(4)) {
      case 0 ->
          Sql.of(
              kind,
              "CASE WHEN %s THEN %s ELSE %s END",
              of(Kind.BOOLEAN, depth),
              of(kind, depth),
              of(kind, depth));
      case 1 -> Sql.of(kind, "CASE WHEN %s THEN %s END", of(Kind.BOOLEAN, depth), of(kind, depth));
      case 2 -> Sql.of(kind, "COALESCE(%s, %s)", of(kind, depth), of(kind, depth));
      default -> Sql.of(kind, "NULLIF(%s, %s)", of(kind, depth), leaf(kind));
    };
  }

  Sql condition(int depth) {
    Kind kind = one(List.of(Kind.values()));
    return switch (random.nextInt(11)) {
      case 0 ->
          Sql.of(Kind.BOOLEAN, "(%s AND %s)", of(Kind.BOOLEAN, depth), of(Kind.BOOLEAN, depth));
      case 1 ->
          Sql.of(Kind.BOOLEAN, "(%s OR %s)", of(Kind.BOOLEAN, depth), of(Kind.BOOLEAN, depth));
      case 2 -> Sql.of(Kind.BOOLEAN, "(NOT %s)", of(Kind.BOOLEAN, depth));
      case 3 ->
          Sql.of(Kind.BOOLEAN, one(List.of("(%s IS NULL)", "(%s IS NOT NULL)")), of(kind, depth));
      case 4 ->
          Sql.of(
              Kind.BOOLEAN,
              one(
                  List.of(
                      "(%s IS TRUE)", "(%s IS NOT TRUE)", "(%s IS FALSE)", "(%s IS NOT FALSE)")),
              of(Kind.BOOLEAN, depth));
      case 5 ->
          Sql.of(
              Kind.BOOLEAN,
              one(List.of("(%s IN (%s, %s))", "(%s NOT IN (%s, %s))")),
              of(kind, depth),
              literal(kind),
              leaf(kind));
      case 6 ->
          Sql.of(
              Kind.BOOLEAN,
              one(List.of("(%s BETWEEN %s AND %s)", "(%s NOT BETWEEN %s AND %s)")),
              of(kind, depth),
              leaf(kind),
              leaf(kind));
      case 7 ->
          Sql.of(
              Kind.BOOLEAN,
              one(List.of("(%s LIKE ", "(%s NOT LIKE ")) + one(PATTERNS).replace("%", "%%") + ")",
              of(Kind.TEXT, depth));
      case 8 -> compared(one(NUMBERS), one(NUMBERS), depth);
      default -> compared(kind, kind, depth);
    };
  }

  private static final List<Kind> NUMBERS = List.of(Kind.INTEGER, Kind.DECIMAL, Kind.DOUBLE);

  private Sql compared(Kind one, Kind other, int depth) {
    String operator = one(List.of("=", "<>", "<", "<=", ">", ">="));
    return Sql.of(Kind.BOOLEAN, "(%s " + operator + " %s)", of(one, depth), of(other, depth));
  }

  /** Of a type that a set operation widens to the wanted one. */
  Sql narrower(Kind kind, int depth) {
    return of(
        kind == Kind.DOUBLE ? one(NUMBERS) : kind == Kind.DECIMAL ? Kind.INTEGER : kind, depth);
  }

  /** An integer whose sums may need more than 64 bits. */
  Sql extreme() {
    List<Sql> wild = columns.stream().filter(c -> c.kind() == Kind.INTEGER && !c.tame()).toList();
    return wild.isEmpty() ? leaf(Kind.INTEGER) : one(wild);
  }

  private Sql tame(Kind kind, int depth) {
    for (int i = 0; i < 20; i++) {
      Sql candidate = of(kind, depth);
      if (candidate.tame()) {
        return candidate;
      }
    }
    return literal(kind);
  }

  private Sql integer(int depth) {
    return switch (random.nextInt(11)) {
      case 0 -> operation(Kind.INTEGER, tame(Kind.INTEGER, depth), tame(Kind.INTEGER, depth));
      case 1 -> beyond(extreme(), of(Kind.INTEGER, depth));
      case 2 ->
          Sql.of(
              Kind.INTEGER,
              "(%s / NULLIF(%s, 0))",
              "(%s // NULLIF(%s, 0))",
              of(Kind.INTEGER, depth),
              tame(Kind.INTEGER, depth));
      case 3 ->
          Sql.of(
              Kind.INTEGER,
              one(List.of("MOD(%s, 3)", "(%s %% 7)", "(%s %% -7)")),
              of(Kind.INTEGER, depth));
      case 4 -> Sql.of(Kind.INTEGER, one(List.of("ABS(%s)", "(- %s)")), tame(Kind.INTEGER, depth));
      case 5 ->
          Sql.of(Kind.INTEGER, one(List.of("LENGTH(%s)", "CHAR_LENGTH(%s)")), of(Kind.TEXT, depth));
      case 6 ->
          extract(List.of("YEAR", "MONTH", "DAY", "HOUR", "MINUTE"), of(Kind.TIMESTAMP, depth));
      case 7 ->
          random.nextBoolean()
              ? extract(List.of("YEAR", "MONTH", "DAY"), of(Kind.DATE, depth))
              : Sql.of(
                  Kind.INTEGER,
                  "TIMESTAMPDIFF(DAY, %s, %s)",
                  "date_sub('day', %s, %s)",
                  of(Kind.TIMESTAMP, depth),
                  of(Kind.TIMESTAMP, depth));
      case 8 -> Sql.of(Kind.INTEGER, "CAST(%s AS BIGINT)", tame(Kind.DOUBLE, depth));
      case 9 ->
          Sql.of(
              Kind.INTEGER,
              one(List.of("CAST('%s' AS BIGINT)", "CAST(' %s ' AS BIGINT)"))
                  .formatted(one(List.of("12", "-7", "+3", "9223372036854775807"))));
      default -> Sql.of(Kind.INTEGER, "CAST(%s AS BIGINT)", of(Kind.DECIMAL, depth));
    };
  }

  /** An operation whose result may need more than 64 bits, which DuckDB has when it is told to. */
  private Sql beyond(Sql one, Sql other) {
    String operator = one(List.of("+", "-", "*"));
    return Sql.of(
            Kind.INTEGER,
            "(%s " + operator + " %s)",
            "(CAST(%s AS HUGEINT) " + operator + " %s)",
            one,
            other)
        .wild();
  }

  /** A part of a time. DuckDB makes it a double when the time is a constant NULL. */
  private Sql extract(List<String> units, Sql time) {
    String extract = "EXTRACT(" + one(units) + " FROM %s)";
    return Sql.of(Kind.INTEGER, extract, "CAST(" + extract + " AS BIGINT)", time);
  }

  private Sql operation(Kind kind, Sql one, Sql other) {
    return Sql.of(kind, "(%s " + one(List.of("+", "-", "*")) + " %s)", one, other);
  }

  private Sql decimal(int depth) {
    return switch (random.nextInt(6)) {
      case 0 -> operation(Kind.DECIMAL, of(Kind.DECIMAL, depth), of(Kind.DECIMAL, depth));
      case 1 -> operation(Kind.DECIMAL, of(Kind.DECIMAL, depth), tame(Kind.INTEGER, depth));
      case 2 ->
          Sql.of(
              Kind.DECIMAL,
              one(List.of("ABS(%s)", "(- %s)", "FLOOR(%s)", "CEIL(%s)")),
              of(Kind.DECIMAL, depth));
      case 3 ->
          Sql.of(
              Kind.DECIMAL, one(List.of("ROUND(%s, 1)", "ROUND(%s, 2)")), of(Kind.DECIMAL, depth));
      case 4 -> Sql.of(Kind.DECIMAL, "CAST(%s AS DECIMAL(20, 2))", tame(Kind.INTEGER, depth));
      default -> Sql.of(Kind.DECIMAL, "CAST(%s AS DECIMAL(30, 1))", of(Kind.DECIMAL, depth));
    };
  }

  private Sql number(int depth) {
    return switch (random.nextInt(7)) {
      case 0 -> operation(Kind.DOUBLE, tame(Kind.DOUBLE, depth), tame(Kind.DOUBLE, depth));
      case 1 -> operation(Kind.DOUBLE, of(Kind.DOUBLE, depth), of(one(NUMBERS), depth)).wild();
      case 2 ->
          Sql.of(
              Kind.DOUBLE,
              one(List.of("ABS(%s)", "(- %s)", "FLOOR(%s)", "CEIL(%s)")),
              of(Kind.DOUBLE, depth));
      case 3 ->
          Sql.of(Kind.DOUBLE, one(List.of("ROUND(%s, 1)", "ROUND(%s)")), tame(Kind.DOUBLE, depth))
              .wild();
      case 4 -> Sql.of(Kind.DOUBLE, "CAST(%s AS DOUBLE)", of(one(NUMBERS), depth)).wild();
      default ->
          Sql.of(
                  Kind.DOUBLE,
                  "(%s / NULLIF(%s, 0))",
                  of(one(List.of(Kind.DECIMAL, Kind.DOUBLE)), depth),
                  of(one(NUMBERS), depth))
              .wild();
    };
  }

  private Sql text(int depth) {
    return switch (random.nextInt(5)) {
      case 0 -> Sql.of(Kind.TEXT, "(%s || %s)", of(Kind.TEXT, depth), of(Kind.TEXT, depth));
      case 1 ->
          Sql.of(
              Kind.TEXT, one(List.of("UPPER(%s)", "LOWER(%s)", "TRIM(%s)")), of(Kind.TEXT, depth));
      case 2 ->
          Sql.of(
              Kind.TEXT,
              one(List.of("SUBSTRING(%s, 2)", "SUBSTRING(%s, 1, 1)", "SUBSTRING(%s FROM 2 FOR 3)")),
              of(Kind.TEXT, depth));
      case 3 -> Sql.of(Kind.TEXT, "CAST(%s AS VARCHAR)", of(Kind.INTEGER, depth));
      default -> Sql.of(Kind.TEXT, "CAST(%s AS VARCHAR)", of(Kind.BOOLEAN, depth));
    };
  }

  private Sql time(int depth) {
    return random.nextBoolean()
        ? Sql.of(Kind.TIMESTAMP, "CAST(%s AS TIMESTAMP)", of(Kind.DATE, depth))
        : Sql.of(
            Kind.TIMESTAMP,
            "(%s "
                + one(List.of("+", "-"))
                + " INTERVAL "
                + one(List.of("'1' HOUR", "'3' DAY", "'90' SECOND", "'5' MINUTE"))
                + ")",
            of(Kind.TIMESTAMP, depth));
  }
}
