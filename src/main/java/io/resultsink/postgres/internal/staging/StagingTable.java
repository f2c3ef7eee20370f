package io.resultsink.postgres.internal.staging;

import io.resultsink.postgres.destination.StagingDurability;
import io.resultsink.postgres.destination.TableName;
import io.resultsink.postgres.failure.IncompatibleTableException;
import io.resultsink.postgres.failure.StagingFailedException;
import io.resultsink.postgres.failure.ResultSinkException.Remedy;
import io.resultsink.postgres.internal.catalog.ExistingTable;
import io.resultsink.postgres.internal.catalog.ResolvedTarget;
import io.resultsink.postgres.internal.column.Column;
import io.resultsink.postgres.internal.column.Columns;
import io.resultsink.postgres.internal.ledger.Ledger;
import io.resultsink.postgres.internal.lock.AdvisoryLock;
import io.resultsink.postgres.internal.own.FoundTable;
import io.resultsink.postgres.internal.own.OwnTable;
import io.resultsink.postgres.internal.own.StagingComment;
import io.resultsink.postgres.internal.preflight.KeepRules;
import io.resultsink.postgres.internal.preflight.EarlyFailure;
import io.resultsink.postgres.internal.preflight.Preflight;
import io.resultsink.postgres.internal.run.RunPlan;
import io.resultsink.postgres.internal.session.PostgresConnections;
import io.resultsink.postgres.internal.session.Session;
import io.resultsink.postgres.internal.url.Identifier;
import io.resultsink.postgres.report.ResultSummary;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.beam.sdk.annotations.Internal;
import org.jspecify.annotations.Nullable;

/**
 * The table in which the rows of one load wait: made by whoever comes first, written by all
 * workers.
 *
 * <p>The workers agree on nothing but its name. It is created only in a transaction that holds the
 * load's advisory lock and has found the run absent from the ledger, because a late zombie of a
 * published run is "the first" again.
 *
 * @param loadId the load that it is named after
 * @param target what it is for
 * @param columns how rows are written to it and read from it
 * @param createdAt by the server's clock
 */
