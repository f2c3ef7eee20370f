package io.resultsink.postgres.internal.staging;

import io.resultsink.postgres.destination.StagingDurability;
import io.resultsink.postgres.destination.TableName;
import io.resultsink.postgres.failure.IncompatibleTableException;
import io.resultsink.postgres.failure.ResultSinkException.Remedy;
import io.resultsink.postgres.failure.StagingFailedException;
import io.resultsink.postgres.internal.catalog.ResolvedTarget;
import io.resultsink.postgres.internal.column.Column;
import io.resultsink.postgres.internal.column.Columns;
import io.resultsink.postgres.internal.own.FoundTable;
import io.resultsink.postgres.internal.own.OwnTable;
import io.resultsink.postgres.internal.own.StagingComment;
import io.resultsink.postgres.internal.rejects.RejectsTable;
import io.resultsink.postgres.internal.run.RunPlan;
import io.resultsink.postgres.internal.session.PostgresConnections;
import io.resultsink.postgres.internal.session.Session;
import io.resultsink.postgres.internal.url.Identifier;
import io.resultsink.postgres.report.ResultSummary;
import java.sql.SQLException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.beam.sdk.annotations.Internal;
import org.jspecify.annotations.Nullable;

/**
 * The table in which the rows of one load wait. The first worker creates it, and all workers write
 * it.
 *
 * <p>The workers agree only on its name. A transaction that creates it holds the load's advisory
 * lock and has not found the run in the ledger. Otherwise a zombie of a published run would create
 * it again.
 *
 * @param loadId the load that it is named after
 * @param target the target of its rows
 * @param columns the columns that the result fills
 * @param createdAt by the server's clock
 * @param rejects the table that rows which do not fit go to; null when they fail the run
 * @param unicode whether the database's encoding has every character
 * @param checks what refuses rows by the row that the publish would refuse, when they can leave
 */
