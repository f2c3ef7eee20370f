package io.resultsink.postgres.internal.rejects;

import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.destination.TableName;
import io.resultsink.postgres.failure.IncompatibleTableException;
import io.resultsink.postgres.internal.catalog.ExistingTable;
import io.resultsink.postgres.internal.catalog.ResolvedTarget;
import io.resultsink.postgres.internal.lock.AdvisoryLock;
import io.resultsink.postgres.internal.lock.LockAttempts;
import io.resultsink.postgres.internal.lock.TableLock;
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
import java.util.Objects;
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

  private static final String OF_PART =
      " WHERE run_id = ? AND target_schema = ? AND target_table = ? AND part = ?";

  private static final String COMMENT =
      "Rows that did not fit the table that they were published into";

  private static final long MOST_FETCHED = 1_000;

  /** A fetch is in memory as a whole, and a row may have megabytes. */
  private static final long FETCHED_BYTES = 8 << 20;

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

  /**
   * The statements that create it; JSON as text, since jsonb has no U+0000. It has no key, and
   * where a publication sends it, rows without a replica identity could not be deleted.
   */
  public String definition() {
    return """
        CREATE TABLE %1$s (
          run_id        text        NOT NULL,
          target_schema text        NOT NULL,
          target_table  text        NOT NULL,
          part          text        NOT NULL DEFAULT '',
          rejected_at   timestamptz NOT NULL,
          column_name   text        NOT NULL,
          reason        text        NOT NULL,
          sqlstate      text        NOT NULL,
          row_json      text        NOT NULL
        );
        ALTER TABLE %1$s REPLICA IDENTITY FULL;
        CREATE INDEX ON %1$s (run_id)"""
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
      session.define(definition());
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
   * @param wait how long one attempt at the table's lock waits
   * @param rows a SELECT's FROM and WHERE, over a table with the columns of {@link
   *     #stagedDefinition}
   * @return how many they are
   */
  public long add(
      Session session,
      LockAttempts attempts,
      Duration wait,
      PartId part,
      TableName target,
      String rows)
      throws SQLException {
    // The lock comes first: CREATE TRIGGER and its like wait for it.
    attempts.acquire(name, TableLock.ROW_EXCLUSIVE, wait);
    refuse(look(session, target).problems(), "used; the target is untouched");
    refuse(leftBy(session, part, target), "used; the target is untouched");
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

  /** Two publishes of one part would be read as one. The ledger prevents them, while it has it. */
  private List<String> leftBy(Session session, PartId part, TableName target) throws SQLException {
    long left =
        session.one(
            "SELECT pg_catalog.count(*) FROM " + name.quoted() + OF_PART,
            row -> row.getLong(1),
            part.runId(),
            target.schema(),
            target.table(),
            part.part());
    return left == 0
        ? List.of()
        : List.of(
            "it has "
                + left
                + " rows that run "
                + part.runId()
                + " rejected from "
                + target
                + " before, and the ledger of this run does not know that; use another run id, or"
                + " run DELETE FROM "
                + name.quoted()
                + " WHERE run_id = "
                + session.literal(part.runId())
                + " AND target_table = "
                + session.literal(target.table())
                + " AND target_schema = "
                + session.literal(Objects.requireNonNull(target.schema())));
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
    Object[] ofPart = {part.runId(), target.schema(), target.table(), part.part()};
    String from = " FROM " + name.quoted() + OF_PART;
    long largest =
        session.one(
            "SELECT coalesce(max(octet_length(reason) + octet_length(row_json)), 0)" + from,
            row -> row.getLong(1),
            ofPart);
    return session.each(
        "SELECT rejected_at, column_name, reason, sqlstate, row_json" + from,
        (int) Math.max(1, Math.min(MOST_FETCHED, FETCHED_BYTES / Math.max(1, largest))),
        row -> rows.accept(rejected(row)),
        ofPart);
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

  /** Returns whether it is there, is believed, and our role may read it. */
  boolean isUsable(Session session, TableName target) throws SQLException {
    Look look = look(session, target);
    return look.there() && look.readable() && look.problems().isEmpty();
  }
}
