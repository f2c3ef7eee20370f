package io.resultsink.postgres.internal.part;

import io.resultsink.postgres.destination.TableName;
import io.resultsink.postgres.internal.part.TablePart.Phase;
import io.resultsink.postgres.internal.part.TableParts.Making;
import io.resultsink.postgres.internal.session.Session;
import io.resultsink.postgres.internal.url.Identifier;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.beam.sdk.annotations.Internal;

/**
 * A table that was put aside and is to take the place of the one that replaced it.
 *
 * <p>It gets what hangs on that one now. An index, a check or a NOT NULL that it still has is not
 * made again. An index is known by its definition, since its name is a private one.
 */
@Internal
public final class ReturningTable {

  /** Columns and storage, of which a difference could be made good by a copy of the rows alone. */
  private static final String SHAPE =
      """
      SELECT 'column ' || quote_ident(a.attname) || ' '
             || format_type(a.atttypid, a.atttypmod)
             || coalesce(' COLLATE ' || CASE WHEN a.attcollation = t.typcollation THEN NULL
                                             ELSE a.attcollation::regcollation::text END, '')
             || CASE a.attgenerated WHEN '' THEN ''
                     ELSE ' GENERATED ALWAYS AS (' || pg_get_expr(d.adbin, d.adrelid) || ')' END
        FROM pg_attribute a
        JOIN pg_type t ON t.oid = a.atttypid
        LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
       WHERE a.attrelid = to_regclass(?) AND a.attnum > 0 AND NOT a.attisdropped
       ORDER BY a.attnum
      """;

  private static final String STORAGE =
      """
      SELECT CASE c.relpersistence WHEN 'u' THEN 'UNLOGGED' ELSE 'logged' END || ' in tablespace '
             || coalesce((SELECT quote_ident(spcname) FROM pg_tablespace
                           WHERE oid = c.reltablespace), 'of the database')
             || ' with access method ' || quote_ident(m.amname)
        FROM pg_class c JOIN pg_am m ON m.oid = c.relam WHERE c.oid = to_regclass(?)
      """;

  /**
   * The indexes of the table, each with the same one of the returning table, if any. Also those of
   * the returning table that the other has no more.
   */
  private static final String INDEXES =
      """
      WITH tables AS (SELECT to_regclass(?)::oid AS live, to_regclass(?)::oid AS back),
      signed AS (
        SELECT x.*, c.relname, k.oid AS constraint_id, k.conname,
               concat_ws('|', x.indisunique, x.indisvalid, k.contype, k.condeferrable,
                         k.condeferred, CASE WHEN k.contype = 'x' OR
                           coalesce((to_jsonb(k)->>'conperiod')::boolean, false)
                           THEN pg_get_constraintdef(k.oid) END,
                         c.reltablespace,
                         substr(pg_get_indexdef(x.indexrelid),
                                1 + length('CREATE '
                                           || CASE WHEN x.indisunique THEN 'UNIQUE ' ELSE '' END
                                           || 'INDEX ' || quote_ident(c.relname) || ' ON '
                                           || x.indrelid::regclass || ' '))) AS signature
          FROM pg_index x
          JOIN tables ON x.indrelid IN (live, back)
          JOIN pg_class c ON c.oid = x.indexrelid
          LEFT JOIN pg_constraint k ON k.conindid = x.indexrelid AND k.conrelid = x.indrelid
           AND k.contype IN ('p', 'u', 'x')),
      counted AS (
        SELECT s.*, row_number() OVER (PARTITION BY indrelid ORDER BY indexrelid) AS number,
               row_number() OVER (PARTITION BY indrelid, signature ORDER BY indexrelid) AS twin
          FROM signed s)
      SELECT l.number, 'ALTER INDEX ' || r.indexrelid::regclass || ' RENAME TO ' AS sql
        FROM tables
        JOIN counted l ON l.indrelid = live
        JOIN counted r ON r.indrelid = back AND r.signature = l.signature AND r.twin = l.twin
      UNION ALL
      SELECT NULL, CASE WHEN r.conname IS NULL THEN 'DROP INDEX ' || r.indexrelid::regclass
                        ELSE 'ALTER TABLE ' || r.indrelid::regclass || ' DROP CONSTRAINT '
                             || quote_ident(r.conname) END
        FROM tables
        JOIN counted r ON r.indrelid = back
       WHERE NOT EXISTS (SELECT FROM counted l WHERE l.indrelid = live
                          AND l.signature = r.signature AND l.twin = r.twin)
      ORDER BY 1, 2
      """;

