package io.resultsink.pipelines.schedule;

import io.resultsink.postgres.internal.session.Jdbc;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/**
 * The rule by which tables of schedules are believed.
 *
 * <p>The owner of the schema or of a table can change the SQL that serving processes execute. The
 * owner can also create a trigger, which runs as the role that writes. So they must belong to our
 * role, to the owner of the database, or to a superuser. Membership in the owner's role proves
 * nothing, because before PostgreSQL 16 every role could make others its members.
 */
final class ScheduleSchema {

  private static final String PROBLEMS =
      """
      WITH me (id, name) AS (SELECT to_regrole(quote_ident(current_user))::oid, current_user),
      ruling (id) AS (
        SELECT id FROM me
         UNION ALL
        SELECT oid FROM pg_roles WHERE rolsuper
         UNION ALL
        SELECT datdba FROM pg_database WHERE datname = current_database()),
      home AS (
        SELECT oid AS id, CASE nspowner WHEN 'pg_database_owner'::regrole
                          THEN (SELECT datdba FROM pg_database WHERE datname = current_database())
                          ELSE nspowner END AS owner
          FROM pg_namespace WHERE nspname = ?),
      relation AS (
        SELECT c.oid AS id, c.relowner AS owner,
               CASE c.relkind WHEN 'S' THEN 'sequence' WHEN 'v' THEN 'view'
                              WHEN 'm' THEN 'materialized view' WHEN 'f' THEN 'foreign table'
                              ELSE 'table' END AS kind
          FROM pg_class c JOIN home ON home.id = c.relnamespace
         WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S'))
      SELECT format('it belongs to role %s; if its tables are to be trusted, run ALTER SCHEMA %I OWNER TO %I; else rename or drop it',
                    pg_get_userbyid(owner), ?, name) AS problem
        FROM home, me WHERE owner NOT IN (SELECT id FROM ruling)
       UNION ALL
      SELECT format('%s %s belongs to role %s; if it is to be trusted, run ALTER %s %s OWNER TO %I; else drop it',
                    kind, relation.id::regclass, pg_get_userbyid(owner), upper(kind),
                    relation.id::regclass, name)
        FROM relation, me WHERE owner NOT IN (SELECT id FROM ruling)
       UNION ALL
      SELECT format('%s %s has the trigger %s, which would run as role %s; run DROP TRIGGER %I ON %s',
                    kind, relation.id::regclass, tgname, name, tgname, relation.id::regclass)
        FROM relation JOIN pg_trigger ON tgrelid = relation.id, me WHERE NOT tgisinternal
       UNION ALL
      SELECT format('table %s refers to %s %s, whose rows could not be deleted; run ALTER TABLE %s DROP CONSTRAINT %I',
                    conrelid::regclass, kind, relation.id::regclass, conrelid::regclass, conname)
        FROM relation JOIN pg_constraint ON confrelid = relation.id AND contype = 'f'
       WHERE conrelid NOT IN (SELECT id FROM relation)
       ORDER BY problem
      """;

  private ScheduleSchema() {}

  /** Returns why the schema is not believed; empty if it is, or if it does not exist yet. */
  static List<String> problems(Connection connection) throws SQLException {
    return Jdbc.list(
        connection,
        PROBLEMS,
        row -> row.getString(1),
        ScheduleDatabase.SCHEMA,
        ScheduleDatabase.SCHEMA);
  }
}
