package io.resultsink.postgres.internal.rejects;

import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.destination.TableName;
import io.resultsink.postgres.failure.IncompatibleTableException;
import io.resultsink.postgres.internal.catalog.ExistingTable;
import io.resultsink.postgres.internal.catalog.ResolvedTarget;
import io.resultsink.postgres.internal.lock.AdvisoryLock;
import io.resultsink.postgres.internal.own.FoundTable;
import io.resultsink.postgres.internal.own.OwnTable;
import io.resultsink.postgres.internal.own.RecordRules;
import io.resultsink.postgres.internal.run.PartId;
import io.resultsink.postgres.internal.session.Jdbc;
import io.resultsink.postgres.internal.session.Session;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.beam.sdk.annotations.Internal;

/**
 * The table that keeps the rejected rows. The transaction that publishes the others writes it. So
 * it has each of them once, whatever was retried, restarted or launched again.
 *
 * <p>Error outputs are read from here after the commit. The rows that a worker holds would be lost
 * with it, and be there again when its bundle is.
 */
@Internal
public record RejectsTable(TableName name) {

  /** The sink's own, for those who want an error output and have named no table. */
  public static final String OWN = "result_sink_rejects";

  private static final String COMMENT =
      "Rows that did not fit the table that they were published into";

  private static final int FETCHED_AT_A_TIME = 1_000;

  /** An error output has this long to read the rows, whatever ages are asked for. */
  public static final Duration SHORTEST_AGE = Duration.ofDays(1);

  private static final RecordRules RULES =
      new RecordRules("rejects table", columns(), null, "name another table with rejects=");

  /**
   * A row that did not fit.
   *
   * @param column the column that it does not fit; empty when it is not one alone
   * @param reason a sentence without a value
   * @param row the row as JSON
   */
  public record Rejected(
      Instant rejectedAt, String column, String reason, String sqlState, String row) {}

  private static Map<String, String> columns() {
    Map<String, String> columns = new LinkedHashMap<>();
    Stream.of("run_id", "target_schema", "target_table", "part")
        .forEach(column -> columns.put(column, "text"));
    columns.put("rejected_at", "timestamp with time zone");
    Stream.of("column_name", "reason", "sqlstate", "row_json")
        .forEach(column -> columns.put(column, "text"));
    return columns;
  }

  /** The table of a target; absent when a row that does not fit fails the run. */
  public static Optional<RejectsTable> of(PostgresTarget target, ResolvedTarget resolved) {
    TableName asked = target.rejects();
    if (asked == null) {
      return Optional.empty();
    }
    String schema = asked.schema();
    return Optional.of(
        new RejectsTable(
            schema == null ? new TableName(resolved.stagingSchema(), asked.table()) : asked));
  }

  /** The one that a summary names, {@code schema.table} as a URL writes it. */
  public static RejectsTable named(String encoded) {
    return new RejectsTable(TableName.parse(encoded));
  }

  /** The statement that creates it; JSON as text, since jsonb has no U+0000. */
  public String definition() {
    return """
        CREATE TABLE %s (
          run_id        text        NOT NULL,
          target_schema text        NOT NULL,
          target_table  text        NOT NULL,
          part          text        NOT NULL DEFAULT '',
          rejected_at   timestamptz NOT NULL,
          column_name   text        NOT NULL,
          reason        text        NOT NULL,
          sqlstate      text        NOT NULL,
          row_json      text        NOT NULL
        )"""
        .formatted(name.quoted());
  }

  /**
   * The outcome of a look at it.
   *
   * @param readable whether our role may read it
   * @param table whether it is a rejects table at all, to which our role could be given privileges
   * @param problems why it is not believed; empty when it is
   */
  public record Look(boolean there, boolean readable, boolean table, List<String> problems) {}

  /** Looks at it; {@code target} is the table that is written. */
  public Look look(Session session, TableName target) throws SQLException {
    return FoundTable.find(session, name, target)
        .map(found -> new Look(true, found.readable(), RULES.isOne(found), RULES.problems(found)))
        .orElse(new Look(false, false, false, List.of()));
  }

  /**
   * Creates the table in this transaction, unless it exists. Waits for another session that is
   * creating it.
   */
  public void createWhenMissing(Session session, TableName target, Duration wait)
      throws SQLException {
    if (ExistingTable.kindOf(session, name).isEmpty()) {
      AdvisoryLock.acquire(session, "rejects " + name, wait);
    }
    if (ExistingTable.kindOf(session, name).isEmpty()) {
      session.define(definition(), "CREATE INDEX ON " + name.quoted() + " (run_id)");
      OwnTable.closeNew(session, name, COMMENT);
      OwnTable.requirePrivate(OwnTable.find(session, name).orElseThrow());
    }
    refuse(look(session, target).problems(), "used; the target is untouched");
  }