@Internal
public record StagingTable(
    TableName name, String loadId, ResolvedTarget target, Columns columns, Instant createdAt) {

  /** Between its name and the end of the name of the table with its chunks' tokens. */
  static final String TOKENS_MARK = "_t";

  /** SQLSTATE of {@link #entry} into a table of others. */
  static final String NOT_OURS = "22P02";

  private static final String TOKEN = "token";

  private static final String AUTOVACUUM = "autovacuum_enabled";

  /** Its rows are read once; an autovacuum would only be in the way of the publish's lock. */
  static final String STORAGE = " WITH (" + AUTOVACUUM + " = false)";

  /** The time that another worker may take to create it. */
  private static final Duration CREATION = Duration.ofMinutes(5);

  /**
   * The outcome of opening it: the table, or the summary when the run is published already.
   *
   * @param target its resolved name
   */
  public record Opened(
      TableName target, @Nullable StagingTable staging, @Nullable ResultSummary published) {}

  /**
   * Finds or creates the staging table of a run, in a transaction of its own; again when another
   * worker or a lost session got in the way.
   *
   * @throws IncompatibleTableException when the preflight refuses
   */
  public static Opened open(PostgresConnections connections, RunPlan plan) {
    try {
      return connections.briefly(session -> open(session, plan));
    } catch (SQLException e) {
      throw EarlyFailure.of(
          "the staging table for " + plan.target().table() + " could not be created",
          "the target is untouched",
          e);
    }
  }

  private static Opened open(Session session, RunPlan plan) throws SQLException {
    session.begin(CREATION, "prepare " + plan.target().table());
    ResolvedTarget resolved = ResolvedTarget.resolve(session, plan.target());
    TableName name =
        new TableName(resolved.stagingSchema(), StagingComment.PREFIX + plan.run().stagingKey());
    Ledger ledger = Ledger.in(resolved.stagingSchema());
    if (ExistingTable.kindOf(session, name).isEmpty()) {
      AdvisoryLock.acquire(session, "staging " + name, CREATION);
    }
    List<FoundTable> all =
        FoundTable.find(session, List.of(ledger.name(), name, tokensOf(name)), resolved.table());
    Ledger.Look look = ledger.among(all);
    Optional<ResultSummary> published =
        ledger.find(session, look, plan.run().whole(), resolved.table());
    if (published.isPresent()) {
      session.rollback();
      return new Opened(resolved.table(), null, published.get());
    }
    Preflight.Findings findings =
        Preflight.run(session, resolved, plan.target(), plan.schema(), look, Preflight.Detail.NONE)
            .orRefuse();
    List<FoundTable> found =
        all.stream().filter(table -> !table.name().equals(ledger.name())).toList();
    Optional<StagingComment> said = found.stream().findFirst().flatMap(FoundTable::said);
    StagingTable staging =
        new StagingTable(
            name,
            plan.run().loadId(),
            resolved,
            findings.columns(),
            said.isPresent() ? said.get().createdAt() : session.serverTime());
    if (found.isEmpty()) {
      if (plan.target().keepsDefinition() && findings.table() != null) {
        KeepRules.rehearse(session, resolved);
      }
      staging.create(session, plan);
      if (!look.there()) {
        ledger.createWhenMissing(session, CREATION);
      }
    } else {
      staging.requireSameColumns(found.get(0));
      staging.requireOurs(found);
    }
    session.commit();
    return new Opened(resolved.table(), staging, null);
  }

  /**
   * Creates it and the table of its tokens, of the same durability: what a crash takes from the one
   * it takes from the other.
   */
  private void create(Session session, RunPlan plan) throws SQLException {
    boolean unlogged = plan.target().staging() == StagingDurability.UNLOGGED;
    String create = unlogged ? "CREATE UNLOGGED TABLE " : "CREATE TABLE ";
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
  }

  /** The table in which each chunk's transaction writes down its token. */
  public TableName tokens() {
    return tokensOf(name);
  }

  private static TableName tokensOf(TableName name) {
    return new TableName(name.schema(), name.table() + TOKENS_MARK);
  }

  /** The comment of a table of this load; the parameters are those of a sealed one. */
  String comment(@Nullable String chunks, @Nullable Long copiedBy) {
    return new StagingComment(loadId, target.table(), createdAt, fingerprint(), chunks, copiedBy)
        .json();
  }

  /** Returns the names of its columns, in order. */
  public List<String> columnNames() {
    return columns.columns().stream().map(Column::name).toList();
  }

  /**
   * Refuses tables of their names that are not provably ours.
   *
   * @throws IncompatibleTableException with the reasons
   */
  public void requireOurs(Session session) throws SQLException {
    requireOurs(OwnTable.find(session, List.of(name, tokens())));
  }

  private void requireOurs(List<FoundTable> found) throws SQLException {
    for (FoundTable table : found) {
      OwnTable.requireOurs(table, table.name().equals(name) ? columnNames() : List.of(TOKEN));
    }
    if (found.size() < 2) {
      boolean rowsAreThere = found.stream().anyMatch(table -> table.name().equals(name));
      TableName left = rowsAreThere ? name : tokens();
      throw new IncompatibleTableException(
          "table " + left + " cannot be used; the target is untouched",
          List.of(
              (rowsAreThere ? tokens() : name)
                  + ", which belongs to it, is gone; run DROP TABLE "
                  + left.quoted()
                  + ", and run it again"));
    }
  }

  /**
   * The statements that a chunk's transaction begins with; their parameter is the chunk's token.
   * The name may have become free, as when a publish has sealed the rows, and a table of others may
   * have taken it: nothing of theirs runs before its owner was looked at.
   */
  String entry(Session session) throws SQLException {
    return """
        LOCK TABLE %1$s, %2$s IN ROW EXCLUSIVE MODE;
        SELECT CAST(CASE count(*) WHEN 2 THEN '2' ELSE 'not ours' END AS integer)
          FROM pg_class WHERE oid IN (%3$s::regclass, %4$s::regclass)
           AND relowner = to_regrole(quote_ident(current_user));
        INSERT INTO %1$s (token) VALUES (?)"""
        .formatted(
            tokens().quoted(),
            name.quoted(),
            session.literal(tokens().quoted()),
            session.literal(name.quoted()));
  }

  /**
   * Makes a table of this load, from here on a target, like any other of its schema.
   *
   * @return its name there
   */
  public TableName release(Session session, TableName table) throws SQLException {
    TableName there = new TableName(target.table().schema(), table.table());
    session.define(
        "COMMENT ON TABLE " + table.quoted() + " IS NULL",
        "ALTER TABLE " + table.quoted() + " RESET (" + AUTOVACUUM + ")");
    if (!there.equals(table)) {
      session.define(
          "ALTER TABLE "
              + table.quoted()
              + " SET SCHEMA "
              + Identifier.quote(target.table().schema()));
    }
    return there;
  }

  /** Binary COPY of one type into another is accepted, as garbage. */
  private void requireSameColumns(FoundTable found) {
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

  /** Tells columns with another name, type or type modifier apart. */
  private static String fingerprint(Columns columns) {
    return columns.columns().stream()
        .map(column -> column.name() + '\0' + column.type() + '\0' + column.stagedType())
        .collect(Collectors.collectingAndThen(Collectors.joining("\0\0"), StagingComment::digest));
  }

  /** Returns whether these columns would be staged and published as the ones of this table were. */
  public boolean hasSameColumnsAs(Columns others) {
    return fingerprint().equals(fingerprint(others));
  }

  /** The statement that starts a chunk. */
  String copyIn() {
    return "COPY " + name.quoted() + " (" + columns.names() + ") FROM STDIN (FORMAT binary)";
  }
}
