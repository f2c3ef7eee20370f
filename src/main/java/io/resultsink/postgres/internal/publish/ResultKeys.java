package io.resultsink.postgres.internal.publish;

import io.resultsink.postgres.failure.Printable;
import io.resultsink.postgres.internal.column.Column;
import io.resultsink.postgres.internal.column.Columns;
import io.resultsink.postgres.internal.session.Session;
import io.resultsink.postgres.internal.url.Identifier;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The keys of the staged rows, by which mode=update finds rows of the target.
 *
 * @param key the key's columns
 */
record ResultKeys(ReportedRows rows, Columns columns, List<String> key) {

  /** Returns whether any row has NULL in its key, where the columns' types leave that open. */
  boolean haveNull(Session session) throws SQLException {
    String anyNull =
        columns.columns().stream()
            .filter(column -> key.contains(column.name()) && !column.notNull())
            .map(column -> column.quoted() + " IS NULL")
            .collect(Collectors.joining(" OR "));
    String sql = "SELECT EXISTS (SELECT FROM " + rows.from() + " AND (" + anyNull + "))";
    return !anyNull.isEmpty() && session.one(sql, row -> row.getBoolean(1));
  }

  /** Returns how many keys no update can find rows by, in words; absent when there are none. */
  Optional<String> unusable(Session session) throws SQLException {
    String expressions =
        columns.columns().stream()
            .filter(column -> key.contains(column.name()))
            .map(Column::publishExpression)
            .collect(Collectors.joining(", "));
    String anyNull =
        key.stream()
            .map(name -> Identifier.quote(name) + " IS NULL")
            .collect(Collectors.joining(" OR "));
    String sql =
        """
        SELECT (SELECT count(*) FROM %1$s AND (%2$s)),
               (SELECT count(*)
                  FROM (SELECT FROM %1$s AND NOT (%2$s)
                         GROUP BY %3$s HAVING count(*) > 1) AS doubled)
        """
            .formatted(rows.from(), anyNull, expressions);
    List<Long> counts = session.one(sql, row -> List.of(row.getLong(1), row.getLong(2)));
    return counts.equals(List.of(0L, 0L))
        ? Optional.empty()
        : Optional.of(told(counts.get(0), counts.get(1)));
  }

  private String told(long nulls, long doubled) {
    return "the key ("
        + Printable.of(String.join(", ", key))
        + ") of the result must be unique and not NULL: "
        + doubled
        + " keys occur more than once, "
        + nulls
        + " rows have NULL in it";
  }
}
