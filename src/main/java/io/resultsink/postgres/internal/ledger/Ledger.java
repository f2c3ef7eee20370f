package io.resultsink.postgres.internal.ledger;

import io.resultsink.postgres.destination.TableName;
import io.resultsink.postgres.failure.IncompatibleTableException;
import io.resultsink.postgres.internal.catalog.ExistingTable;
import io.resultsink.postgres.internal.lock.AdvisoryLock;
import io.resultsink.postgres.internal.own.FoundTable;
import io.resultsink.postgres.internal.own.OwnTable;
import io.resultsink.postgres.internal.run.Part;
import io.resultsink.postgres.internal.run.PartId;
import io.resultsink.postgres.internal.session.Jdbc;
import io.resultsink.postgres.internal.session.Session;
import io.resultsink.postgres.report.ResultSummary;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.beam.sdk.annotations.Internal;

/**
 * The table that records what was published: one row per part and target, written by the publishing
 * transaction.
 *
 * <p>Its row is the only proof of a publish. A missing staging table proves nothing.
 */
@Internal
public record Ledger(TableName name) {

  /** The ledger's name in the staging schema. */
  public static final String TABLE = FoundTable.LEDGER;

  /** The version of the format, which changes when a row's meaning does. */
  static final int FORMAT = 1;

  private static final String COMMENT = "What result_sink has published: one row per run and table";

  /** Returns the ledger of a schema. */
  public static Ledger in(String schema) {
    return new Ledger(new TableName(schema, TABLE));
  }

  /** Returns the statement that creates the ledger. */
  public String definition() {
    return """
    CREATE TABLE %s (
      run_id        text        NOT NULL,
      target_schema text        NOT NULL,
      target_table  text        NOT NULL,
      part          text        NOT NULL DEFAULT '',
      mode          text        NOT NULL,
      published_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
      given         boolean     NOT NULL,
      format        integer     NOT NULL,
      summary       jsonb       NOT NULL,
      PRIMARY KEY (run_id, target_schema, target_table, part)
    )\
    """
        .formatted(name.quoted());
  }

  /**
   * The result of the ledger's check.
   *
   * @param there whether a relation of its name exists
   * @param readable whether our role may read it
   * @param table whether it is a ledger, on which our role could get privileges
   * @param problems why it is not believed; empty if it is
   */
  public record Look(boolean there, boolean readable, boolean table, List<String> problems) {

    /**
     * The result for a transaction that has claimed its run: the ledger is believed, and locked.
     */
    public static final Look HELD = new Look(true, true, true, List.of());

    private static final Look MISSING = new Look(false, false, false, List.of());

    boolean canBeRead() {
      return there && readable && problems.isEmpty();
    }
  }

  /** Checks the ledger; {@code target} is the table that is written. */
  public Look look(Session session, TableName target) throws SQLException {
    return among(FoundTable.find(session, List.of(name), target));
  }

  /** Returns the check of the ledger, if it is among relations that were found. */
  public Look among(List<FoundTable> found) {
    return found.stream()
        .filter(table -> table.name().equals(name))
        .findFirst()
        .map(
            table ->
                new Look(
                    true,
                    table.readable(),
                    LedgerRules.RULES.isOne(table),
                    LedgerRules.RULES.problems(table)))
        .orElse(Look.MISSING);
  }

  /**
   * Creates the ledger in this transaction, unless it exists. Waits for another session that is
   * creating it.
   */
  public void createWhenMissing(Session session, Duration wait) throws SQLException {
    AdvisoryLock.acquire(session, "ledger " + name, wait);
    if (ExistingTable.kindOf(session, name).isEmpty()) {
      session.define(definition());
      OwnTable.closeNew(session, name, COMMENT);
      FoundTable created = OwnTable.find(session, name).orElseThrow();
      refuse(
          LedgerRules.RULES.problems(created).stream()
              .map(problem -> problem + FoundTable.EVENT_TRIGGER)
              .toList());
      OwnTable.requirePrivate(created);
    }
  }

