package io.resultsink.pipelines.schedule;

import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestingPostgres;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.List;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A schedules database for one test, and a clock that goes when it is told to. */
final class TestSchedules implements BeforeEachCallback, AfterEachCallback {

  /** When a test begins. */
  static final Instant START = Instant.parse("2026-11-22T10:00:00Z");

  private static final ScheduledQuery QUERY =
      new ScheduledQuery("/data", null, "mydb:t", null, "SELECT 1", List.of("--runner=x"));

  private final TestDatabase database = new TestDatabase();
  private ScheduleDatabase home;
  private Instant now = START;

  @Override
  public void beforeEach(ExtensionContext context) throws SQLException {
    database.beforeEach(context);
    database.execute("GRANT CREATE ON DATABASE " + database.name() + " TO " + TestingPostgres.SINK);
    home = open();
  }

  @Override
  public void afterEach(ExtensionContext context) throws SQLException {
    home.close();
    database.afterEach(context);
  }

  ScheduleDatabase open() {
    return ScheduleDatabase.open(PostgresTarget.parse(database.url("t")), connection -> now);
  }

  ScheduleDatabase home() {
    return home;
  }

  TestDatabase database() {
    return database;
  }

  Schedules schedules() {
    return new Schedules(home);
  }

  Instant now() {
    return now;
  }

  void sleep(Duration time) {
    now = now.plus(time);
  }

  InstantSource clock() {
    return () -> now;
  }

  /** A schedule that is not kept yet. */
  Schedule schedule(String name, String cron, Duration delay) {
    return Schedule.create(name, Cron.parse(cron, ZoneId.of("UTC")), delay, QUERY);
  }

  /** One that is kept, every minute. */
  Schedule minutely() {
    Schedule schedule = schedule("minutely", "* * * * *", Duration.ZERO);
    schedules().create(schedule);
    return schedule;
  }

  void plan() {
    new Planner(home).plan(now);
  }

  /** Its runs as {@code 10:01 queued}, the oldest tick first. */
  List<String> runs(String name) {
    List<Run> newest = schedules().history(name, 1000, 0).newest();
    return newest.stream()
        .sorted(java.util.Comparator.comparing(Run::tick).thenComparing(Run::repetition))
        .map(run -> run.tick().toString().substring(11, 16) + " " + EnumText.text(run.state()))
        .toList();
  }

  /** The only run of a tick. */
  Run run(String name, Instant tick) {
    return home.transaction(
        connection ->
            new RunStore(connection)
                .ofTick(new ScheduleStore(connection).require(name).key(), tick)
                .get(0));
  }
}
