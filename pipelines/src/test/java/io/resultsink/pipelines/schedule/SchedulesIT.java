package io.resultsink.pipelines.schedule;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThanOrEqualTo;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.testing.TestingPostgres;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What is kept in the schedules database. */
class SchedulesIT {

  @RegisterExtension private final TestSchedules home = new TestSchedules();

  @Test
  void aScheduleComesBackAsItWas() {
    Schedule schedule =
        Schedule.create(
                "a_b_9",
                Cron.parse("5 4 * * sun", ZoneId.of("Europe/Berlin")),
                Duration.ofSeconds(90),
                new ScheduledQuery(
                    "postgresql://app@db/shop",
                    "env:A",
                    "mydb:t?mode=replace",
                    "file:/b",
                    "SELECT\n 'ä' FROM t",
                    List.of("--runner=FlinkRunner", "--parallelism=2")))
            .with(MissedTicks.ALL, Overlap.SKIP, 0);
    home.schedules().create(schedule);
    Schedule kept = home.schedules().require("a_b_9");
    assertThat(kept.query(), is(schedule.query()));
    assertThat(kept.cron().text(), is("5 4 * * sun"));
    assertThat(kept.cron().zone(), is(ZoneId.of("Europe/Berlin")));
    assertThat(kept.delay(), is(Duration.ofSeconds(90)));
    assertThat(kept.missed(), is(MissedTicks.ALL));
    assertThat(kept.overlap(), is(Overlap.SKIP));
    assertThat(kept.retries(), is(0));
    assertThat(kept.key(), is(schedule.key()));
    assertThat(kept.nextTick(), is(Instant.parse("2026-11-29T03:05:00Z")));
  }

  @Test
  void aNameIsThereOnceAndAMissingOneIsSaidWithTheOthers() {
    home.minutely();
    assertThat(
        assertThrows(ScheduleException.class, home::minutely).getMessage(),
        startsWith("schedule 'minutely' exists already; change it with"));
    home.schedules().create(home.schedule("other", "", Duration.ZERO));
    assertThat(
        assertThrows(
                ScheduleException.class,
                () -> home.schedules().change("other", (other, now) -> other.named("minutely")))
            .getMessage(),
        startsWith("schedule 'minutely' exists already"));
    assertThat(
        assertThrows(ScheduleException.class, () -> home.schedules().delete("hourly")).getMessage(),
        is("there is no schedule 'hourly'; there are: minutely, other"));
  }

  @Test
  void itsRunIdsStayWhenItsNameChangesAndAreOthersWhenItIsMadeAnew() {
    Schedule schedule = home.minutely();
    Schedule renamed = home.schedules().change("minutely", (s, now) -> s.named("every_minute"));
    assertThat(renamed.key(), is(schedule.key()));
    assertThat(schedule.key().equals(home.minutely().key()), is(false));
  }

  @Test
  void theHomeIsOpenedAgainAsItWas() {
    home.minutely();
    try (ScheduleDatabase again = home.open()) {
      assertThat(
          new Schedules(again).all().stream().map(StoredSchedule::name).toList(),
          contains("minutely"));
    }
  }

  @Test
  void theClockIsTheDatabases() {
    try (ScheduleDatabase usual =
        ScheduleDatabase.open(PostgresTarget.parse(home.database().url("t")))) {
      Instant before = Instant.parse(clock());
      Instant now = usual.now();
      assertThat(now, is(greaterThanOrEqualTo(before)));
      assertThat(now, is(lessThanOrEqualTo(Instant.parse(clock()))));
    }
  }

  private String clock() {
    return home.database()
        .value(
            "SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC',"
                + " 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')");
  }

  @Test
  void oneThatCannotBeReadIsListedAndDeleted() {
    home.minutely();
    home.schedules().create(home.schedule("poison", "@daily", Duration.ZERO));
    for (String row : new String[] {"zone = 'America/Atlantis'", "zone = 'UTC', cron = '@never'"}) {
      home.database().execute("UPDATE pgresult.schedule SET " + row + " WHERE name = 'poison'");
      StoredSchedule poison = home.schedules().all().get(1);
      assertThat(poison.name(), is("poison"));
      assertThat(poison.schedule(), is(nullValue()));
      assertThat(
          assertThrows(ScheduleException.class, () -> home.schedules().require("poison"))
              .getMessage(),
          is(
              "schedule 'poison' cannot be read here: "
                  + poison.problem()
                  + "\n  pgresult sched delete poison removes it"));
    }
    assertThat(home.schedules().delete("poison"), is(false));
    assertThat(home.schedules().all().size(), is(1));
  }

  @Test
  void aRoleThatMayNotCreateTheSchemaIsToldWhatToDo() {
    String name = home.database().name();
    home.database()
        .execute(
            "DROP SCHEMA pgresult CASCADE",
            "REVOKE CREATE ON DATABASE " + name + " FROM " + TestingPostgres.SINK);
    String message =
        assertThrows(
                ScheduleDatabaseException.class,
                () -> ScheduleDatabase.open(PostgresTarget.parse(home.database().url("t"))))
            .getMessage();
    assertThat(
        message,
        startsWith("role sink may not create the schema pgresult in the schedules database "));
    home.database().execute("CREATE SCHEMA pgresult AUTHORIZATION sink");
    home.open().close();
  }
}
