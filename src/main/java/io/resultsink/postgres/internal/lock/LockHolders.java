package io.resultsink.postgres.internal.lock;

import io.resultsink.postgres.destination.TableName;
import io.resultsink.postgres.internal.catalog.DropLocks;
import io.resultsink.postgres.internal.session.Session;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

/** The sessions that prevent a lock, as messages name them. */
final class LockHolders {

  private LockHolders() {}

  /**
   * Returns the sessions that hold a conflicting lock on the tables, or else those that wait for
   * one before this session. Shows process id, application and user; other fields if the role may
   * read them. For ACCESS EXCLUSIVE, also searches the tables and sequences that DROP TABLE locks,
   * and uncommitted changes to the catalog.
   *
   * @param tables the last one is the target
   */
  static List<String> of(Session session, List<TableName> tables, TableLock lock)
      throws SQLException {
    String beside =
        lock == TableLock.ACCESS_EXCLUSIVE
            ? DropLocks.query("(SELECT id FROM target)")
            : "SELECT NULL::oid AS relation, NULL::text AS label WHERE false";
    String sql =
        """
        WITH RECURSIVE wanted (modes) AS (SELECT ?::text[]),
        target (id) AS (SELECT ?::regclass::oid),
        parts (relation) AS (
          SELECT unnest(?::regclass[])::oid
           UNION
          SELECT i.inhrelid FROM pg_inherits i JOIN parts ON i.inhparent = parts.relation),
        beside AS (%s),
        locked (relation, label, modes) AS (
          SELECT relation, '', modes FROM parts, wanted
           UNION
          SELECT relation, label || ', is ', modes FROM beside, wanted
           UNION
          SELECT d.refobjid, 'table ' || d.refobjid::regclass || ', which a policy reads, is ',
                 '{AccessExclusiveLock}'
            FROM pg_policy y
            JOIN pg_depend d ON d.classid = 'pg_policy'::regclass AND d.objid = y.oid
             AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> y.polrelid
           WHERE y.polrelid = (SELECT id FROM target) AND 'AccessShareLock' = ANY (
                 (SELECT modes FROM wanted)::text[])),
        altered (by) AS (
          SELECT xmax FROM pg_class WHERE oid IN (SELECT relation FROM locked)
           UNION
          SELECT xmax FROM pg_attribute WHERE attrelid IN (SELECT relation FROM parts)),
        holder AS (
          SELECT DISTINCT l.pid, l.virtualtransaction, l.granted, r.label
            FROM pg_locks l JOIN locked r ON r.relation = l.relation
           WHERE l.locktype = 'relation' AND l.mode = ANY (r.modes)
             AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
           UNION
          SELECT l.pid, l.virtualtransaction, true, 'its row in the catalog is '
            FROM pg_locks l JOIN altered ON altered.by = l.transactionid
           WHERE l.locktype = 'transactionid' AND l.granted)
        SELECT coalesce('pid ' || l.pid, 'prepared transaction ' || quote_literal(p.gid),
                        'a prepared transaction'),
               CASE WHEN a.pid IS NOT NULL
                    THEN coalesce(nullif(a.application_name, ''), 'an unnamed application') END,
               coalesce(a.usename, p.owner, 'unknown'),
               date_trunc('second', clock_timestamp() - coalesce(a.xact_start, p.prepared))::text,
               left(a.query, 80), l.granted, l.label
          FROM holder AS l
          LEFT JOIN pg_stat_activity a ON a.pid = l.pid
          LEFT JOIN (pg_locks own JOIN pg_prepared_xacts p ON p.transaction = own.transactionid)
            ON l.pid IS NULL AND own.pid IS NULL AND own.locktype = 'transactionid'
           AND own.virtualtransaction = l.virtualtransaction
         WHERE l.pid IS DISTINCT FROM pg_backend_pid()
         ORDER BY coalesce(a.xact_start, p.prepared) NULLS LAST, l.label
        """
            .formatted(beside);
    record Waited(boolean granted, String description) {}
    List<Waited> found =
        session.list(
            sql,
            row ->
                new Waited(
                    row.getBoolean(6),
                    row.getString(7)
                        + (row.getBoolean(6) ? "held by " : "requested before us by ")
                        + who(row)),
            lock.conflicts().toArray(String[]::new),
            tables.get(tables.size() - 1).quoted(),
            tables.stream().map(TableName::quoted).toArray(String[]::new));
    boolean held = found.stream().anyMatch(Waited::granted);
    return found.stream()
        .filter(waited -> waited.granted() == held)
        .map(Waited::description)
        .toList();
  }

  private static String who(ResultSet row) throws SQLException {
    String application = row.getString(2) == null ? "" : ", " + row.getString(2);
    String since = row.getString(4) == null ? "" : ", for " + row.getString(4);
    String query = row.getString(5);
    boolean readable = query != null && !query.startsWith("<");
    return row.getString(1)
        + application
        + ", user "
        + row.getString(3)
        + since
        + (readable ? ": " + query.replaceAll("\\s+", " ").strip() : "");
  }
}