  /**
   * Locks the ledger's definition until this transaction ends, then refuses a ledger that is not
   * believed. The lock comes first, because statements such as CREATE TRIGGER wait for it.
   */
  private void hold(Session session, TableName target) throws SQLException {
    session.execute("LOCK TABLE " + name.quoted() + " IN ROW EXCLUSIVE MODE");
    refuse(look(session, target).problems());
  }

  private void refuse(List<String> problems) {
    if (!problems.isEmpty()) {
      throw new IncompatibleTableException(
          "ledger " + name + " cannot be used; the target is untouched", problems);
    }
  }

  /** Returns the summary of a part; absent if it was not published, or there is no ledger. */
  public Optional<ResultSummary> find(Session session, PartId part, TableName target)
      throws SQLException {
    return find(session, look(session, target), part, target);
  }

  /**
   * Returns the same as {@link #find(Session, PartId, TableName)}, for a ledger that was checked
   * already.
   */
  public Optional<ResultSummary> find(Session session, Look look, PartId part, TableName target)
      throws SQLException {
    if (!look.canBeRead()) {
      return Optional.empty();
    }
    String sql =
        """
        SELECT summary::text, published_at FROM %s
         WHERE run_id = ? AND target_schema = ? AND target_table = ? AND part = ?
        """
            .formatted(name.quoted());
    return session.find(
        sql, Ledger::summary, part.runId(), target.schema(), target.table(), part.part());
  }

  /** Returns the newest publish into a table. */
  public Optional<ResultSummary> newest(Session session, TableName target) throws SQLException {
    if (!look(session, target).canBeRead()) {
      return Optional.empty();
    }
    String sql =
        """
        SELECT summary::text, published_at FROM %s
         WHERE target_schema = ? AND target_table = ?
         ORDER BY published_at DESC LIMIT 1
        """
            .formatted(name.quoted());
    return session.find(sql, Ledger::summary, target.schema(), target.table());
  }

  private static ResultSummary summary(ResultSet row) throws SQLException {
    return SummaryJson.read(row.getString(1), Jdbc.instant(row, "published_at"));
  }

  /**
   * Claims the part in this transaction. Waits for another transaction that has claimed it and not
   * ended.
   *
   * @return false if the part is published already
   * @throws IncompatibleTableException if the ledger is not believed
   */
  public boolean claim(Session session, Part part, TableName target, String mode)
      throws SQLException {
    hold(session, target);
    String sql =
        """
        INSERT INTO %s (run_id, target_schema, target_table, part, mode, given, format, summary,
                        published_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, '{}', pg_catalog.clock_timestamp())
        ON CONFLICT DO NOTHING
        """
            .formatted(name.quoted());
    long claimed =
        session.update(
            sql,
            part.id().runId(),
            target.schema(),
            target.table(),
            part.id().part(),
            mode,
            part.given(),
            FORMAT);
    return claimed == 1;
  }

  /** Completes the claimed row. The time is the server's clock now, not the transaction's begin. */
  public Instant record(Session session, PartId part, ResultSummary summary, TableName target)
      throws SQLException {
    String sql =
        """
        UPDATE %s SET summary = ?::jsonb, published_at = pg_catalog.clock_timestamp()
         WHERE run_id = ? AND target_schema = ? AND target_table = ? AND part = ?
        RETURNING published_at
        """
            .formatted(name.quoted());
    return session.one(
        sql,
        row -> Jdbc.instant(row, "published_at"),
        SummaryJson.write(summary),
        part.runId(),
        target.schema(),
        target.table(),
        part.part());
  }

  /** Deletes old rows, but never a table's newest, nor one of a run whose id the user gave. */
  public long purge(Session session, TableName target, Duration age) throws SQLException {
    hold(session, target);
    String sql =
        """
        DELETE FROM %1$s AS old
         WHERE NOT given
           AND published_at < pg_catalog.now() - ?::interval
           AND EXISTS (SELECT FROM %1$s AS newer
                        WHERE newer.target_schema = old.target_schema
                          AND newer.target_table = old.target_table
                          AND newer.published_at > old.published_at)
        """
            .formatted(name.quoted());
    return session.update(sql, age.toSeconds() + " s");
  }
}