  /** The checks, NOT NULLs and settings of columns that the table has no more. */
  private static final String LEFT_OVER =
      """
      WITH tables AS (SELECT to_regclass(?)::oid AS live, to_regclass(?)::oid AS back)
      SELECT 'ALTER TABLE ' || k.conrelid::regclass || ' DROP CONSTRAINT ' || quote_ident(k.conname)
        FROM tables
        JOIN pg_constraint k ON k.conrelid = back AND k.contype IN ('c', 'n')
       WHERE NOT EXISTS (SELECT FROM pg_constraint l
                          WHERE l.conrelid = live AND l.contype = k.contype
                            AND l.conname = k.conname
                            AND pg_get_constraintdef(l.oid) = pg_get_constraintdef(k.oid))
      UNION ALL
      SELECT 'ALTER TABLE ' || a.attrelid::regclass || ' ALTER COLUMN ' || quote_ident(a.attname)
             || ' DROP NOT NULL'
        FROM tables
        JOIN pg_attribute a ON a.attrelid = back AND a.attnum > 0 AND NOT a.attisdropped
        JOIN pg_attribute l ON l.attrelid = live AND l.attname = a.attname
       WHERE a.attnotnull AND NOT l.attnotnull
         AND NOT EXISTS (SELECT FROM pg_constraint k
                          WHERE k.conrelid = back AND k.contype = 'n'
                            AND k.conkey = ARRAY[a.attnum])
      UNION ALL
      SELECT 'ALTER TABLE ' || a.attrelid::regclass || ' ALTER COLUMN ' || quote_ident(a.attname)
             || s.setting
        FROM tables
        JOIN pg_attribute a ON a.attrelid = back AND a.attnum > 0 AND NOT a.attisdropped
        JOIN pg_attribute l ON l.attrelid = live AND l.attname = a.attname
        JOIN pg_type t ON t.oid = a.atttypid
        CROSS JOIN LATERAL (
          SELECT ' SET STATISTICS -1' AS setting
           WHERE a.attstattarget >= 0 AND coalesce(l.attstattarget, -1) < 0
           UNION ALL
          SELECT ' SET STORAGE ' || CASE t.typstorage WHEN 'p' THEN 'PLAIN' WHEN 'm' THEN 'MAIN'
                                      WHEN 'e' THEN 'EXTERNAL' ELSE 'EXTENDED' END
           WHERE a.attstorage <> t.typstorage AND l.attstorage = t.typstorage
           UNION ALL
          SELECT ' SET COMPRESSION default'
           WHERE a.attcompression <> '' AND l.attcompression = ''
           UNION ALL
          SELECT ' RESET (' || string_agg(split_part(o, '=', 1), ', ') || ')'
            FROM unnest(a.attoptions) AS o
           WHERE NOT starts_with(o, 'pg_attver=')
             AND NOT EXISTS (SELECT FROM unnest(l.attoptions) AS p
                              WHERE split_part(p, '=', 1) = split_part(o, '=', 1))
          HAVING count(*) > 0) AS s
      """;

  private final Session session;
  private final KeptTable kept;
  private final TableName live;
  private final TableName returning;

