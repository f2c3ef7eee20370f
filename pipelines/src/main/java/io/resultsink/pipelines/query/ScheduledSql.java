package io.resultsink.pipelines.query;

import io.resultsink.pipelines.query.beamsql.BeamSql;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.SqlCall;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.SqlFunction;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.SqlNode;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.parser.SqlParseException;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.parser.SqlParser;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.util.SqlBasicVisitor;

/**
 * SQL in which a TIMESTAMP literal stands for each call of {@code SCHEDULED_TIME()}, or of {@code
 * TD_SCHEDULED_TIME()} by its other name.
 *
 * <p>The parser finds the calls, so text in a string or a comment is not one. All other text stays
 * as the user wrote it.
 */
final class ScheduledSql {

  private static final Set<String> NAMES = Set.of("SCHEDULED_TIME", "TD_SCHEDULED_TIME");

  private static final DateTimeFormatter LITERAL =
      DateTimeFormatter.ofPattern("'TIMESTAMP '''yyyy-MM-dd HH:mm:ss''", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  /** The place of a call, and the length of the text that replaced it. */
  private record Replaced(SqlParserPos position, int length) {}

  private final String text;
  private final List<Replaced> replaced;

  private ScheduledSql(String text, List<Replaced> replaced) {
    this.text = text;
    this.replaced = replaced;
  }

  /**
   * Replaces the calls by a time.
   *
   * @throws SqlParseException if the text is not SQL
   * @throws QueryException if a call has arguments
   */
  static ScheduledSql of(String sql, Instant time) throws SqlParseException {
    List<SqlCall> calls = calls(sql);
    List<String> lines = new ArrayList<>(List.of(sql.split("\n", -1)));
    List<Replaced> replaced = new ArrayList<>();
    calls.sort(
        Comparator.comparing((SqlCall call) -> call.getParserPosition().getLineNum())
            .thenComparing(call -> call.getParserPosition().getColumnNum()));
    String literal = LITERAL.format(time);
    for (int i = calls.size() - 1; i >= 0; i--) {
      SqlParserPos at = calls.get(i).getParserPosition();
      replace(lines, at, literal);
      replaced.add(0, new Replaced(at, literal.length()));
    }
    return new ScheduledSql(String.join("\n", lines), replaced);
  }

  private static List<SqlCall> calls(String sql) throws SqlParseException {
    SqlNode query = SqlParser.create(sql, BeamSql.dialect()).parseStmt();
    List<SqlCall> calls = new ArrayList<>();
    query.accept(
        new SqlBasicVisitor<Void>() {
          @Override
          public Void visit(SqlCall call) {
            if (isScheduledTime(call)) {
              calls.add(checked(call));
            }
            return super.visit(call);
          }
        });
    return calls;
  }

  private static boolean isScheduledTime(SqlCall call) {
    return call.getOperator() instanceof SqlFunction
        && NAMES.contains(call.getOperator().getName().toUpperCase(Locale.ROOT));
  }

  private static SqlCall checked(SqlCall call) {
    if (call.operandCount() > 0) {
      SqlParserPos at = call.getParserPosition();
      throw new QueryException(
          "SQL line %d, column %d: %s() takes no argument"
              .formatted(
                  at.getLineNum(),
                  at.getColumnNum(),
                  call.getOperator().getName().toUpperCase(Locale.ROOT)));
    }
    return call;
  }

  /** Line breaks are kept, so that errors have the right place. */
  private static void replace(List<String> lines, SqlParserPos at, String literal) {
    int first = at.getLineNum() - 1;
    int last = at.getEndLineNum() - 1;
    String before = lines.get(first).substring(0, at.getColumnNum() - 1);
    String after = lines.get(last).substring(at.getEndColumnNum());
    if (first == last) {
      lines.set(first, before + literal + after);
      return;
    }
    lines.set(first, before + literal);
    for (int between = first + 1; between < last; between++) {
      lines.set(between, "");
    }
    lines.set(last, " ".repeat(at.getEndColumnNum()) + after);
  }

  /** Returns the SQL for Beam. */
  String text() {
    return text;
  }

  /** Returns the column in the user's text of a column in this text. */
  int columnAsWritten(int line, int column) {
    int longer = 0;
    for (Replaced call : replaced) {
      SqlParserPos at = call.position();
      if (at.getLineNum() != line || at.getEndLineNum() != line) {
        continue;
      }
      int begin = at.getColumnNum() + longer;
      if (column < begin) {
        break;
      }
      if (column < begin + call.length()) {
        return at.getColumnNum();
      }
      longer += call.length() - (at.getEndColumnNum() - at.getColumnNum() + 1);
    }
    return column - longer;
  }
}
