package io.resultsink.pipelines.schedule;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.is;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Operators and functions of another role, in a schema of the search path, that fit the home
 * database's statements better than PostgreSQL's own.
 */
class ForeignOperatorsIT {

  private static final List<String> OPERATORS =
      List.of(
          "* (bigint, interval)",
          "* (integer, interval)",
          "= (text, varchar)",
          "= (bigint, integer)",
          "= (uuid, varchar)",
          "<= (timestamptz, varchar)");

  @RegisterExtension private final TestSchedules home = new TestSchedules();

  private void plant() {
    home.database().execute("CREATE SCHEMA planted", "GRANT USAGE ON SCHEMA planted TO sink");
    for (String operator : OPERATORS) {
      String[] parts = operator.replaceAll("[(),]", "").split(" ");
      String returned = parts[0].equals("*") ? "interval" : "boolean";
      String name = "planted.by_" + parts[1] + "_" + parts[2];
      home.database()
          .execute(
              "CREATE FUNCTION %s(%s, %s) RETURNS %s LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'called'; END $$"
                  .formatted(name, parts[1], parts[2], returned),
              "CREATE OPERATOR planted.%s (LEFTARG = %s, RIGHTARG = %s, FUNCTION = %s)"
                  .formatted(parts[0], parts[1], parts[2], name));
    }
    home.database()
        .execute(
            "CREATE FUNCTION planted.clock_timestamp() RETURNS timestamptz LANGUAGE plpgsql AS"
                + " $$ BEGIN RAISE EXCEPTION 'called'; END $$",
            "ALTER ROLE sink IN DATABASE "
                + home.database().name()
                + " SET search_path = planted, pg_catalog");
  }

  @Test
  void areNotCalled() {
    plant();
    try (ScheduleDatabase opened = home.open()) {
      Schedules schedules = new Schedules(opened);
      schedules.create(home.schedule("minutely", "* * * * *", Duration.ofSeconds(1)));
      home.sleep(Duration.ofSeconds(61));
      new Planner(opened).plan(home.now());
      LivingProcess process = new LivingProcess(opened, true, Duration.ofSeconds(1));
      process.beat();
      opened.transaction(
          connection ->
              new Claims(connection, process.id())
                  .start(
                      new RunStore(connection)
                          .newest(schedules.require("minutely").key(), 1, 0)
                          .get(0)
                          .id(),
                      home.now(),
                      Set.of()));
      assertThat(
          opened.transaction(connection -> ScheduleClock.OF_DATABASE.now(connection)) != null,
          is(true));
      process.end();
    }
    assertThat(home.runs("minutely"), contains("10:01 running"));
  }
}
