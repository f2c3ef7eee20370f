package io.resultsink.postgres.internal.part;

import io.resultsink.postgres.internal.part.TablePart.Phase;

/** The indexes, constraints, triggers and rules of a table. */
final class RuleParts {

  /** Indexes, without those of exclusion constraints, which the constraint makes. */
  static final TablePart INDEXES =
      TablePart.lost(
          "indexes",
          Phase.INDEX,
          """
          SELECT 'index ' || quote_ident(c.relname)
                 || CASE WHEN x.indisclustered THEN ' (that CLUSTER uses)' ELSE '' END
                 || CASE WHEN x.indisreplident THEN ' (that is its replica identity)' ELSE '' END
                 || CASE WHEN obj_description(c.oid, 'pg_class') IS NOT NULL
                         THEN ' and its comment' ELSE '' END
            FROM old JOIN pg_index x ON x.indrelid = old.oid JOIN pg_class c ON c.oid = x.indexrelid
          """,
          """
          SELECT 2 * x.number, x.what, x.in_tablespace, NULL FROM indexes x WHERE NOT x.excludes
           UNION ALL
          SELECT 2 * x.number + 1, x.what,
                 'CREATE ' || CASE WHEN x.indisunique THEN 'UNIQUE ' ELSE '' END || 'INDEX '
                 || x.fresh_name || ' ON ',
                 ' ' || substr(x.definition, length(x.head) + 1)
            FROM indexes x WHERE NOT x.excludes AND starts_with(x.definition, x.head)
          """);

  /** Constraints that an index implements, and the marks of a table on its indexes. */
  static final TablePart INDEX_CONSTRAINTS =
      TablePart.carried(
          "keys",
          Phase.CONSTRAINT,
          "",
          """
          SELECT 6 * x.number, x.what, x.in_tablespace, NULL FROM indexes x WHERE x.excludes
           UNION ALL
          SELECT 6 * x.number + 1, x.what, 'ALTER TABLE ',
                 ' ADD CONSTRAINT ' || x.fresh_name || ' '
                 || CASE WHEN x.excludes THEN pg_get_constraintdef(x.constraint_id)
                         ELSE CASE x.contype WHEN 'p' THEN 'PRIMARY KEY' ELSE 'UNIQUE' END
                              || ' USING INDEX ' || x.fresh_name
                              || CASE WHEN x.condeferrable THEN ' DEFERRABLE' ELSE '' END
                              || CASE WHEN x.condeferred THEN ' INITIALLY DEFERRED' ELSE '' END
                    END
            FROM indexes x WHERE x.constraint_id IS NOT NULL
           UNION ALL
          SELECT 6 * x.number + 2, x.what, 'ALTER TABLE ', ' CLUSTER ON ' || x.fresh_name
            FROM indexes x WHERE x.indisclustered
           UNION ALL
          SELECT 6 * x.number + 3, x.what, 'ALTER TABLE ',
                 ' REPLICA IDENTITY USING INDEX ' || x.fresh_name
            FROM indexes x WHERE x.indisreplident
           UNION ALL
          SELECT 6 * x.number + 4, x.what, 'ALTER INDEX ' || x.fresh || ' ALTER COLUMN ' || a.attnum
                 || ' SET STATISTICS ' || a.attstattarget, NULL
            FROM indexes x JOIN pg_attribute a ON a.attrelid = x.indexrelid AND a.attstattarget >= 0
           UNION ALL
          SELECT 6 * x.number + 5, x.what, 'ALTER INDEX ' || x.fresh || ' DEPENDS ON EXTENSION '
                 || quote_ident(e.extname), NULL
            FROM indexes x
            JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = x.indexrelid
             AND d.deptype = 'x'
            JOIN pg_extension e ON e.oid = d.refobjid
          """);

  /** The names of indexes, which are also the names of their constraints. */
  static final TablePart INDEX_NAMES =
      TablePart.carried(
          "names of indexes",
          Phase.NAMED,
          "",
          """
          SELECT 0, x.what, 'ALTER INDEX ' || x.fresh || ' RENAME TO ' || quote_ident(x.relname), NULL
            FROM indexes x
           UNION ALL
          SELECT 1, x.what, 'COMMENT ON INDEX ' || x.indexrelid::regclass || ' IS '
                 || quote_literal(d.description), NULL
            FROM indexes x
            JOIN pg_description d ON d.classoid = 'pg_class'::regclass AND d.objoid = x.indexrelid
          """);

