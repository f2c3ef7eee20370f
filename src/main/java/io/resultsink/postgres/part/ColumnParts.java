package io.resultsink.postgres.part;

/** What a table's columns have beside name and type. */
final class ColumnParts {

  /**
   * Made while the table is empty, or before it is analyzed, since a new collation takes
   * statistics; collations first, since they take the column's other settings, too.
   */
  static final TablePart SETTINGS =
      TablePart.carried(
          "settings of columns",
          """
          SELECT s.what || ' of column ' || quote_ident(a.attname)
            FROM attributes a JOIN pg_type t ON t.oid = a.atttypid,
                 LATERAL (VALUES
                   ('collation', a.attcollation <> t.typcollation),
                   ('storage', a.attstorage <> t.typstorage),
                   ('compression', a.attcompression <> ''),
                   ('statistics target', a.attstattarget >= 0),
                   ('options', a.attoptions IS NOT NULL)) AS s (what, is_set)
           WHERE s.is_set AND a.attname IN (SELECT name FROM given)
          """,
          """
          SELECT rank, 'ALTER TABLE ', ' ALTER COLUMN ' || quoted || setting
            FROM remaining, LATERAL (
              SELECT 1 AS rank, ' TYPE ' || type || ' COLLATE ' || quote_ident(s.nspname) || '.'
                     || quote_ident(l.collname) AS setting
                FROM pg_collation l JOIN pg_namespace s ON s.oid = l.collnamespace
               WHERE l.oid = attcollation AND new_collation <> 0 AND attcollation <> new_collation
               UNION ALL
              SELECT 2, ' SET STORAGE ' || CASE attstorage WHEN 'p' THEN 'PLAIN' WHEN 'm' THEN 'MAIN'
                                          WHEN 'e' THEN 'EXTERNAL' ELSE 'EXTENDED' END
               WHERE new_storage <> 'p' AND attstorage <> new_storage
                 AND attstorage <> (SELECT typstorage FROM pg_type WHERE oid = atttypid)
               UNION ALL
              SELECT 2, ' SET COMPRESSION ' || CASE attcompression WHEN 'l' THEN 'lz4' ELSE 'pglz' END
               WHERE new_storage <> 'p' AND attcompression <> ''
               UNION ALL
              SELECT 2, ' SET STATISTICS ' || attstattarget WHERE attstattarget >= 0
               UNION ALL
              SELECT 2, ' SET (' || array_to_string(attoptions, ', ') || ')'
               WHERE attoptions IS NOT NULL) AS settings
          """);

  static final TablePart NOT_NULL =
      TablePart.lost(
          "NOT NULL constraints",
          """
          SELECT 'NOT NULL of column ' || quote_ident(attname) FROM attributes WHERE attnotnull
          """);

  static final TablePart DEFAULTS =
      TablePart.lost(
          "defaults",
          """
          SELECT 'default of column ' || quote_ident(attname) FROM attributes
           WHERE atthasdef AND attgenerated = '' AND attidentity = ''
          """);

  static final TablePart GENERATED =
      TablePart.lost(
          "generated columns",
          """
          SELECT 'generation of column ' || quote_ident(attname) FROM attributes
           WHERE attgenerated <> '' AND attidentity = ''
          """);

  static final TablePart IDENTITIES =
      TablePart.lost(
          "identities",
          """
          SELECT 'identity of column ' || quote_ident(attname) FROM attributes
           WHERE attidentity <> ''
          """);

  /** Columns that were there and are not given: a new table has those of the result. */
  static final TablePart OTHER_COLUMNS =
      TablePart.carried(
          "added columns",
          "",
          """
          SELECT attnum, 'ALTER TABLE ', ' ADD COLUMN ' || quote_ident(attname)
            FROM attributes WHERE attname NOT IN (SELECT name FROM given)
          """);

  private ColumnParts() {}
}
