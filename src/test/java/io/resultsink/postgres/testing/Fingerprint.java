package io.resultsink.postgres.testing;

import java.util.ArrayList;
import java.util.List;

/** Everything a database of a test holds, as lines to compare before and after. */
public final class Fingerprint {

  private static final String OURS =
      "relnamespace NOT IN (SELECT oid FROM pg_namespace WHERE"
          + " nspname IN ('pg_catalog', 'information_schema') OR nspname LIKE 'pg\\_%')";

  private Fingerprint() {}

  /** Definitions with their object ids, and the rows of each table, sorted. */
  public static List<String> of(TestDatabase database) {
    return of(database, "true");
  }

  /** As {@link #of}, without what a failed run may leave for the next attempt. */
  public static List<String> withoutStaging(TestDatabase database) {
    return of(database, "relname NOT LIKE 'result\\_sink\\_%'");
  }

  private static List<String> of(TestDatabase database, String filter) {
    String relations = "SELECT oid FROM pg_class WHERE " + OURS + " AND " + filter;
    List<String> lines = new ArrayList<>();
    for (String query :
        List.of(
            """
            SELECT relkind, oid, oid::regclass, relowner::regrole, relacl, relrowsecurity,
              relforcerowsecurity, reloptions, obj_description(oid, 'pg_class')
            FROM pg_class WHERE oid IN (%s)
            """,
            """
            SELECT attrelid::regclass, attnum, attname, format_type(atttypid, atttypmod),
              attnotnull, attacl, col_description(attrelid, attnum)
            FROM pg_attribute WHERE attnum > 0 AND NOT attisdropped AND attrelid IN (%s)
            """,
            """
            SELECT conrelid::regclass, conname, pg_get_constraintdef(oid)
            FROM pg_constraint WHERE conrelid IN (%s)
            """,
            """
            SELECT tgrelid::regclass, pg_get_triggerdef(oid)
            FROM pg_trigger WHERE NOT tgisinternal AND tgrelid IN (%s)
            """,
            """
            SELECT polrelid::regclass, polname, pg_get_expr(polqual, polrelid)
            FROM pg_policy WHERE polrelid IN (%s)
            """)) {
      database.rows(query.formatted(relations)).forEach(row -> lines.add(row.toString()));
    }
    for (String table :
        database.column(
            relations.replace("SELECT oid", "SELECT oid::regclass")
                + " AND relkind IN ('r', 'p')")) {
      database
          .column("SELECT t::text FROM " + table + " AS t")
          .forEach(row -> lines.add(table + " " + row));
    }
    return lines.stream().sorted().toList();
  }
}
