package io.resultsink.postgres.internal.part;

import io.resultsink.postgres.internal.part.TablePart.Phase;

/** The parts of a table's columns other than name and type. */
final class ColumnParts {

  /** Changed before the other settings and before ANALYZE, because the change discards both. */
  static final TablePart COLLATIONS =
      TablePart.carried(
          "collations of columns",
          Phase.COLUMNS,
          """
          SELECT 'collation of column ' || quote_ident(a.attname)
            FROM attributes a JOIN pg_type t ON t.oid = a.atttypid
           WHERE a.attcollation <> t.typcollation AND a.attname IN (SELECT name FROM given)
          """,
          """
          SELECT 0, NULL, 'ALTER TABLE ',
                 ' ALTER COLUMN ' || quoted || ' TYPE ' || type || ' COLLATE '
                 || quote_ident(s.nspname) || '.' || quote_ident(l.collname)
            FROM remaining
            JOIN pg_collation l ON l.oid = attcollation
            JOIN pg_namespace s ON s.oid = l.collnamespace
           WHERE new_collation <> 0 AND attcollation <> new_collation
          """);

  /** Made while the table is empty, or before ANALYZE. */
  static final TablePart SETTINGS =
      TablePart.carried(
          "settings of columns",
          Phase.SHAPE,
          """
          SELECT s.what || ' of column ' || quote_ident(a.attname)
            FROM attributes a JOIN pg_type t ON t.oid = a.atttypid,
                 LATERAL (VALUES
                   ('storage', a.attstorage <> t.typstorage),
                   ('compression', a.attcompression <> ''),
                   ('statistics target', a.attstattarget >= 0),
                   ('options', cardinality(a.options) > 0)) AS s (what, is_set)
           WHERE s.is_set AND a.attname IN (SELECT name FROM given)
          """,
          """
          SELECT 0, NULL, 'ALTER TABLE ', ' ALTER COLUMN ' || quoted || setting
            FROM remaining, LATERAL (
              SELECT ' SET STORAGE ' || CASE attstorage WHEN 'p' THEN 'PLAIN' WHEN 'm' THEN 'MAIN'
                                          WHEN 'e' THEN 'EXTERNAL' ELSE 'EXTENDED' END AS setting
               WHERE new_storage <> 'p' AND attstorage <> new_storage
                 AND attstorage <> (SELECT typstorage FROM pg_type WHERE oid = atttypid)
               UNION ALL
              SELECT ' SET COMPRESSION ' || CASE attcompression WHEN 'l' THEN 'lz4' ELSE 'pglz' END
               WHERE new_storage <> 'p' AND attcompression <> ''
               UNION ALL
              SELECT ' SET STATISTICS ' || attstattarget WHERE attstattarget >= 0
               UNION ALL
              SELECT ' SET (' || string_agg(split_part(o, '=', 1) || ' = '
                       || quote_literal(substr(o, strpos(o, '=') + 1)), ', ') || ')'
                FROM unnest(options) AS o
              HAVING count(*) > 0) AS settings
          """);

  /** Constraints that have names since PostgreSQL 18. */
  static final TablePart NOT_NULL =
      TablePart.lost(
          "NOT NULL constraints",
          Phase.SHAPE,
          "SELECT 'NOT NULL of column ' || quote_ident(attname) FROM attributes WHERE attnotnull",
          """
          SELECT 0, 'constraint ' || quote_ident(k.conname), 'ALTER TABLE ',
                 ' ADD CONSTRAINT ' || quote_ident(k.conname) || ' ' || pg_get_constraintdef(k.oid)
            FROM old JOIN pg_constraint k ON k.conrelid = old.oid AND k.contype = 'n'
           UNION ALL
          SELECT 0, 'NOT NULL of column ' || quoted, 'ALTER TABLE ',
                 ' ALTER COLUMN ' || quoted || ' SET NOT NULL'
            FROM remaining r
           WHERE attnotnull
             AND NOT EXISTS (SELECT FROM pg_constraint k
                              WHERE k.conrelid = r.attrelid AND k.contype = 'n'
                                AND k.conkey = ARRAY[r.attnum])
          """);

  static final TablePart DEFAULTS =
      TablePart.lost(
          "defaults",
          Phase.SHAPE,
          """
          SELECT 'default of column ' || quote_ident(attname) FROM attributes
           WHERE atthasdef AND attgenerated = '' AND attidentity = ''
          """,
          """
          SELECT 0, 'default of column ' || quoted, 'ALTER TABLE ',
                 ' ALTER COLUMN ' || quoted || ' SET DEFAULT ' || pg_get_expr(d.adbin, d.adrelid)
            FROM remaining JOIN pg_attrdef d ON d.adrelid = attrelid AND d.adnum = attnum
           WHERE attgenerated = ''
          """);

