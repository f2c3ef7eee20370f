package io.resultsink.postgres.internal.part;

import io.resultsink.postgres.internal.part.TablePart.Fate;
import io.resultsink.postgres.internal.part.TablePart.Phase;

/**
 * The place of a partition. The new one gets before what a partition has from its parent. ATTACH
 * takes over indexes, foreign keys and checks that are there already, and does not make them.
 */
final class PartitionParts {

  /** Taken before the partition's, as readers of the parent take them. */
  static final TablePart LOCKS =
      TablePart.carried(
          "lock of the partitioned table",
          Phase.LOCK,
          "",
          """
          SELECT 0, 'table ' || p.oid::regclass, 'ALTER TABLE ' || p.oid::regclass || ' OWNER TO '
                 || quote_ident(pg_get_userbyid(p.relowner)), NULL
            FROM old
            JOIN pg_inherits i ON i.inhrelid = old.oid AND old.relispartition
            JOIN pg_class p ON p.oid = i.inhparent
          """);

  /** A check of the bound, for which ATTACH need not read the rows while readers wait. */
  static final TablePart BOUND =
      TablePart.carried(
          "bound of the partition",
          Phase.CONSTRAINT,
          "",
          """
          SELECT 0, 'partition bound ' || pg_get_expr(old.relpartbound, old.oid), 'ALTER TABLE ',
                 ' ADD CONSTRAINT ' || n.bound || ' CHECK (' || d.definition || ')'
            FROM old, names n, LATERAL pg_get_partition_constraintdef(old.oid) AS d (definition)
           WHERE old.relispartition AND d.definition <> ''
          """);

  static final TablePart PLACE =
      new TablePart(
          "place as a partition",
          Fate.REFUSED,
          Phase.NAMED,
          """
          SELECT 'partition of ' || i.inhparent::regclass
            FROM old JOIN pg_inherits i ON i.inhrelid = old.oid AND old.relispartition
          """,
          """
          SELECT s.rank, 'partition of ' || i.inhparent::regclass, s.before, s.after
            FROM old
            JOIN pg_inherits i ON i.inhrelid = old.oid AND old.relispartition
            CROSS JOIN names n
            CROSS JOIN LATERAL (
              SELECT 0 AS rank,
                     'ALTER TABLE ' || i.inhparent::regclass || ' ATTACH PARTITION ' AS before,
                     ' ' || pg_get_expr(old.relpartbound, old.oid) AS after
               UNION ALL
              SELECT 1, 'ALTER TABLE ', ' DROP CONSTRAINT ' || n.bound
               WHERE pg_get_partition_constraintdef(old.oid) <> ''
            ) AS s
          """);

  private PartitionParts() {}
}
