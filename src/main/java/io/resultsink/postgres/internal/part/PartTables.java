package io.resultsink.postgres.internal.part;

import io.resultsink.postgres.internal.url.Identifier;

/** The tables that the queries of parts read. */
final class PartTables {

  /**
   * {@code old} is the table's row of pg_class. {@code given} has the columns of the new table,
   * {@code attributes} those of the old one, and {@code remaining} those that both have. {@code
   * other_policies} and {@code other_rules} are of other tables, and name it.
   *
   * <p>Minor releases of PostgreSQL 15 keep a mark of their own among a column's options.
   */
  private static final String TABLE =
      """
      WITH old AS (SELECT c.* FROM pg_class c WHERE c.oid = to_regclass(?)),
      given AS (SELECT * FROM unnest(?::text[], ?::text[]) AS g (name, type)),
      attributes AS (
        SELECT a.*, ARRAY(SELECT o FROM unnest(a.attoptions) AS o
                           WHERE NOT starts_with(o, 'pg_attver=')) AS options
          FROM old JOIN pg_attribute a ON a.attrelid = old.oid
         WHERE a.attnum > 0 AND NOT a.attisdropped),
      remaining AS (
        SELECT a.*, quote_ident(a.attname) AS quoted, g.type, n.typcollation AS new_collation,
               n.typstorage AS new_storage
          FROM attributes a
          JOIN given g ON g.name = a.attname
          JOIN pg_type n ON n.oid = to_regtype(g.type)),
      other_policies AS (
        SELECT * FROM pg_policy y
         WHERE y.polrelid <> (SELECT oid FROM old)
           AND y.oid IN (SELECT d.objid FROM old
                           JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass
                            AND d.refobjid = old.oid AND d.classid = 'pg_policy'::regclass)),
      other_rules AS (
        SELECT * FROM pg_rewrite r
         WHERE r.ev_class <> (SELECT oid FROM old) AND r.rulename <> '_RETURN'
           AND r.oid IN (SELECT d.objid FROM old
                           JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass
                            AND d.refobjid = old.oid AND d.classid = 'pg_rewrite'::regclass))
      """;

  /**
   * The things that have a name beside the table's. {@code fresh} is the new thing's name, until it
   * gets the old one's. {@code becoming} has the new table's own name.
   *
   * <p>A definition is cut off by the length of its known head, never by a pattern: a name may
   * contain anything.
   */
  private static final String NAMED =
      """
      , becoming AS (SELECT ?::text AS name),
      names AS (SELECT '%1$s_p' AS bound),
      foreign_keys AS (
        SELECT k.oid, k.conname, k.conrelid, k.confrelid, k.old_id, k.what, k.loose, k.columns,
               k.columns || k.confrelid::regclass || '(' AS head,
               left(pg_get_constraintdef(k.oid),
                    CASE WHEN k.loose THEN -length(' NOT VALID') ELSE 2147483647 END) AS definition,
               '%1$s_f' || row_number() OVER (ORDER BY k.oid) AS fresh_name
          FROM (
            SELECT k.*, old.oid AS old_id,
                   CASE k.conrelid WHEN old.oid THEN 'constraint ' || quote_ident(k.conname)
                        ELSE 'foreign key ' || quote_ident(k.conname) || ' of table '
                             || k.conrelid::regclass END AS what,
                   NOT k.convalidated
                     AND coalesce((to_jsonb(k)->>'conenforced')::boolean, true) AS loose,
                   'FOREIGN KEY (' || (
                     SELECT string_agg(
                              CASE WHEN (to_jsonb(k)->>'conperiod')::boolean
                                    AND u.number = cardinality(k.conkey) THEN 'PERIOD ' ELSE '' END
                              || quote_ident(a.attname), ', ' ORDER BY u.number)
                       FROM unnest(k.conkey) WITH ORDINALITY AS u (attnum, number)
                       JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.attnum)
                     || ') REFERENCES ' AS columns
              FROM old
              JOIN pg_constraint k ON k.contype = 'f' AND old.oid IN (k.conrelid, k.confrelid)
          ) AS k),
      indexes AS (
        SELECT x.*, c.relname, k.oid AS constraint_id, k.contype, k.condeferrable, k.condeferred,
               CASE WHEN k.oid IS NULL THEN 'index ' ELSE 'constraint ' END || quote_ident(c.relname)
                 AS what,
               coalesce(k.contype = 'x' OR (to_jsonb(k)->>'conperiod')::boolean, false) AS excludes,
               n.number, '%1$s_i' || n.number AS fresh_name,
               quote_ident(s.nspname) || '.%1$s_i' || n.number AS fresh,
               pg_get_indexdef(x.indexrelid) AS definition,
               'CREATE ' || CASE WHEN x.indisunique THEN 'UNIQUE ' ELSE '' END || 'INDEX '
                 || quote_ident(c.relname) || ' ON ' || old.oid::regclass || ' ' AS head,
               'SET LOCAL default_tablespace TO ' || quote_literal(coalesce(
                 (SELECT spcname FROM pg_tablespace WHERE oid = c.reltablespace), ''))
                 AS in_tablespace
          FROM old
          JOIN pg_namespace s ON s.oid = old.relnamespace
          JOIN pg_index x ON x.indrelid = old.oid
          JOIN pg_class c ON c.oid = x.indexrelid
          JOIN (SELECT i.indexrelid, row_number() OVER (ORDER BY i.indexrelid) AS number
                  FROM pg_index i JOIN old ON i.indrelid = old.oid) AS n
            ON n.indexrelid = x.indexrelid
          LEFT JOIN pg_constraint k ON k.conindid = x.indexrelid AND k.conrelid = x.indrelid
           AND k.contype IN ('p', 'u', 'x')),
      statistics AS (
        SELECT s.*, 'statistics object ' || quote_ident(s.stxname) AS what,
               quote_ident(n.nspname) AS schema,
               quote_ident(n.nspname) || '.%1$s_s' || row_number() OVER (ORDER BY s.oid) AS fresh,
               pg_get_statisticsobjdef(s.oid) AS definition,
               'CREATE STATISTICS ' || quote_ident(n.nspname) || '.' || quote_ident(s.stxname) || ' '
                 AS head,
               ' FROM ' || old.oid::regclass AS tail
          FROM old
          JOIN pg_statistic_ext s ON s.stxrelid = old.oid
          JOIN pg_namespace n ON n.oid = s.stxnamespace),
      identities AS (
        SELECT r.*, 'identity of column ' || r.quoted AS what, d.objid AS sequence,
               quote_ident(s.nspname) AS schema,
               quote_ident(s.nspname) || '.%1$s_q' || r.attnum AS fresh, '%1$s_o' || r.attnum AS aside
          FROM old
          JOIN pg_namespace s ON s.oid = old.relnamespace
          JOIN remaining r ON r.attidentity <> ''
          JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = r.attrelid
           AND d.refobjsubid = r.attnum AND d.classid = 'pg_class'::regclass AND d.deptype = 'i'
          JOIN pg_class q ON q.oid = d.objid AND q.relkind = 'S')
      """;

  private PartTables() {}

  /**
   * Returns the beginning of a query. Its parameters are the table's name and the names and types
   * of the new columns.
   */
  static String all() {
    return TABLE;
  }

  /**
   * As {@link #all}, with what has a name beside the table's; one more parameter is the new table's
   * name.
   *
   * @param prefix what the new things' names begin with
   */
  static String named(Identifier prefix) {
    return TABLE + NAMED.formatted(prefix.name());
  }
}
