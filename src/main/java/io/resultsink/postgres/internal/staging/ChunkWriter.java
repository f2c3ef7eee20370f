package io.resultsink.postgres.internal.staging;

import io.resultsink.postgres.destination.TableName;
import io.resultsink.postgres.failure.DatabaseUnavailableException;
import io.resultsink.postgres.failure.ResultSinkException;
import io.resultsink.postgres.failure.ResultSinkException.Remedy;
import io.resultsink.postgres.failure.SqlState;
import io.resultsink.postgres.failure.StagingFailedException;
import io.resultsink.postgres.failure.UnencodableValueException;
import io.resultsink.postgres.internal.copy.CopyBuffer;
import io.resultsink.postgres.internal.ledger.Ledger;
import io.resultsink.postgres.internal.preflight.EarlyFailure;
import io.resultsink.postgres.internal.run.RunPlan;
import io.resultsink.postgres.internal.run.StagedChunk;
import io.resultsink.postgres.internal.session.FaultPoint;
import io.resultsink.postgres.internal.session.PostgresConnections;
import io.resultsink.postgres.internal.session.Retry;
import io.resultsink.postgres.internal.session.ServerReason;
import io.resultsink.postgres.internal.session.Session;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.postgresql.copy.CopyIn;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends one chunk in one transaction: the rows in one COPY, those that do not fit in another.
 *
 * <p>It borrows a connection only while it sends. A COPY that stays open while it waits for rows
 * would hold a snapshot and a lock. It would block the run's own publish and hold back vacuum.
 */
final class ChunkWriter {

  private static final Logger LOG = LoggerFactory.getLogger(ChunkWriter.class);

  /** A chunk whose session was lost is sent again. Only the chunk that is reported counts. */
  private static final Retry RETRY = new Retry(5, Duration.ofMillis(400), Duration.ofSeconds(10));

  /** SQLSTATE of an entry into a table of others. */
  private static final String NOT_OURS = "22P02";

  private final PostgresConnections connections;
  private final RunPlan plan;
  private StagingTable staging;

  /** Set once the transaction has begun and its tables are locked: rows come next. */
  private boolean entered;

  ChunkWriter(PostgresConnections connections, RunPlan plan, StagingTable staging) {
    this.connections = connections;
    this.plan = plan;
    this.staging = staging;
  }

  /**
   * Sends a chunk.
   *
   * @return the report; absent if the run is published already, so that this worker is a zombie
   */
  Optional<StagedChunk> load(Chunk whole) {
    Chunk chunk = whole;
    boolean refused = false;
    for (int attempt = 1; ; attempt++) {
      entered = false;
      try (Session session = connections.borrow()) {
        if (refused) {
          chunk = withoutRefused(session, chunk);
          refused = false;
        }
        return Optional.of(send(session, chunk));
      } catch (SQLException e) {
        if (!refused && isOfRow(e, chunk) && RETRY.hasAfter(attempt)) {
          refused = true;
          if (attempt > 1) { // it was looked for before
            RETRY.pause(attempt - 1);
          }
          continue;
        }
        if (!entered && SqlState.is(SqlState.UNDEFINED_TABLE, e)) {
          if (!RETRY.hasAfter(attempt)) {
            throw gone(e);
          }
          if (!openedAnother(e)) {
            return Optional.empty();
          }
          refused = false;
          continue;
        }
        if (!RETRY.hasAfter(attempt) || !SqlState.isTransient(e)) {
          throw failed(e, chunk);
        }
        LOG.warn(
            "Chunk of {} into {} failed, sending it again",
            plan,
            staging.name(),
            ServerReason.scrubbed(e));
      } catch (DatabaseUnavailableException e) {
        if (!RETRY.hasAfter(attempt) || !SqlState.isTransient(e)) {
          throw e;
        }
        LOG.warn("No session for a chunk of {}, trying again", plan, e);
      }
      RETRY.pause(attempt);
    }
  }

  /** Returns whether a failure may be a row's that can leave: a missing table may be a value. */
  private boolean isOfRow(SQLException failure, Chunk chunk) {
    return entered && !chunk.sources().isEmpty() && ServerRefusals.isOfRow(failure);
  }

  /**
   * The chunk without the rows that the server refuses, which are rejected; the same when none is
   * found. What a function looks up may be missing for a moment, or a sequence have gone on, so
   * that the chunk is taken the next time.
   */
  private Chunk withoutRefused(Session session, Chunk chunk) throws SQLException {
    begin(session, UUID.randomUUID());
    CopyRows rows = new CopyRows(chunk.rows(), chunk.sources().size());
    List<ServerRefusals.Refused> found = new ServerRefusals(session, staging, rows).find();
    session.rollback();
    entered = false;
    return found.isEmpty() ? chunk : chunk.without(found, rows);
  }

