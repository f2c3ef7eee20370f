package io.resultsink.postgres.fault;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.destination.TableName;
import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.failure.PublishFailedException;
import io.resultsink.postgres.internal.publish.Publisher;
import io.resultsink.postgres.internal.run.Part;
import io.resultsink.postgres.internal.run.RunIdentity;
import io.resultsink.postgres.internal.run.RunPlan;
import io.resultsink.postgres.internal.run.StagedChunk;
import io.resultsink.postgres.internal.session.ConnectionSource;
import io.resultsink.postgres.internal.session.PostgresConnections;
import io.resultsink.postgres.internal.staging.StagingTable;
import io.resultsink.postgres.report.ResultSummary;
import io.resultsink.postgres.testing.SampleRows;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestTable;
import io.resultsink.postgres.testing.TestingPostgres;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Only chunks whose report reached the publish are published, whatever else writes to staging. */
@Tag("attack")
class ZombieIT {

  private static final long OLD_ROWS = 5;
  private static final int ZOMBIE = 900_000;

  @RegisterExtension final TestDatabase database = new TestDatabase();

  private TestTable table;
  private RunPlan plan;
  private PostgresConnections connections;

  @BeforeEach
  void createTarget() {
    table =
        TestTable.create(
            database, "target", "id bigint PRIMARY KEY, name text, score double precision");
    database.executeAs(
        TestingPostgres.SINK,
        "INSERT INTO " + table.quoted() + " SELECT -i, 'old', 0 FROM generate_series(1, 5) AS i");
  }

  @AfterEach
  void close() {
    connections.close();
  }

  private StagingTable open(WriteMode mode) {
    PostgresTarget target = table.target(mode);
    plan =
        new RunPlan(
            ConnectionSource.of(target), target, RunIdentity.create(null, null), SampleRows.SCHEMA);
    connections = PostgresConnections.lease(plan.source());
    return Objects.requireNonNull(StagingTable.open(connections, plan).staging());
  }

  private ResultSummary publish(List<StagedChunk> chunks) {
    return new Publisher(connections, plan).publish(Part.whole(plan.run(), chunks)).summary();
  }

  /** Writes rows into staging as a chunk does, and reports them. */
  private StagedChunk stage(StagingTable staging, int from, int rows) throws SQLException {
    try (Connection connection = database.connect(TestingPostgres.SINK)) {
      connection.setAutoCommit(false);
      StagedChunk chunk = insert(connection, staging, from, rows);
      connection.commit();
      return chunk;
    }
  }

