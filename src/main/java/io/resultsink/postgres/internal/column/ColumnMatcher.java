package io.resultsink.postgres.internal.column;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.schemas.Schema.Field;
import org.jspecify.annotations.Nullable;

/**
 * The search for the column of each field: by exact name, else by a name that differs only in case.
 */
final class ColumnMatcher {

  private record Problem(String column, String what) {}

  private final Schema schema;
  private final List<TargetColumn> table;
  private final List<Problem> problems = new ArrayList<>();
  private final Map<String, String> fieldsByColumn = new HashMap<>();
  private final Set<String> meant = new HashSet<>();

  ColumnMatcher(Schema schema, List<TargetColumn> table) {
    this.schema = schema;
    this.table = table;
  }

  ColumnMatch match() {
    List<Column> columns = new ArrayList<>();
    for (int i = 0; i < schema.getFieldCount(); i++) {
      Field field = schema.getField(i);
      TargetColumn target = targetOf(field.getName());
      if (target != null) {
        Column column = column(field, i, target);
        if (column != null) {
          columns.add(column);
        }
      }
    }
    if (schema.getFieldCount() == 0) {
      problem("", "the result has no columns");
    }
    for (TargetColumn target : table) {
      if (target.notNull() && !target.hasDefault() && !meant.contains(target.name())) {
        problem(target.name(), "table needs it (NOT NULL, no default), result lacks it");
      }
    }
    return new ColumnMatch(new Columns(columns), aligned());
  }

  private @Nullable TargetColumn targetOf(String field) {
    List<TargetColumn> alike =
        table.stream().filter(column -> column.name().equalsIgnoreCase(field)).toList();
    for (TargetColumn column : alike) {
      if (column.name().equals(field)) {
        return column;
      }
    }
    if (alike.size() == 1) {
      return alike.get(0);
    }
    problem(
        field,
        alike.isEmpty()
            ? "result has it, table has no such column"
            : "result has it, table has "
                + alike.stream().map(TargetColumn::name).collect(Collectors.joining(" and "))
                + "; which one is meant?");
    // The field may mean one of these columns, so their missing value is not another problem.
    alike.forEach(column -> meant.add(column.name()));
    return null;
  }

  private @Nullable Column column(Field field, int index, TargetColumn target) {
    meant.add(target.name());
    String other = fieldsByColumn.put(target.name(), field.getName());
    if (other != null) {
      problem(target.name(), "result has it twice, as " + other + " and as " + field.getName());
      return null;
    }
    if (target.generatedAlways()) {
      problem(target.name(), "table generates it (GENERATED ALWAYS), result must leave it out");
      return null;
    }
    FieldMapping mapping;
    try {
      mapping = ColumnTypes.of(field.getType());
    } catch (RefusedTypeException e) {
      problem(target.name(), "result has " + e.reason() + ", which no column type holds");
      return null;
    }
    try {
      ColumnType type = ColumnType.of(mapping, target.type());
      return new Column(target.name(), target.type(), index, target.notNull(), type, false);
    } catch (RefusedTypeException e) {
      problem(target.name(), e.reason());
      return null;
    }
  }

  private void problem(String column, String what) {
    problems.add(new Problem(column, what));
  }

  private List<String> aligned() {
    int width = problems.stream().mapToInt(problem -> problem.column.length()).max().orElse(0);
    return problems.stream()
        .map(problem -> problem.column + " ".repeat(gap(problem, width)) + problem.what)
        .toList();
  }

  private static int gap(Problem problem, int width) {
    return problem.column.isEmpty() ? 0 : width - problem.column.length() + 2;
  }
}