  private StagedChunk send(Session session, Chunk chunk) throws SQLException {
    UUID token = UUID.randomUUID();
    long transactionId = begin(session, token);
    if (chunk.count() > 0) {
      String copyIn =
          "COPY %s (%s) FROM STDIN (FORMAT binary)"
              .formatted(staging.name().quoted(), staging.columns().names());
      if (staging.checks().isEmpty()) {
        copy(session, copyIn, chunk.rows(), chunk.count());
      } else {
        session.useRoleSearchPath(); // functions of the user's checks find what they find by hand
        copy(session, copyIn, chunk.rows(), chunk.count());
        session.useEmptySearchPath();
      }
    }
    if (chunk.rejected().count() > 0) {
      String copyIn = "COPY %s FROM STDIN (FORMAT binary)".formatted(staging.rejected().quoted());
      copy(session, copyIn, chunk.rejected().closed(), chunk.rejected().count());
    }
    FaultPoint.CHUNK_COMMITTING.reached();
    session.commit();
    FaultPoint.CHUNK_COMMITTED.reached();
    return new StagedChunk(
        token,
        transactionId,
        chunk.count(),
        chunk.count() == 0 ? 0 : chunk.rows().size(),
        chunk.rejected().count());
  }

  private void copy(Session session, String copyIn, CopyBuffer buffer, long rows)
      throws SQLException {
    CopyIn copy = session.copy().copyIn(copyIn);
    long copied;
    try {
      copy.writeToCopy(buffer.array(), 0, buffer.size());
      FaultPoint.COPYING.reached();
      copied = copy.endCopy();
    } finally {
      if (copy.isActive()) {
        copy.cancelCopy();
      }
    }
    if (copied != rows) {
      throw new StagingFailedException(
          "a chunk of "
              + rows
              + " rows arrived as "
              + copied
              + " in "
              + staging.name()
              + "; the target is untouched",
          Remedy.RETRY,
          null,
          null);
    }
  }

  /**
   * Returns the statements that begin a chunk's transaction; their parameter is the chunk's token.
   * They check the owner of the tables first. A publish may have sealed the staging table, and
   * another role may have taken its name.
   */
  private String entry(Session session) throws SQLException {
    List<TableName> tables = staging.tables();
    List<String> literals = new ArrayList<>();
    for (TableName table : tables) {
      literals.add(session.literal(table.quoted()) + "::regclass");
    }
    return """
        LOCK TABLE %1$s IN ROW EXCLUSIVE MODE;
        SELECT CAST(CASE count(*) WHEN %2$d THEN '0' ELSE 'not ours' END AS integer)
          FROM pg_class WHERE oid IN (%3$s)
           AND relowner = to_regrole(quote_ident(current_user));
        INSERT INTO %4$s (token) VALUES (?)"""
        .formatted(
            tables.stream().map(TableName::quoted).collect(Collectors.joining(", ")),
            tables.size(),
            String.join(", ", literals),
            staging.tokens().quoted());
  }

  private long begin(Session session, UUID token) throws SQLException {
    try {
      long transactionId =
          session.beginIdentified(
              Duration.ZERO, "stage " + staging.target().table(), entry(session), token);
      entered = true;
      return transactionId;
    } catch (SQLException e) {
      if (SqlState.is(NOT_OURS, e)) {
        throw new StagingFailedException(
            "table "
                + staging.name()
                + " is not the run's staging table any more: it belongs to another role; the"
                + " target is untouched; drop it, or name a staging_schema in which no other role"
                + " may create",
            Remedy.FIX_TABLE,
            null,
            e);
      }
      throw e;
    }
  }

  /**
   * Handles a missing staging table. If the run is published, this worker is a zombie. If a publish
   * has sealed the table, the chunk goes into another staging table, because the runner may have
   * restarted all steps.
   *
   * @return false if the run is published
   */
  private boolean openedAnother(SQLException failure) {
    try (Session session = connections.borrow()) {
      session.begin(Duration.ZERO, "look into the ledger");
      Ledger ledger = Ledger.in(staging.target().stagingSchema());
      boolean sealed = SealedTable.isAnyOf(session, staging);
      if (ledger.find(session, plan.run().whole(), staging.target().table()).isPresent()) {
        LOG.info("{} is published already; a chunk of a zombie is dropped", plan);
        return false;
      }
      if (!sealed) {
        throw gone(failure);
      }
    } catch (SQLException e) {
      failure.addSuppressed(e);
      throw gone(failure);
    }
    StagingTable another = StagingTable.open(connections, plan).staging();
    if (another == null) {
      return false;
    }
    if (!another.hasSameColumnsAs(staging.columns())) {
      throw gone(failure);
    }
    staging = another;
    return true;
  }

  private StagingFailedException gone(SQLException failure) {
    return new StagingFailedException(
        "staging table "
            + staging.name()
            + " is gone, and the run is not published; the target is untouched; run it again",
        Remedy.RETRY,
        SqlState.UNDEFINED_TABLE,
        ServerReason.scrubbed(failure));
  }

  private ResultSinkException failed(SQLException failure, Chunk chunk) {
    if (isOfRow(failure, chunk)) {
      return ServerRefusals.unexplained(failure, staging, chunk.count());
    }
    Optional<UnencodableValueException> refused =
        RefusedColumn.of(failure, connections, staging, chunk.rows());
    return refused.isPresent()
        ? refused.get()
        : EarlyFailure.of(
            "rows for " + staging.target() + " could not be staged",
            "the target is untouched",
            failure);
  }
}