  private void refuse(List<String> problems, String doing) {
    if (!problems.isEmpty()) {
      throw new IncompatibleTableException(
          "rejects table " + name + " cannot be " + doing, problems);
    }
  }

  /**
   * Adds rows of a part, in this transaction.
   *
   * @param rows a SELECT's FROM and WHERE, over a table with the columns of {@link
   *     #stagedDefinition}
   * @return how many they are
   */
  public long add(Session session, PartId part, TableName target, String rows) throws SQLException {
    // The lock comes first: CREATE TRIGGER and its like wait for it.
    session.execute("LOCK TABLE " + name.quoted() + " IN ROW EXCLUSIVE MODE");
    refuse(look(session, target).problems(), "used; the target is untouched");
    String sql =
        """
        INSERT INTO %s (run_id, target_schema, target_table, part,
                        rejected_at, column_name, reason, sqlstate, row_json)
        SELECT ?, ?, ?, ?, rejected_at, column_name, reason, sqlstate, row_json
          FROM %s
        """
            .formatted(name.quoted(), rows);
    return session.update(sql, part.runId(), target.schema(), target.table(), part.part());
  }

  /** The columns of a table in which such rows wait until they are published. */
  public static String stagedDefinition() {
    return "rejected_at timestamptz NOT NULL, column_name text NOT NULL, reason text NOT NULL,"
        + " sqlstate text NOT NULL, row_json text NOT NULL";
  }

  /** The names of these columns, in the order in which they are staged. */
  public static List<String> stagedColumns() {
    return List.of("rejected_at", "column_name", "reason", "sqlstate", "row_json");
  }

  /**
   * Gives the rows of a part, one at a time.
   *
   * @return how many there are; 0 also when the table has gone
   */
  public long read(Session session, PartId part, TableName target, Consumer<Rejected> rows)
      throws SQLException {
    Look look = look(session, target);
    if (!look.there()) {
      return 0;
    }
    refuse(look.problems(), "read");
    String sql =
        """
        SELECT rejected_at, column_name, reason, sqlstate, row_json FROM %s
         WHERE run_id = ? AND target_schema = ? AND target_table = ? AND part = ?
        """
            .formatted(name.quoted());
    return session.each(
        sql,
        FETCHED_AT_A_TIME,
        row -> rows.accept(rejected(row)),
        part.runId(),
        target.schema(),
        target.table(),
        part.part());
  }

  private static Rejected rejected(ResultSet row) throws SQLException {
    return new Rejected(
        Jdbc.instant(row, "rejected_at"),
        row.getString("column_name"),
        row.getString("reason"),
        row.getString("sqlstate"),
        row.getString("row_json"));
  }

  /** Returns the sink's own, in the schema of staging tables and the ledger. */
  public static RejectsTable ownIn(String stagingSchema) {
    return new RejectsTable(new TableName(stagingSchema, OWN));
  }

  /** Returns whether it is the sink's own, which nobody has asked to keep for ever. */
  public boolean isOwnIn(String stagingSchema) {
    return equals(ownIn(stagingSchema));
  }

  /**
   * Forgets the rows of runs that were published longer ago than {@code age}, when it is there. The
   * ledger's time counts, and not the rows': a run may have taken longer than that, and a worker's
   * clock may be wrong.
   *
   * @param ledger the ledger beside it, which is there
   * @return how many rows
   */
  public long purge(Session session, TableName ledger, TableName target, Duration age)
      throws SQLException {
    return isUsable(session, target)
        ? session.update("DELETE" + olderThan(ledger), age.toSeconds() + " s")
        : 0;
  }

  /**
   * Does the same with the rows of one table's runs.
   *
   * @param target the table
   * @param forget whether they are forgotten, and not only counted
   */
  public long purgeOf(
      Session session, TableName ledger, TableName target, Duration age, boolean forget)
      throws SQLException {
    if (!isUsable(session, target)) {
      return 0;
    }
    String old = olderThan(ledger) + " AND kept.target_schema = ? AND kept.target_table = ?";
    Object[] parameters = {age.toSeconds() + " s", target.schema(), target.table()};
    return forget
        ? session.update("DELETE" + old, parameters)
        : session.one("SELECT count(*)" + old, row -> row.getLong(1), parameters);
  }

  private boolean isUsable(Session session, TableName target) throws SQLException {
    Look look = look(session, target);
    return look.there() && look.readable() && look.problems().isEmpty();
  }

  private String olderThan(TableName ledger) {
    return """
         FROM %s AS kept
        WHERE NOT EXISTS (
          SELECT FROM %s AS published
           WHERE published.run_id = kept.run_id
             AND published.target_schema = kept.target_schema
             AND published.target_table = kept.target_table
             AND published.part = kept.part
             AND published.published_at >= pg_catalog.clock_timestamp() - ?::interval)
        """
        .formatted(name.quoted(), ledger.quoted());
  }
}