  static final TablePart CONSTRAINTS =
      TablePart.lost(
          "constraints",
          Phase.SHAPE,
          """
          SELECT 'constraint ' || quote_ident(k.conname)
                 || CASE WHEN obj_description(k.oid, 'pg_constraint') IS NOT NULL
                         THEN ' and its comment' ELSE '' END
            FROM old JOIN pg_constraint k ON k.conrelid = old.oid
           WHERE k.contype IN ('c', 'f', 't')
              OR (k.contype <> 'n' AND obj_description(k.oid, 'pg_constraint') IS NOT NULL)
          """,
          """
          SELECT 0, 'constraint ' || quote_ident(k.conname), 'ALTER TABLE ',
                 ' ADD CONSTRAINT ' || quote_ident(k.conname) || ' ' || pg_get_constraintdef(k.oid)
            FROM old JOIN pg_constraint k ON k.conrelid = old.oid AND k.contype = 'c'
          """);

  /** Made after the triggers, since constraint triggers have such comments, too. */
  static final TablePart CONSTRAINT_COMMENTS =
      TablePart.carried(
          "comments on constraints",
          Phase.NAMED,
          "",
          """
          SELECT 0, 'constraint ' || quote_ident(k.conname),
                 'COMMENT ON CONSTRAINT ' || quote_ident(k.conname) || ' ON ' || old.oid::regclass
                 || ' IS ' || quote_literal(d.description), NULL
            FROM old
            JOIN pg_constraint k ON k.conrelid = old.oid
            JOIN pg_description d ON d.classoid = 'pg_constraint'::regclass AND d.objoid = k.oid
          """);

  /** Those of a partition's parent come with its place; before PostgreSQL 15 they are internal. */
  static final TablePart TRIGGERS =
      TablePart.lost(
          "triggers",
          Phase.NAMED,
          """
          SELECT 'trigger ' || quote_ident(tgname) FROM pg_trigger JOIN old ON old.oid = tgrelid
           WHERE NOT tgisinternal AND tgparentid = 0
          """,
          """
          SELECT s.rank, 'trigger ' || quote_ident(g.tgname), s.statement, NULL
            FROM old
            JOIN pg_trigger g ON g.tgrelid = old.oid AND NOT g.tgisinternal
            CROSS JOIN LATERAL (
              SELECT 0 AS rank, pg_get_triggerdef(g.oid) AS statement WHERE g.tgparentid = 0
               UNION ALL
              SELECT 1, 'ALTER TABLE ' || old.oid::regclass
                     || CASE g.tgenabled WHEN 'D' THEN ' DISABLE' WHEN 'R' THEN ' ENABLE REPLICA'
                                         ELSE ' ENABLE ALWAYS' END
                     || ' TRIGGER ' || quote_ident(g.tgname)
               WHERE g.tgenabled <> 'O'
               UNION ALL
              SELECT 2, 'COMMENT ON TRIGGER ' || quote_ident(g.tgname) || ' ON '
                     || old.oid::regclass || ' IS ' || quote_literal(d.description)
                FROM pg_description d
               WHERE d.classoid = 'pg_trigger'::regclass AND d.objoid = g.oid
               UNION ALL
              SELECT 3, 'ALTER TRIGGER ' || quote_ident(g.tgname) || ' ON ' || old.oid::regclass
                     || ' DEPENDS ON EXTENSION ' || quote_ident(e.extname)
                FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid
               WHERE d.classid = 'pg_trigger'::regclass AND d.objid = g.oid AND d.deptype = 'x'
            ) AS s
          """);

  static final TablePart RULES =
      TablePart.lost(
          "rules",
          Phase.NAMED,
          "SELECT 'rule ' || quote_ident(rulename) FROM pg_rewrite JOIN old ON old.oid = ev_class",
          """
          SELECT s.rank, 'rule ' || quote_ident(r.rulename), s.statement, NULL
            FROM old
            JOIN pg_rewrite r ON r.ev_class = old.oid
            CROSS JOIN LATERAL (
              SELECT 0 AS rank, rtrim(pg_get_ruledef(r.oid), ';') AS statement
               UNION ALL
              SELECT 1, 'ALTER TABLE ' || old.oid::regclass
                     || CASE r.ev_enabled WHEN 'D' THEN ' DISABLE' WHEN 'R' THEN ' ENABLE REPLICA'
                                          ELSE ' ENABLE ALWAYS' END
                     || ' RULE ' || quote_ident(r.rulename)
               WHERE r.ev_enabled <> 'O'
               UNION ALL
              SELECT 2, 'COMMENT ON RULE ' || quote_ident(r.rulename) || ' ON '
                     || old.oid::regclass || ' IS ' || quote_literal(d.description)
                FROM pg_description d
               WHERE d.classoid = 'pg_rewrite'::regclass AND d.objoid = r.oid
            ) AS s
          """);

  private RuleParts() {}
}
