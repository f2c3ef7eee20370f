package io.resultsink.postgres.preflight;

import static io.resultsink.postgres.testing.SampleRows.COLUMNS;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.is;

import io.resultsink.postgres.PostgresResultSink;
import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.report.ResultSummary;
import io.resultsink.postgres.testing.Ranking;
import io.resultsink.postgres.testing.Runners;
import io.resultsink.postgres.testing.SampleRows;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestTable;
import io.resultsink.postgres.testing.TestingPostgres;
import java.util.List;
import org.apache.commons.dbcp2.BasicDataSource;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tables and types of the same names that a search path or a session finds first. */
@Tag("attack")
class HiddenTargetIT {

  @RegisterExtension final TestDatabase database = new TestDatabase();

  @ParameterizedTest
  @EnumSource(WriteMode.class)
  void aTargetWithItsSchemaIsFoundBehindANamesake(WriteMode mode) {
    Ranking ranking = Ranking.create(database, mode);
    String name = ranking.table().name();
    database.execute(
        "CREATE SCHEMA first AUTHORIZATION sink",
        "CREATE TABLE first.\"" + name + "\" (" + Ranking.DEFINITION + ")",
        "CREATE TYPE first.text AS (a int)",
        "CREATE TABLE first.pg_class (a int)",
        "CREATE TABLE first.result_sink_ledger (a int)",
        "ALTER ROLE sink IN DATABASE "
            + database.name()
            + " SET search_path = first, results, pg_catalog");
    Runners.DIRECT.publish(
        SampleRows.many(Ranking.ROWS),
        PostgresResultSink.to(
            database.url("results." + ranking.table().encoded() + "?" + TestTable.options(mode))));
    ranking.assertPublished();
    assertThat(database.value("SELECT count(*) FROM first.\"" + name + "\""), equalTo("0"));
  }

  @Tag("torture")
  @ParameterizedTest
  @EnumSource(WriteMode.class)
  void aBareNameIsTheFirstOfTheSearchPath(WriteMode mode) {
    TestTable later = TestTable.create(database, "Ranking", Ranking.DEFINITION);
    database.execute(
        "CREATE SCHEMA first AUTHORIZATION sink",
        "CREATE TABLE first.\"" + later.name() + "\" (" + Ranking.DEFINITION + ")",
        "ALTER TABLE first.\"" + later.name() + "\" OWNER TO sink",
        "ALTER ROLE sink IN DATABASE " + database.name() + " SET search_path = first, results");
    ResultSummary summary = Runners.DIRECT.publish(SampleRows.many(100), later.sink(mode));
    assertThat(summary.table(), equalTo("first." + later.name()));
    assertThat(later.count(), equalTo(0L));
  }

  /** Pooled sessions keep what their last users left. */
  @ParameterizedTest
  @EnumSource(WriteMode.class)
  void temporaryTablesOfASessionHideNothing(WriteMode mode) {
    Ranking ranking = Ranking.create(database, mode);
    String url =
        "jdbc:postgresql://%s:%d/%s"
            .formatted(database.server().host(), database.server().port(), database.name());
    String temporary = "CREATE TEMPORARY TABLE \"%s\" (" + Ranking.DEFINITION + ")";
    List<String> left =
        List.of(
            temporary.formatted(ranking.table().name()),
            "CREATE TEMPORARY TABLE pg_class (a int)",
            "CREATE TEMPORARY TABLE pg_attribute (a int)",
            "CREATE TEMPORARY TABLE pg_namespace (a int)");
    PostgresResultSink sink =
        PostgresResultSink.toTable(ranking.table().encoded())
            .withMode(mode)
            .withDataSourceProviderFn(
                nothing -> {
                  BasicDataSource used = new BasicDataSource();
                  used.setUrl(url);
                  used.setUsername(TestingPostgres.SINK);
                  used.setPassword(TestingPostgres.PASSWORD);
                  used.setMaxIdle(0);
                  used.setConnectionInitSqls(left);
                  return used;
                });
    Runners.DIRECT.publish(
        SampleRows.many(Ranking.ROWS), mode == WriteMode.UPDATE ? sink.withUnique("id") : sink);
    assertThat(ranking.table().difference(COLUMNS, ranking.newRows()), is(empty()));
    database.assertNothingStaged();
  }
}