  /** Made with the columns, by {@link TableParts#definition}. */
  static final TablePart GENERATED =
      TablePart.lost(
          "generated columns",
          Phase.COLUMNS,
          """
          SELECT 'generation of column ' || quote_ident(attname) FROM attributes
           WHERE attgenerated <> '' AND attidentity = ''
          """,
          "");

  static final TablePart IDENTITIES =
      TablePart.lost(
          "identities",
          Phase.SHAPE,
          """
          SELECT 'identity of column ' || quote_ident(attname) FROM attributes
           WHERE attidentity <> ''
          """,
          """
          SELECT 0, i.what, 'ALTER TABLE ',
                 ' ALTER COLUMN ' || i.quoted || ' ADD GENERATED '
                 || CASE i.attidentity WHEN 'a' THEN 'ALWAYS' ELSE 'BY DEFAULT' END
                 || ' AS IDENTITY (SEQUENCE NAME ' || i.fresh
                 || ' START WITH ' || s.seqstart || ' INCREMENT BY ' || s.seqincrement
                 || ' MINVALUE ' || s.seqmin || ' MAXVALUE ' || s.seqmax || ' CACHE ' || s.seqcache
                 || CASE WHEN s.seqcycle THEN ' CYCLE' ELSE ' NO CYCLE' END || ')'
            FROM identities i JOIN pg_sequence s ON s.seqrelid = i.sequence
           UNION ALL
          SELECT 1, i.what, 'SELECT setval(' || quote_literal(i.fresh) || ', last_value, is_called)'
                 || ' FROM ' || i.sequence::regclass, NULL
            FROM identities i
          """);

  /**
   * The values from which sequences go on counting. The old sequence is renamed first, because only
   * that takes a lock that keeps other sessions from drawing values while the last one is read.
   */
  static final TablePart SEQUENCES =
      TablePart.carried(
          "sequences",
          Phase.HAND_OVER,
          "",
          """
          SELECT 0, i.what, 'ALTER SEQUENCE ' || i.sequence::regclass || ' RENAME TO ' || i.aside, NULL
            FROM identities i
           UNION ALL
          SELECT 1, i.what, 'SELECT setval(' || quote_literal(i.fresh) || ', CASE WHEN '
                 || CASE WHEN s.seqincrement > 0 THEN 'o.last_value >= n.last_value'
                         ELSE 'o.last_value <= n.last_value' END
                 || ' THEN o.last_value ELSE n.last_value END, o.is_called OR n.is_called) FROM '
                 || i.schema || '.' || i.aside || ' AS o, ' || i.fresh || ' AS n', NULL
            FROM identities i JOIN pg_sequence s ON s.seqrelid = i.sequence
           UNION ALL
          SELECT 2, 'sequence ' || d.objid::regclass,
                 'ALTER SEQUENCE ' || d.objid::regclass || ' OWNED BY ', '.' || r.quoted
            FROM remaining r
            JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = r.attrelid
             AND d.refobjsubid = r.attnum AND d.classid = 'pg_class'::regclass AND d.deptype = 'a'
            JOIN pg_class q ON q.oid = d.objid AND q.relkind = 'S'
          """);

  /** Names, grants and comments of the sequences of identities. */
  static final TablePart SEQUENCE_NAMES =
      TablePart.carried(
          "names of sequences",
          Phase.NAMED,
          "",
          """
          SELECT 0, i.what, 'ALTER SEQUENCE ' || i.fresh || ' RENAME TO ' || quote_ident(q.relname),
                 NULL
            FROM identities i JOIN pg_class q ON q.oid = i.sequence
           UNION ALL
          SELECT 1, i.what, 'GRANT ' || g.privilege_type || ' ON SEQUENCE ' || i.sequence::regclass
                 || ' TO ' || CASE g.grantee WHEN 0 THEN 'PUBLIC'
                                   ELSE quote_ident(pg_get_userbyid(g.grantee)) END
                 || CASE WHEN bool_or(g.is_grantable) AND g.grantee <> q.relowner
                         THEN ' WITH GRANT OPTION' ELSE '' END, NULL
            FROM identities i
            JOIN pg_class q ON q.oid = i.sequence,
                 aclexplode(coalesce(q.relacl, acldefault('s', q.relowner))) AS g
           GROUP BY i.what, i.sequence, g.privilege_type, g.grantee, q.relowner
           UNION ALL
          SELECT 2, i.what, 'COMMENT ON SEQUENCE ' || i.sequence::regclass || ' IS '
                 || quote_literal(d.description), NULL
            FROM identities i
            JOIN pg_description d ON d.classoid = 'pg_class'::regclass AND d.objoid = i.sequence
          """);

  /** Columns of the old table that the result lacks: the new table has the result's columns. */
  static final TablePart OTHER_COLUMNS =
      TablePart.carried(
          "added columns",
          Phase.SHAPE,
          "",
          """
          SELECT attnum, NULL, 'ALTER TABLE ', ' ADD COLUMN ' || quote_ident(attname)
            FROM attributes WHERE attname NOT IN (SELECT name FROM given)
          """);

  private ColumnParts() {}
}
