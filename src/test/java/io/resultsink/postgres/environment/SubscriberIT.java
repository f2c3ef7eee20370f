package io.resultsink.postgres.environment;

import static org.awaitility.Awaitility.await;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.inspect.TargetInspector;
import io.resultsink.postgres.testing.OwnServer;
import io.resultsink.postgres.testing.Ranking;
import io.resultsink.postgres.testing.Refusals;
import io.resultsink.postgres.testing.Runners;
import io.resultsink.postgres.testing.SampleRows;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestTable;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Logical replication of everything: publishes arrive, and what we create does not stop it. */
@Tag("torture")
class SubscriberIT {

  private static final Duration LONG_ENOUGH = Duration.ofSeconds(90);

  @TempDir static Path folder;

  private static OwnServer publisher;
  private static OwnServer subscriber;

  @RegisterExtension final TestDatabase here = new TestDatabase(publisher.postgres());
  @RegisterExtension final TestDatabase there = new TestDatabase(subscriber.postgres());

  @BeforeAll
  static void start() {
    publisher = OwnServer.start(folder.resolve("publisher"), Map.of());
    subscriber = OwnServer.start(folder.resolve("subscriber"), Map.of());
  }

  @AfterAll
  static void stop() {
    subscriber.close();
    publisher.close();
  }

  @AfterEach
  void unsubscribe() {
    there.execute("DROP SUBSCRIPTION IF EXISTS copies");
  }

  static Stream<Arguments> modesAndPublications() {
    return Stream.of("FOR ALL TABLES", "FOR TABLES IN SCHEMA results")
        .flatMap(
            scope ->
                Stream.of(WriteMode.APPEND, WriteMode.TRUNCATE, WriteMode.UPDATE)
                    .map(mode -> Arguments.of(mode, scope)));
  }

  @ParameterizedTest
  @MethodSource("modesAndPublications")
  void publishesArriveOnceTheMessagesWayOutWasTaken(WriteMode mode, String scope) {
    requireSchemaPublications(scope);
    Ranking ranking = Ranking.create(here, mode);
    here.execute("CREATE PUBLICATION everything " + scope);
    createLedgers(refusal(ranking.table(), mode));
    subscribe(ranking.table());
    ranking.publish();
    assertArrives(ranking.table());
    assertThat(
        Refusals.refused(here, ranking.table().sink(mode, "staging=logged")).getMessage(),
        containsString("staging=unlogged"));
    assertStillReplicating(ranking.table());
  }

  @Test
  void aSchemaOfItsOwnKeepsLoggedStagingToItself() {
    requireSchemaPublications("FOR TABLES IN SCHEMA results");
    Ranking ranking = Ranking.create(here, WriteMode.TRUNCATE);
    here.execute(
        "CREATE SCHEMA workshop AUTHORIZATION sink",
        "CREATE PUBLICATION everything FOR TABLES IN SCHEMA results");
    subscribe(ranking.table());
    Runners.DIRECT.publish(
        SampleRows.many(Ranking.ROWS),
        ranking.table().sink(ranking.mode(), "staging=logged&staging_schema=workshop"));
    assertArrives(ranking.table());
    assertStillReplicating(ranking.table());
  }

  @ParameterizedTest
  @MethodSource("modesAndPublications")
  void aTableWithoutReplicaIdentityIsSentOnceItHasOne(WriteMode mode, String scope) {
    requireSchemaPublications(scope);
    TestTable table = TestTable.create(here, "Keyless", "id bigint, name text, score float8");
    here.execute(
        "CREATE UNIQUE INDEX ON " + table.quoted() + " (id)",
        "CREATE PUBLICATION everything " + scope);
    Ranking ranking = Ranking.fill(table, mode);
    String refused = refusal(table, mode);
    createLedgers(refused);
    if (mode != WriteMode.APPEND) {
      here.execute(found("ALTER TABLE .* REPLICA IDENTITY FULL", refused));
    }
    subscribe(table);
    ranking.publish();
    assertArrives(table);
  }

  private static void requireSchemaPublications(String scope) {
    boolean since15 =
        Integer.parseInt(
                System.getProperty("postgres.server.version", "18").replaceAll("\\..*", ""))
            >= 15;
    assumeTrue(since15 || !scope.contains("IN SCHEMA"), "PostgreSQL 14 has no such publication");
  }

  /** What a pipeline is told too; one that was refused may go on for a moment, as a ghost. */
  private static String refusal(TestTable table, WriteMode mode) {
    try (TargetInspector inspector = TargetInspector.of(table.target(mode))) {
      return String.join("\n", inspector.check(SampleRows.SCHEMA).problems());
    }
  }

  /** As the message says: on the subscribers and here. */
  private void createLedgers(String message) {
    String ledger =
        found("CREATE TABLE .*result_sink_ledger.* PRIMARY KEY \\([^)]*\\) \\)", message);
    here.executeAs("sink", ledger);
    there.execute(ledger);
  }

  private static String found(String pattern, String message) {
    Matcher statement = Pattern.compile(pattern).matcher(message);
    assertThat(message, statement.find(), is(true));
    return statement.group();
  }

  private void subscribe(TestTable table) {
    there.execute(
        "CREATE TABLE " + table.quoted() + " (id bigint PRIMARY KEY, name text, score float8)",
        "CREATE SUBSCRIPTION copies CONNECTION 'host=localhost port=%d user=postgres dbname=%s'"
                .formatted(publisher.port(), here.name())
            + " PUBLICATION everything");
    await()
        .alias("the first copy")
        .atMost(LONG_ENOUGH)
        .until(
            () ->
                there
                    .value("SELECT bool_and(srsubstate = 'r') FROM pg_subscription_rel")
                    .equals("t"));
    assertArrives(table);
  }

  private void assertArrives(TestTable table) {
    String rows =
        "SELECT count(*) || ' ' || md5(string_agg(t::text, ',' ORDER BY id, score)) FROM "
            + table.quoted()
            + " AS t";
    String sent = here.value(rows);
    await()
        .alias("rows arrive")
        .atMost(LONG_ENOUGH)
        .untilAsserted(() -> assertThat(there.value(rows), equalTo(sent)));
  }

  private void assertStillReplicating(TestTable table) {
    here.execute("INSERT INTO " + table.quoted() + " VALUES (-99999, 'by hand', 0)");
    assertArrives(table);
  }
}