  private static StagedChunk insert(Connection connection, StagingTable staging, int from, int rows)
      throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          "INSERT INTO "
              + staging.name().quoted()
              + " SELECT i, 'new', 1 FROM generate_series("
              + from
              + ", "
              + (from + rows - 1)
              + ") AS i");
      try (ResultSet id =
          statement.executeQuery(
              "INSERT INTO "
                  + staging.tokens().quoted()
                  + " VALUES (gen_random_uuid()) RETURNING token, pg_current_xact_id()::text")) {
        id.next();
        return new StagedChunk(
            id.getObject(1, UUID.class), Long.parseLong(id.getString(2)), rows, 1);
      }
    }
  }

  private long expectedRows(WriteMode mode, long result) {
    return mode == WriteMode.APPEND || mode == WriteMode.UPDATE ? OLD_ROWS + result : result;
  }

  private long zombies() {
    return Long.parseLong(
        database.value("SELECT count(*) FROM " + table.quoted() + " WHERE id >= " + ZOMBIE));
  }

  @ParameterizedTest
  @EnumSource(WriteMode.class)
  void aZombieThatCommitsBeforeThePublishIsSeenByNoSnapshot(WriteMode mode) throws SQLException {
    StagingTable staging = open(mode);
    List<StagedChunk> chunks = new ArrayList<>();
    List<Snapshot> snapshots = new ArrayList<>();
    try {
      snapshots.add(new Snapshot());
      chunks.add(stage(staging, 0, 100));
      snapshots.add(new Snapshot()); // between two chunks
      chunks.add(stage(staging, 100, 100));
      snapshots.add(new Snapshot());
      stage(staging, ZOMBIE, 50);
      snapshots.add(new Snapshot()); // between the zombie's commit and ours
      publish(chunks);
      long after = expectedRows(mode, 200);
      assertThat(table.count(), equalTo(after));
      assertThat(zombies(), equalTo(0L));
      for (Snapshot snapshot : snapshots) {
        // A replaced table is the new one for every snapshot; the others are still the old.
        assertThat(snapshot.count(), equalTo(mode == WriteMode.REPLACE ? after : OLD_ROWS));
        assertThat(snapshot.zombies(), equalTo(0L));
      }
    } finally {
      for (Snapshot snapshot : snapshots) {
        snapshot.close();
      }
    }
  }

  @ParameterizedTest
  @EnumSource(WriteMode.class)
  void aChunkLostAndAnotherDoubledDoNotCancel(WriteMode mode) throws SQLException {
    StagingTable staging = open(mode);
    StagedChunk lost = stage(staging, 0, 100);
    StagedChunk kept = stage(staging, 100, 100);
    database.executeAs(
        TestingPostgres.SINK, "DELETE FROM " + staging.name().quoted() + " WHERE id < 100");
    stage(staging, 100, 100); // the same rows again, and as many as are missing
    PublishFailedException failure =
        assertThrows(PublishFailedException.class, () -> publish(List.of(lost, kept)));
    assertThat(
        failure.getMessage(), containsString("1 of 2 staged chunks are not as they were reported"));
    assertThat(failure.getMessage(), containsString("is untouched"));
    assertThat(table.count(), equalTo(OLD_ROWS));
    assertThat(database.ledgerRows(), equalTo(0L));
  }

  @ParameterizedTest
  @EnumSource(WriteMode.class)
  void aStagingTableThatACrashEmptiedFailsTheRun(WriteMode mode) throws SQLException {
    StagingTable staging = open(mode);
    StagedChunk chunk = stage(staging, 0, 100);
    database.executeAs(TestingPostgres.SINK, "TRUNCATE " + staging.name().quoted());
    assertThrows(PublishFailedException.class, () -> publish(List.of(chunk)));
    assertThat(table.count(), equalTo(OLD_ROWS));
    assertThat(database.ledgerRows(), equalTo(0L));
  }

  @ParameterizedTest
  @EnumSource(WriteMode.class)
  void aZombieThatIsStillWritingIsEnded(WriteMode mode) throws SQLException {
    StagingTable staging = open(mode);
    StagedChunk chunk = stage(staging, 0, 100);
    try (Connection zombie = database.connect(TestingPostgres.SINK)) {
      zombie.setAutoCommit(false);
      insert(zombie, staging, ZOMBIE, 50);
      publish(List.of(chunk));
      SQLException ended = assertThrows(SQLException.class, zombie::commit);
      assertThat(ended.getSQLState(), is(not(nullValue())));
    }
    assertThat(table.count(), equalTo(expectedRows(mode, 100)));
    assertThat(zombies(), equalTo(0L));
  }

  @ParameterizedTest
  @EnumSource(WriteMode.class)
  void aSecondPublisherOfTheRunReportsTheFirst(WriteMode mode) throws Exception {
    StagingTable staging = open(mode);
    List<StagedChunk> chunks = List.of(stage(staging, 0, 100), stage(staging, 100, 100));
    CompletableFuture<ResultSummary> one = CompletableFuture.supplyAsync(() -> publish(chunks));
    CompletableFuture<ResultSummary> other = CompletableFuture.supplyAsync(() -> publish(chunks));
    ResultSummary first = one.get(60, TimeUnit.SECONDS);
    ResultSummary second = other.get(60, TimeUnit.SECONDS);
    assertThat(first.alreadyPublished() ^ second.alreadyPublished(), is(true));
    assertThat(first.rows(), equalTo(200L));
    assertThat(second.rows(), equalTo(200L));
    assertThat(table.count(), equalTo(expectedRows(mode, 200)));
    assertThat(database.ledgerRows(), equalTo(1L));
  }

  @ParameterizedTest
  @EnumSource(WriteMode.class)
  void whoComesAfterThePublishStagesNothing(WriteMode mode) throws SQLException {
    StagingTable staging = open(mode);
    publish(List.of(stage(staging, 0, 100)));
    database.executeAs(
        TestingPostgres.SINK,
        "DROP TABLE IF EXISTS "
            + Stream.of(staging.tokens(), staging.rejected(), staging.name())
                .map(TableName::quoted)
                .collect(Collectors.joining(", ")));
    StagingTable.Opened late = StagingTable.open(connections, plan);
    assertThat(late.staging(), is(nullValue()));
    assertThat(Objects.requireNonNull(late.published()).rows(), equalTo(100L));
    database.assertNothingStaged();
  }

  /** A reader whose snapshot was taken, and who has not looked at the table yet. */
  private final class Snapshot implements AutoCloseable {
    private final Connection connection;

    Snapshot() throws SQLException {
      connection = database.superuser();
      connection.setAutoCommit(false);
      connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
      one("SELECT 1");
    }

    long count() throws SQLException {
      return one("SELECT count(*) FROM " + table.quoted());
    }

    long zombies() throws SQLException {
      return one("SELECT count(*) FROM " + table.quoted() + " WHERE id >= " + ZOMBIE);
    }

    private long one(String sql) throws SQLException {
      try (Statement statement = connection.createStatement();
          ResultSet row = statement.executeQuery(sql)) {
        row.next();
        return row.getLong(1);
      }
    }

    @Override
    public void close() throws SQLException {
      connection.close();
    }
  }
}
