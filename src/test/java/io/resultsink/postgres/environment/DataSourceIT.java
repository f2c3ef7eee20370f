package io.resultsink.postgres.environment;

import static org.awaitility.Awaitility.await;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.is;

import io.resultsink.postgres.PostgresResultSink;
import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.failure.ResultSinkException;
import io.resultsink.postgres.testing.Runners;
import io.resultsink.postgres.testing.SampleRows;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestTable;
import io.resultsink.postgres.testing.TestingPostgres;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.sql.DataSource;
import org.apache.beam.sdk.io.jdbc.JdbcIO;
import org.apache.beam.sdk.transforms.SerializableFunction;
import org.apache.commons.dbcp2.BasicDataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.postgresql.ds.PGSimpleDataSource;

/** Those who configure JdbcIO already connect through what they have. */
class DataSourceIT {

  @RegisterExtension final TestDatabase database = new TestDatabase();

  private String jdbcUrl() {
    return "jdbc:postgresql://"
        + database.server().host()
        + ":"
        + database.server().port()
        + "/"
        + database.name();
  }

  @ParameterizedTest
  @EnumSource(
      value = WriteMode.class,
      names = {"APPEND", "REPLACE", "TRUNCATE"})
  void publishesThroughADataSourceOfTheUsersOwn(WriteMode mode) {
    String url = jdbcUrl();
    SerializableFunction<Void, DataSource> provider =
        nothing -> {
          PGSimpleDataSource dataSource = new PGSimpleDataSource();
          dataSource.setUrl(url);
          dataSource.setUser(TestingPostgres.SINK);
          dataSource.setPassword(TestingPostgres.PASSWORD);
          dataSource.setApplicationName("result_sink through a DataSource");
          dataSource.setReadOnly(true); // the sink sets it back
          return dataSource;
        };
    TestTable table = TestTable.missing(database, "through");
    PostgresResultSink sink =
        PostgresResultSink.toTable(TestDatabase.SCHEMA + "." + table.encoded())
            .withMode(mode)
            .withDataSourceProviderFn(provider);
    Runners.DIRECT.publish(SampleRows.many(100), sink);
    Runners.DIRECT.publish(SampleRows.many(100), sink);
    assertThat(table.count(), equalTo(mode == WriteMode.APPEND ? 200L : 100L));
  }

  @Test
  void publishesThroughAConfigurationOfJdbcIoAndLeavesItsPoolOpen() throws SQLException {
    JdbcIO.DataSourceConfiguration configuration =
        JdbcIO.DataSourceConfiguration.create("org.postgresql.Driver", jdbcUrl())
            .withUsername(TestingPostgres.SINK)
            .withPassword(TestingPostgres.PASSWORD);
    TestTable table = TestTable.missing(database, "configured");
    Runners.DIRECT.publish(
        SampleRows.many(100),
        PostgresResultSink.toTable(table.encoded()).withDataSourceConfiguration(configuration));
    assertThat(table.count(), equalTo(100L));
    // JdbcIO has one pool for equal configurations, and others may be using it.
    BasicDataSource shared =
        (BasicDataSource)
            JdbcIO.DataSourceProviderFromDataSourceConfiguration.of(configuration).apply(null);
    assertThat(shared.isClosed(), is(false));
    shared.close();
  }

  @Test
  void aDataSourceOfOneConnectionIsToldThatAPublishTakesTwo() {
    String url = jdbcUrl();
    SerializableFunction<Void, DataSource> provider =
        nothing -> {
          BasicDataSource one = new BasicDataSource();
          one.setUrl(url);
          one.setUsername(TestingPostgres.SINK);
          one.setPassword(TestingPostgres.PASSWORD);
          one.setMaxTotal(1);
          one.setMaxIdle(0);
          one.setMaxWait(Duration.ofSeconds(1));
          return one;
        };
    TestTable table = TestTable.missing(database, "single");
    ResultSinkException failure =
        Runners.DIRECT.failure(
            SampleRows.many(100),
            PostgresResultSink.toTable(table.encoded()).withDataSourceProviderFn(provider));
    assertThat(
        failure.getMessage(),
        allOf(containsString("needs two at once"), containsString("untouched")));
  }

  /** Where the functions below, which travel serialized, are heard of. */
  private static final Map<String, Queue<BasicDataSource>> MADE = new ConcurrentHashMap<>();

  private static BasicDataSource pool(String url) {
    BasicDataSource pool = new BasicDataSource();
    pool.setUrl(url);
    pool.setUsername(TestingPostgres.SINK);
    pool.setPassword(TestingPostgres.PASSWORD);
    MADE.computeIfAbsent(url, key -> new ConcurrentLinkedQueue<>()).add(pool);
    return pool;
  }

  @Test
  void whatTheFunctionMakesForTheSinkIsClosed() {
    String url = jdbcUrl();
    TestTable table = TestTable.missing(database, "made");
    for (int run = 1; run <= 3; run++) {
      Runners.DIRECT.publish(
          SampleRows.many(100),
          PostgresResultSink.toTable(table.encoded()).withDataSourceProviderFn(none -> pool(url)));
    }
    assertThat(table.count(), equalTo(300L));
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(
            () ->
                assertThat(
                    MADE.get(url).stream().filter(pool -> !pool.isClosed()).toList(), is(empty())));
  }

  @Test
  void whatTheFunctionSharesWithOthersStaysOpen() throws SQLException {
    String url = jdbcUrl();
    TestTable table = TestTable.missing(database, "shared");
    pool(url);
    for (int run = 1; run <= 2; run++) {
      Runners.DIRECT.publish(
          SampleRows.many(100),
          PostgresResultSink.toTable(table.encoded())
              .withDataSourceProviderFn(none -> MADE.get(url).peek()));
    }
    database.awaitNoWork();
    assertThat(MADE.get(url).peek().isClosed(), is(false));
    MADE.get(url).peek().close();
  }
}