@Internal
public record StagingTable(
    TableName name,
    String loadId,
    ResolvedTarget target,
    Columns columns,
    Instant createdAt,
    @Nullable RejectsTable rejects,
    boolean unicode,
    List<StagingCheck> checks) {

  /** The end of the token table's name, after the name of the staging table. */
  static final String TOKENS_MARK = "_t";

  /** The same of the table with the rows that do not fit. */
  static final String REJECTED_MARK = "_r";

  private static final String TOKEN = "token";

  private static final String AUTOVACUUM = "autovacuum_enabled";

  /** No autovacuum: the rows are read once, and it would delay the publish's lock. */
  static final String STORAGE = " WITH (" + AUTOVACUUM + " = false)";

  /**
   * The outcome of opening: the table, or the summary if the run is published already.
   *
   * @param target its resolved name
   */
  public record Opened(
      TableName target, @Nullable StagingTable staging, @Nullable ResultSummary published) {}

  /**
   * Finds or creates the staging table of a run, in a transaction of its own. Tries again when
   * another worker or a lost session got in the way.
   *
   * @throws IncompatibleTableException when the preflight refuses
   */
  public static Opened open(PostgresConnections connections, RunPlan plan) {
    return StagingOpener.open(connections, plan);
  }

  static Optional<FoundTable> among(List<FoundTable> found, TableName name) {
    return found.stream().filter(table -> table.name().equals(name)).findFirst();
  }

  /**
   * Creates it and the tables beside it, of the same durability: what a crash takes from the one it
   * takes from the others.
   *
   * @param rejected that of the rows that do not fit, which stays when the others are sealed
   */
  void create(Session session, RunPlan plan, Optional<FoundTable> rejected) throws SQLException {
    boolean unlogged = plan.target().staging() == StagingDurability.UNLOGGED;
    String create = unlogged ? "CREATE UNLOGGED TABLE " : "CREATE TABLE ";
    if (rejects != null && rejected.isPresent()) {
      OwnTable.requireOurs(rejected.get(), RejectsTable.stagedColumns());
    } else if (rejects != null) {
      OwnTable.create(
          session,
          new OwnTable.New(
              rejected(),
              create + rejected().quoted() + " (" + RejectsTable.stagedDefinition() + ")" + STORAGE,
              RejectsTable.stagedColumns(),
              comment(null, null)));
    }
    OwnTable.create(
        session,
        new OwnTable.New(
            tokens(),
            create + tokens().quoted() + " (" + TOKEN + " uuid NOT NULL)" + STORAGE,
            List.of(TOKEN),
            comment(null, null)),
        new OwnTable.New(
            name,
            create + name.quoted() + " (\n  " + columns.stagedDefinitions() + "\n)" + STORAGE,
            columnNames(),
            comment(null, null)));
    StagingCheck.add(session, name, checks);
  }

  /** Returns whether the server may refuse a row that its encoder took, as it is staged. */
  boolean mayRefuse() {
    return rejects != null && (!checks.isEmpty() || !unicode);
  }

  /** Returns the name of the token table. */
  public TableName tokens() {
    return tokensOf(name);
  }

  static TableName tokensOf(TableName name) {
    return new TableName(name.schema(), name.table() + TOKENS_MARK);
  }

  /** The table in which the rows wait that do not fit, each chunk's written by its transaction. */
  public TableName rejected() {
    return rejectedOf(name);
  }

  static TableName rejectedOf(TableName name) {
    return new TableName(name.schema(), name.table() + REJECTED_MARK);
  }

  /** The tables that a chunk is written to, in the order in which everyone locks them. */
  List<TableName> tables() {
    return rejects == null ? List.of(tokens(), name) : List.of(tokens(), name, rejected());
  }

  /** Returns the comment of a table of this load; the parameters are those of a sealed table. */
  String comment(@Nullable String chunks, @Nullable Long copiedBy) {
    return new StagingComment(loadId, target.table(), createdAt, fingerprint(), chunks, copiedBy)
        .json();
  }

  /** Returns the names of its columns, in order. */
  public List<String> columnNames() {
    return columns.columns().stream().map(Column::name).toList();
  }

  /**
   * Refuses tables of these names that are not provably ours.
   *
   * @throws IncompatibleTableException with the reasons
   */
  public void requireOurs(Session session) throws SQLException {
    requireOurs(OwnTable.find(session, List.of(name, tokens(), rejected())));
  }

  void requireOurs(List<FoundTable> found) throws SQLException {
    Map<TableName, List<String>> expected = new LinkedHashMap<>();
    expected.put(name, columnNames());
    expected.put(tokens(), List.of(TOKEN));
    if (rejects != null) {
      expected.put(rejected(), RejectsTable.stagedColumns());
    }
    for (FoundTable table : found) {
      if (expected.containsKey(table.name())) {
        OwnTable.requireOurs(table, expected.remove(table.name()));
      }
    }
    if (!expected.isEmpty()) {
      List<TableName> left =
          tables().stream().filter(table -> !expected.containsKey(table)).toList();
      throw new IncompatibleTableException(
          "table " + left.get(0) + " cannot be used; the target is untouched",
          List.of(
              expected.keySet().iterator().next()
                  + ", which belongs to it, is gone; run DROP TABLE "
                  + left.stream().map(TableName::quoted).collect(Collectors.joining(", "))
                  + ", and run it again"));
    }
  }

  /**
   * Turns a table of this load into an ordinary table of the target's schema.
   *
   * @return its name there
   */
  public TableName release(Session session, TableName table) throws SQLException {
    TableName there = new TableName(target.schema(), table.table());
    session.define(
        "COMMENT ON TABLE " + table.quoted() + " IS NULL",
        "ALTER TABLE "
            + table.quoted()
            + " RESET ("
            + AUTOVACUUM
            + ")"
            + withoutChecks(session, table));
    if (!there.equals(table)) {
      session.define(
          "ALTER TABLE " + table.quoted() + " SET SCHEMA " + Identifier.quote(target.schema()));
    }
    return there;
  }

  private String withoutChecks(Session session, TableName table) throws SQLException {
    return rejects == null
        ? ""
        : StagingCheck.namesOn(session, table).stream()
            .map(check -> ", DROP CONSTRAINT " + Identifier.quote(check))
            .collect(Collectors.joining());
  }

  /**
   * Refuses other columns, because the server would accept a binary COPY of another type, as
   * garbage.
   */
  void requireSameColumns(FoundTable found) {
    boolean same = found.said().map(StagingComment::columns).equals(Optional.of(fingerprint()));
    if (found.own() && !same) {
      throw new StagingFailedException(
          "the columns of "
              + target
              + " have changed since staging table "
              + name
              + " was created; the target is untouched; run it again",
          Remedy.RETRY,
          null,
          null);
    }
  }

  private String fingerprint() {
    return fingerprint(columns);
  }

  /** Returns a digest that differs if a column's name, type or type modifier differs. */
  private static String fingerprint(Columns columns) {
    return columns.columns().stream()
        .map(column -> column.name() + '\0' + column.type() + '\0' + column.stagedType())
        .collect(Collectors.collectingAndThen(Collectors.joining("\0\0"), StagingComment::digest));
  }

  /**
   * Returns whether these columns would be staged and published in the same way as those of this
   * table.
   */
  public boolean hasSameColumnsAs(Columns others) {
    return fingerprint().equals(fingerprint(others));
  }
}
