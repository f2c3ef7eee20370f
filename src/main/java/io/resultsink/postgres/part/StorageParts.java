package io.resultsink.postgres.part;

/** How a table is stored, and what the planner and subscribers know of its rows. */
final class StorageParts {

  /** An index that is the replica identity is part of the indexes. */
  static final TablePart REPLICA_IDENTITY =
      TablePart.carried(
          "replica identity",
          "SELECT 'replica identity' FROM old WHERE relreplident IN ('f', 'n')",
          """
          SELECT 0, 'ALTER TABLE ',
                 ' REPLICA IDENTITY ' || CASE relreplident WHEN 'f' THEN 'FULL' ELSE 'NOTHING' END
            FROM old WHERE relreplident IN ('f', 'n')
          """);

  static final TablePart STATISTICS =
      TablePart.lost(
          "statistics objects",
          """
          SELECT 'statistics object ' || quote_ident(stxname)
            FROM pg_statistic_ext JOIN old ON old.oid = stxrelid
          """);

  static final TablePart OPTIONS =
      TablePart.lost(
          "storage options",
          """
          SELECT 'storage options ' || array_to_string(reloptions, ', ') FROM old
           WHERE reloptions IS NOT NULL
          """);

  static final TablePart TABLESPACE =
      TablePart.lost(
          "tablespace",
          """
          SELECT 'tablespace ' || quote_ident(s.spcname)
            FROM old JOIN pg_tablespace s ON s.oid = old.reltablespace
          """);

  static final TablePart PERSISTENCE =
      TablePart.lost(
          "persistence",
          "SELECT 'UNLOGGED (the new table is logged)' FROM old WHERE relpersistence = 'u'");

  static final TablePart TYPED =
      TablePart.lost(
          "type of the table",
          "SELECT 'being a table of type ' || reloftype::regtype FROM old WHERE reloftype <> 0");

  private StorageParts() {}
}
