package io.resultsink.postgres.internal.part;

import io.resultsink.postgres.internal.part.TablePart.Phase;

/** The storage of a table, its statistics objects and its replica identity. */
final class StorageParts {

  /** The replica identity, unless it is an index, which is marked with the indexes. */
  static final TablePart REPLICA_IDENTITY =
      TablePart.carried(
          "replica identity",
          Phase.SHAPE,
          "SELECT 'replica identity' FROM old WHERE relreplident IN ('f', 'n')",
          """
          SELECT 0, NULL, 'ALTER TABLE ',
                 ' REPLICA IDENTITY ' || CASE relreplident WHEN 'f' THEN 'FULL' ELSE 'NOTHING' END
            FROM old WHERE relreplident IN ('f', 'n')
          """);

  static final TablePart STATISTICS =
      TablePart.lost(
          "statistics objects",
          Phase.INDEX,
          """
          SELECT 'statistics object ' || quote_ident(stxname)
            FROM pg_statistic_ext JOIN old ON old.oid = stxrelid
          """,
          """
          SELECT 0, s.what, 'CREATE STATISTICS ' || s.fresh || ' '
                 || substr(s.definition, length(s.head) + 1,
                           length(s.definition) - length(s.head) - length(s.tail)) || ' FROM ', ''
            FROM statistics s
           WHERE starts_with(s.definition, s.head) AND right(s.definition, length(s.tail)) = s.tail
           UNION ALL
          SELECT 1, s.what, 'ALTER STATISTICS ' || s.fresh || ' SET STATISTICS ' || s.stxstattarget,
                 NULL
            FROM statistics s WHERE s.stxstattarget >= 0
          """);

  static final TablePart STATISTICS_NAMES =
      TablePart.carried(
          "names of statistics objects",
          Phase.NAMED,
          "",
          """
          SELECT 0, s.what, 'ALTER STATISTICS ' || s.fresh || ' RENAME TO ' || quote_ident(s.stxname),
                 NULL
            FROM statistics s
           UNION ALL
          SELECT 1, s.what, 'ALTER STATISTICS ' || s.schema || '.' || quote_ident(s.stxname)
                 || ' OWNER TO ' || quote_ident(pg_get_userbyid(s.stxowner)), NULL
            FROM statistics s
           UNION ALL
          SELECT 2, s.what, 'COMMENT ON STATISTICS ' || s.schema || '.' || quote_ident(s.stxname)
                 || ' IS ' || quote_literal(d.description), NULL
            FROM statistics s
            JOIN pg_description d ON d.classoid = 'pg_statistic_ext'::regclass AND d.objoid = s.oid
          """);

  static final TablePart OPTIONS =
      TablePart.lost(
          "storage options",
          Phase.SHAPE,
          """
          SELECT 'storage options ' || array_to_string(reloptions, ', ') FROM old
           WHERE reloptions IS NOT NULL
          """,
          """
          SELECT 0, NULL, 'ALTER TABLE ', ' SET (' || string_agg(
                   o.prefix || split_part(o.option, '=', 1) || ' = '
                   || quote_literal(substr(o.option, strpos(o.option, '=') + 1)), ', ') || ')'
            FROM old, LATERAL (
              SELECT '' AS prefix, unnest(old.reloptions) AS option
               UNION ALL
              SELECT 'toast.', unnest(t.reloptions) FROM pg_class t WHERE t.oid = old.reltoastrelid
            ) AS o
          HAVING count(*) > 0
          """);

  /** The database's default is written out, because the role may have another default. */
  static final TablePart TABLESPACE =
      TablePart.lost(
          "tablespace",
          Phase.SHAPE,
          """
          SELECT 'tablespace ' || quote_ident(s.spcname)
            FROM old JOIN pg_tablespace s ON s.oid = old.reltablespace
          """,
          """
          SELECT 0, 'tablespace ' || quote_ident(s.spcname), 'ALTER TABLE ',
                 ' SET TABLESPACE ' || quote_ident(s.spcname)
            FROM old
            JOIN pg_database d ON d.datname = current_database()
            JOIN pg_tablespace s ON s.oid = CASE old.reltablespace WHEN 0 THEN d.dattablespace
                                                                   ELSE old.reltablespace END
          """);

  static final TablePart PERSISTENCE =
      TablePart.lost(
          "persistence",
          Phase.SHAPE,
          "SELECT 'UNLOGGED (the new table is logged)' FROM old WHERE relpersistence = 'u'",
          "SELECT 0, NULL, 'ALTER TABLE ', ' SET UNLOGGED' FROM old WHERE relpersistence = 'u'");

  static final TablePart TYPED =
      TablePart.lost(
          "type of the table",
          Phase.SHAPE,
          "SELECT 'being a table of type ' || reloftype::regtype FROM old WHERE reloftype <> 0",
          "SELECT 0, NULL, 'ALTER TABLE ', ' OF ' || reloftype::regtype FROM old WHERE reloftype <>"
              + " 0");

  private StorageParts() {}
}
