package io.resultsink.postgres.internal.part;

import io.resultsink.postgres.internal.part.TablePart.Fate;
import io.resultsink.postgres.internal.part.TablePart.Phase;

/** The policies and rules of other tables that read a table, or write to it. */
final class OtherTableParts {

  /**
   * The locks of the tables that are altered beside it, taken before the table's. The statement
   * changes nothing, and asks for no more than owning them.
   */
  static final TablePart LOCKS =
      TablePart.carried(
          "locks of other tables",
          Phase.LOCK,
          "",
          """
          SELECT 0, 'table ' || c.oid::regclass, 'ALTER TABLE ' || c.oid::regclass || ' OWNER TO '
                 || quote_ident(pg_get_userbyid(c.relowner)), NULL
            FROM pg_class c
           WHERE c.relkind IN ('r', 'p')
             AND c.oid IN (
                   SELECT k.conrelid FROM pg_constraint k JOIN old ON k.confrelid = old.oid
                    WHERE k.contype = 'f' AND k.conrelid <> old.oid
                    UNION
                   SELECT polrelid FROM other_policies
                    UNION
                   SELECT ev_class FROM other_rules)
          """);

  static final TablePart POLICIES =
      new TablePart(
          "policies of other tables",
          Fate.REFUSED,
          Phase.REBOUND,
          """
          SELECT 'policy ' || quote_ident(polname) || ' of table ' || polrelid::regclass
            FROM other_policies
          """,
          """
          SELECT 0, 'policy ' || quote_ident(polname) || ' of table ' || polrelid::regclass,
                 'ALTER POLICY ' || quote_ident(polname) || ' ON ' || polrelid::regclass
                 || coalesce(' USING (' || pg_get_expr(polqual, polrelid) || ')', '')
                 || coalesce(' WITH CHECK (' || pg_get_expr(polwithcheck, polrelid) || ')', ''), NULL
            FROM other_policies
          """);

  /** After the views: a rule of a view may read another one. */
  static final TablePart RULES =
      new TablePart(
          "rules of other tables",
          Fate.REFUSED,
          Phase.REBOUND,
          """
          SELECT 'rule ' || quote_ident(rulename) || ' of ' || ev_class::regclass FROM other_rules
          """,
          """
          SELECT 0, 'rule ' || quote_ident(rulename) || ' of ' || ev_class::regclass,
                 'CREATE OR REPLACE' || substr(rtrim(pg_get_ruledef(oid), ';'), length('CREATE') + 1),
                 NULL
            FROM other_rules
          """);

  private OtherTableParts() {}
}
