package io.resultsink.postgres.internal.staging;

import io.resultsink.postgres.destination.StagingDurability;
import io.resultsink.postgres.destination.TableName;
import io.resultsink.postgres.failure.IncompatibleTableException;
import io.resultsink.postgres.failure.ResultSinkException.Remedy;
import io.resultsink.postgres.failure.StagingFailedException;
import io.resultsink.postgres.internal.catalog.ExistingTable;
import io.resultsink.postgres.internal.catalog.ResolvedTarget;
import io.resultsink.postgres.internal.column.Column;
import io.resultsink.postgres.internal.column.Columns;
import io.resultsink.postgres.internal.ledger.Ledger;
import io.resultsink.postgres.internal.lock.AdvisoryLock;
import io.resultsink.postgres.internal.own.FoundTable;
import io.resultsink.postgres.internal.own.OwnTable;
import io.resultsink.postgres.internal.own.StagingComment;
import io.resultsink.postgres.internal.preflight.EarlyFailure;
import io.resultsink.postgres.internal.preflight.KeepRules;
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
 */
@Internal
public record StagingTable(
    TableName name, String loadId, ResolvedTarget target, Columns columns, Instant createdAt) {

  /** The end of the token table's name, after the name of the staging table. */
  static final String TOKENS_MARK = "_t";

  /** The SQLSTATE of {@link #entry} for a table of another role. */
  static final String NOT_OURS = "22P02";

  private static final String TOKEN = "token";

  private static final String AUTOVACUUM = "autovacuum_enabled";

  /** No autovacuum: the rows are read once, and it would delay the publish's lock. */
  static final String STORAGE = " WITH (" + AUTOVACUUM + " = false)";

  /** The time for which a worker waits until another one has created the table. */
  private static final Duration CREATION = Duration.ofMinutes(5);

  /**
   * The outcome of opening: the table, or the summary if the run is published already.
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
   * Creates the staging table and its token table with the same durability, so that a crash empties
   * both or neither.
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

  /** Returns the name of the token table. */
  public TableName tokens() {
    return tokensOf(name);
  }

  private static TableName tokensOf(TableName name) {
    return new TableName(name.schema(), name.table() + TOKENS_MARK);
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
   * Returns the statements that begin a chunk's transaction; their parameter is the chunk's token.
   * They check the owner of the tables first. A publish may have sealed the staging table, and
   * another role may have taken its name.
   */
  String entry(Session session) throws SQLException {
    return """
    LOCK TABLE %1$s, %2$s IN ROW EXCLUSIVE MODE;
    SELECT CAST(CASE count(*) WHEN 2 THEN '2' ELSE 'not ours' END AS integer)
      FROM pg_class WHERE oid IN (%3$s::regclass, %4$s::regclass)
       AND relowner = to_regrole(quote_ident(current_user));
    INSERT INTO %1$s (token) VALUES (?)\
    """
        .formatted(
            tokens().quoted(),
            name.quoted(),
            session.literal(tokens().quoted()),
            session.literal(name.quoted()));
  }

  /**
   * Turns a table of this load into an ordinary table of the target's schema.
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

  /**
   * Refuses other columns, because the server would accept a binary COPY of another type, as
   * garbage.
   */
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

  /** Returns the COPY statement of a chunk. */
  String copyIn() {
    return "COPY " + name.quoted() + " (" + columns.names() + ") FROM STDIN (FORMAT binary)";
  }
}