  /**
   * Looks at both tables.
   *
   * @param kept the parts of {@code live}
   * @param returning the table that was put aside, locked
   */
  public ReturningTable(Session session, KeptTable kept, TableName live, TableName returning) {
    this.session = session;
    this.kept = kept;
    this.live = live;
    this.returning = returning;
  }

  /** Returns what keeps the rows from going back without being copied; empty for nothing. */
  public List<String> differences() throws SQLException {
    List<String> now = described(live);
    List<String> then = described(returning);
    List<String> differences = new ArrayList<>();
    now.stream()
        .filter(what -> !then.contains(what))
        .forEach(what -> differences.add("the table has " + what + ", the version does not"));
    then.stream()
        .filter(what -> !now.contains(what))
        .forEach(what -> differences.add("the version has " + what + ", the table does not"));
    if (differences.isEmpty() && !now.equals(then)) {
      differences.add("the columns of the table are in another order than those of the version");
    }
    return differences;
  }

  private List<String> described(TableName table) throws SQLException {
    List<String> described =
        new ArrayList<>(session.list(SHAPE, row -> row.getString(1), table.quoted()));
    described.addAll(session.list(STORAGE, row -> row.getString(1), table.quoted()));
    return described;
  }

  /**
   * Gives the returning table what hangs on the other, but for what it gets in its place.
   *
   * @return its name, in the other's schema
   * @throws PartFailedException naming the part that could not be made
   */
  public TableName adopt() throws SQLException {
    Set<String> there = matchIndexes();
    define(session.list(LEFT_OVER, row -> row.getString(1), live.quoted(), returning.quoted()));
    TableName fresh = new TableName(live.schema(), returning.table());
    if (!fresh.equals(returning)) {
      define(
          List.of(
              "ALTER TABLE "
                  + returning.quoted()
                  + " SET SCHEMA "
                  + Identifier.quote(Objects.requireNonNull(live.schema()))));
    }
    define(List.of("COMMENT ON TABLE " + fresh.quoted() + " IS NULL")); // that it is a version
    make(Phase.INDEX, fresh, there);
    make(Phase.SHAPE, fresh, Set.of());
    make(Phase.CONSTRAINT, fresh, there);
    kept.analyzeExpressions(fresh);
    return fresh;
  }

  private void define(List<String> statements) throws SQLException {
    if (!statements.isEmpty()) {
      session.define(statements.toArray(String[]::new));
    }
  }

  /** Gives indexes that are the same the names that new ones would have; drops the rest. */
  private Set<String> matchIndexes() throws SQLException {
    Set<String> there = new HashSet<>();
    List<String> statements =
        session.list(
            INDEXES,
            row -> {
              String number = row.getString(1);
              String name = kept.prefix().name() + "_i" + number;
              if (number == null) {
                return row.getString(2);
              }
              there.add(name);
              return row.getString(2) + name;
            },
            live.quoted(),
            returning.quoted());
    define(statements);
    return there;
  }

  /** Executes what makes the parts of a phase and would not make what is there already. */
  private void make(Phase phase, TableName fresh, Set<String> there) throws SQLException {
    List<TablePart> parts = TableParts.of(phase);
    Map<TablePart, List<Making>> wanted = kept.parts().making(parts, kept.names(fresh));
    Map<TablePart, List<Making>> has = kept.parts().on(fresh).making(parts, kept.names(fresh));
    for (Map.Entry<TablePart, List<Making>> part : wanted.entrySet()) {
      for (Making statement : part.getValue()) {
        boolean done =
            phase == Phase.SHAPE
                ? has.getOrDefault(part.getKey(), List.of()).contains(statement)
                : there.stream().anyMatch(index -> isMadeBy(statement, index));
        if (!done) {
          kept.make(List.of(statement), fresh);
        }
      }
    }
  }

  private static boolean isMadeBy(Making statement, String index) {
    return statement.sql().contains("INDEX " + index + " ON %s")
        || statement.sql().startsWith("ALTER TABLE %s ADD CONSTRAINT " + index + " ");
  }
}
