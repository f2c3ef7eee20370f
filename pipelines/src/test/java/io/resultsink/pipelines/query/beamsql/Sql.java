package io.resultsink.pipelines.query.beamsql;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * One text in both dialects.
 *
 * @param tame whether numbers of it may be added up without leaving their type or losing a bit
 */
record Sql(String beam, String duck, Kind kind, boolean tame) {

  static Sql same(String text, Kind kind) {
    return new Sql(text, text, kind, true);
  }

  static Sql column(String table, RandomTable.Column column) {
    return new Sql(
        table + ".`" + column.name() + "`",
        table + "." + DuckAnswers.quoted(column.name()),
        column.kind(),
        column.tame());
  }

  /** The parts put into a text, {@code %s} each. */
  static Sql of(Kind kind, String text, Sql... parts) {
    return of(kind, text, text, parts);
  }

  static Sql of(Kind kind, String beam, String duck, Sql... parts) {
    Object[] inBeam = new Object[parts.length];
    Object[] inDuck = new Object[parts.length];
    boolean tame = true;
    for (int i = 0; i < parts.length; i++) {
      inBeam[i] = parts[i].beam;
      inDuck[i] = parts[i].duck;
      tame &= parts[i].tame;
    }
    return new Sql(beam.formatted(inBeam), String.format(Locale.ROOT, duck, inDuck), kind, tame);
  }

  static Sql joined(String separator, List<Sql> parts) {
    return new Sql(
        parts.stream().map(Sql::beam).collect(Collectors.joining(separator)),
        parts.stream().map(Sql::duck).collect(Collectors.joining(separator)),
        Kind.TEXT,
        true);
  }

  Sql wild() {
    return new Sql(beam, duck, kind, false);
  }
}
