package io.resultsink.postgres.part;

/** What rows of a table must be, by which they are found, and what acts on their change. */
final class RuleParts {

  static final TablePart INDEXES =
      TablePart.lost(
          "indexes",
          """
          SELECT 'index ' || quote_ident(c.relname)
                 || CASE WHEN x.indisclustered THEN ' (that CLUSTER uses)' ELSE '' END
                 || CASE WHEN x.indisreplident THEN ' (that is its replica identity)' ELSE '' END
                 || CASE WHEN obj_description(c.oid, 'pg_class') IS NOT NULL
                         THEN ' and its comment' ELSE '' END
            FROM old JOIN pg_index x ON x.indrelid = old.oid JOIN pg_class c ON c.oid = x.indexrelid
          """);

  static final TablePart CONSTRAINTS =
      TablePart.lost(
          "constraints",
          """
          SELECT 'constraint ' || quote_ident(k.conname)
                 || CASE WHEN obj_description(k.oid, 'pg_constraint') IS NOT NULL
                         THEN ' and its comment' ELSE '' END
            FROM old JOIN pg_constraint k ON k.conrelid = old.oid
           WHERE k.contype IN ('c', 'f', 't')
              OR (k.contype <> 'n' AND obj_description(k.oid, 'pg_constraint') IS NOT NULL)
          """);

  static final TablePart TRIGGERS =
      TablePart.lost(
          "triggers",
          """
          SELECT 'trigger ' || quote_ident(tgname) FROM pg_trigger JOIN old ON old.oid = tgrelid
           WHERE NOT tgisinternal
          """);

  static final TablePart RULES =
      TablePart.lost(
          "rules",
          "SELECT 'rule ' || quote_ident(rulename) FROM pg_rewrite JOIN old ON old.oid = ev_class");

  private RuleParts() {}
}
