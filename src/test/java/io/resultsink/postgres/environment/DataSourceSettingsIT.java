package io.resultsink.postgres.environment;

import static io.resultsink.postgres.testing.SampleRows.COLUMNS;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;

import io.resultsink.postgres.PostgresResultSink;
import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.testing.Ranking;
import io.resultsink.postgres.testing.Runners;
import io.resultsink.postgres.testing.SampleRows;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestingPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Stream;
import org.apache.commons.dbcp2.BasicDataSource;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.postgresql.PGConnection;
import org.postgresql.jdbc.AutoSave;

/** A DataSource of the user's own, with the driver's settings as others need them. */
@Tag("attack")
class DataSourceSettingsIT {

  @RegisterExtension final TestDatabase database = new TestDatabase();

  private BasicDataSource pool(String settings) {
    BasicDataSource pool = new BasicDataSource();
    pool.setUrl(
        "jdbc:postgresql://%s:%d/%s?ApplicationName=of%%20the%%20user&%s"
            .formatted(
                database.server().host(), database.server().port(), database.name(), settings));
    pool.setUsername(TestingPostgres.SINK);
    pool.setPassword(TestingPostgres.PASSWORD);
    pool.setDefaultAutoCommit(false);
    pool.setDefaultReadOnly(true);
    pool.setDefaultTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
    return pool;
  }

  private void publish(Ranking ranking, BasicDataSource pool) {
    BasicDataSource[] only = SHARED;
    only[0] = pool;
    PostgresResultSink sink =
        PostgresResultSink.toTable("results." + ranking.table().encoded())
            .withMode(ranking.mode())
            .withDataSourceProviderFn(nothing -> SHARED[0]);
    Runners.DIRECT.publish(
        SampleRows.many(Ranking.ROWS),
        ranking.mode() == WriteMode.UPDATE ? sink.withUnique("id") : sink);
    assertThat(ranking.table().difference(COLUMNS, ranking.newRows()), is(empty()));
    database.assertNothingStaged();
  }

  /** A DataSource is no value that a pipeline carries. */
  private static final BasicDataSource[] SHARED = new BasicDataSource[1];

  /** Rows of a subtransaction carry its own id, and each statement would be one. */
  @ParameterizedTest
  @EnumSource(WriteMode.class)
  void savepointsOfTheDriverAreSetAside(WriteMode mode) throws SQLException {
    try (BasicDataSource pool = pool("autosave=always")) {
      publish(Ranking.create(database, mode), pool);
      try (Connection after = pool.getConnection()) {
        assertThat(
            List.of(after.unwrap(PGConnection.class).getAutosave()), contains(AutoSave.ALWAYS));
        assertThat(
            TestDatabase.rows(
                after,
                """
                SELECT current_setting('transaction_isolation'),
                  current_setting('transaction_read_only'), current_setting('search_path'),
                  current_setting('application_name'), current_setting('lock_timeout')
                """),
            contains(List.of("serializable", "on", "results, public", "of the user", "0")));
      }
    }
  }

  static Stream<Arguments> modesAndSettings() {
    return Stream.of(
            "preferQueryMode=simple",
            "preferQueryMode=extendedForPrepared",
            "preferQueryMode=extendedCacheEverything&prepareThreshold=1",
            "stringtype=unspecified&binaryTransfer=false&defaultRowFetchSize=1",
            "prepareThreshold=-1&reWriteBatchedInserts=true&currentSchema=pg_temp,public",
            "autosave=conservative&cleanupSavepoints=true&readOnlyMode=always",
            "assumeMinServerVersion=14&adaptiveFetch=true&maxResultBuffer=1M")
        .flatMap(
            settings -> Stream.of(WriteMode.values()).map(mode -> Arguments.of(mode, settings)));
  }

  @Tag("torture")
  @ParameterizedTest
  @MethodSource("modesAndSettings")
  void settingsOfTheDriverBreakNothing(WriteMode mode, String settings) throws SQLException {
    try (BasicDataSource pool = pool(settings)) {
      publish(Ranking.create(database, mode), pool);
    }
  }
}
