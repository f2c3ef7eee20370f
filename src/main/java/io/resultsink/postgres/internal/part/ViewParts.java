package io.resultsink.postgres.internal.part;

import io.resultsink.postgres.internal.part.TablePart.Fate;
import io.resultsink.postgres.internal.part.TablePart.Phase;

/**
 * The views that read a table. Views on these views, and other objects that depend on them, stay as
 * they are.
 */
final class ViewParts {

  private static final String VIEWS =
      """
      (SELECT DISTINCT v.*
         FROM old
         JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = old.oid
          AND d.classid = 'pg_rewrite'::regclass
         JOIN pg_rewrite r ON r.oid = d.objid AND r.rulename = '_RETURN'
         JOIN pg_class v ON v.oid = r.ev_class AND v.relkind = 'v')
      """;

  /**
   * The locks of the views, taken before the table's, in the order in which readers take them. The
   * statement changes nothing. No other statement locks a view without the tables that it reads.
   */
  static final TablePart LOCKS =
      TablePart.carried(
          "locks of views",
          Phase.LOCK,
          "",
          """
          SELECT 0, 'view ' || v.oid::regclass, 'ALTER VIEW ' || v.oid::regclass || ' OWNER TO '
                 || quote_ident(pg_get_userbyid(v.relowner)), NULL
            FROM pg_class v
           WHERE v.relkind = 'v'
             AND v.oid IN (SELECT oid FROM %s AS reading
                            UNION
                           SELECT ev_class FROM other_rules)
          """
              .formatted(VIEWS));

  static final TablePart VIEWS_OF_IT =
      new TablePart(
          "views",
          Fate.REFUSED,
          Phase.REBOUND,
          """
          SELECT 'view ' || v.oid::regclass FROM %s AS v
          """
              .formatted(VIEWS),
          """
          SELECT 0, 'view ' || v.oid::regclass, 'CREATE OR REPLACE VIEW ' || v.oid::regclass
                 || coalesce(' WITH (' || (
                      SELECT string_agg(split_part(o, '=', 1) || ' = '
                               || quote_literal(substr(o, strpos(o, '=') + 1)), ', ')
                        FROM unnest(v.reloptions) AS o) || ')', '')
                 || ' AS ' || rtrim(pg_get_viewdef(v.oid), ';'), NULL
            FROM %s AS v
          """
              .formatted(VIEWS));

  private ViewParts() {}
}
