package io.resultsink.postgres.internal.part;

import io.resultsink.postgres.internal.part.TablePart.Fate;
import io.resultsink.postgres.internal.part.TablePart.Phase;

/**
 * The foreign keys at both ends of a table.
 *
 * <p>All of them are added to the new table in the attempt. A private table with a foreign key
 * would make others' DELETE on the referenced table fail. The rows are checked as each is added,
 * while writers of the table at the other end wait.
 */
final class ForeignKeyParts {

  /**
   * The table's own. One that is NOT VALID is added as if it were valid, under another name. So its
   * new rows are checked, as they would be when they are inserted.
   */
  static final TablePart OUTGOING =
      TablePart.carried(
          "foreign keys",
          Phase.REFERENCE,
          "",
          """
          SELECT 0, k.what, 'ALTER TABLE ',
                 ' ADD CONSTRAINT '
                 || CASE WHEN k.loose THEN k.fresh_name ELSE quote_ident(k.conname) END || ' '
                 || CASE WHEN k.confrelid = k.conrelid
                         THEN k.columns || b.name || substr(k.definition, length(k.head))
                         ELSE k.definition END
            FROM foreign_keys k, becoming b
           WHERE k.conrelid = k.old_id AND starts_with(k.definition, k.head)
          """);

  /** As they were written, in the place of those that were checked. */
  static final TablePart LOOSE =
      TablePart.carried(
          "foreign keys that are NOT VALID",
          Phase.NAMED,
          "",
          """
          SELECT 0, k.what, 'ALTER TABLE ',
                 ' DROP CONSTRAINT ' || k.fresh_name || ', ADD CONSTRAINT ' || quote_ident(k.conname)
                 || ' ' || k.definition || ' NOT VALID'
            FROM foreign_keys k
           WHERE k.loose AND k.conrelid = k.old_id
          """);

  /** Those of other tables, which reference the new table too until it has the old one's place. */
  static final TablePart INCOMING =
      TablePart.carried(
          "foreign keys of other tables",
          Phase.REFERENCE,
          "",
          """
          SELECT 0, k.what, 'ALTER TABLE ' || k.conrelid::regclass || ' ADD CONSTRAINT '
                 || k.fresh_name || ' ' || k.columns, substr(k.definition, length(k.head))
            FROM foreign_keys k
           WHERE k.conrelid <> k.old_id AND starts_with(k.definition, k.head)
          """);

  static final TablePart INCOMING_NAMES =
      new TablePart(
          "foreign keys of other tables",
          Fate.REFUSED,
          Phase.REBOUND,
          """
          SELECT 'foreign key ' || quote_ident(k.conname) || ' of table ' || k.conrelid::regclass
            FROM old JOIN pg_constraint k ON k.confrelid = old.oid AND k.contype = 'f'
           WHERE k.conrelid <> old.oid
          """,
          """
          SELECT s.rank, k.what, s.statement, NULL
            FROM foreign_keys k
            CROSS JOIN LATERAL (
              SELECT 0 AS rank, 'ALTER TABLE ' || k.conrelid::regclass || ' DROP CONSTRAINT '
                     || quote_ident(k.conname) AS statement
               UNION ALL
              SELECT 1, 'ALTER TABLE ' || k.conrelid::regclass || ' RENAME CONSTRAINT '
                     || k.fresh_name || ' TO ' || quote_ident(k.conname)
               UNION ALL
              SELECT 2, 'COMMENT ON CONSTRAINT ' || quote_ident(k.conname) || ' ON '
                     || k.conrelid::regclass || ' IS ' || quote_literal(d.description)
                FROM pg_description d
               WHERE d.classoid = 'pg_constraint'::regclass AND d.objoid = k.oid
            ) AS s
           WHERE k.conrelid <> k.old_id
          """);

  private ForeignKeyParts() {}
}
