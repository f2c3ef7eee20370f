package io.resultsink.pipelines.schedule;

import static io.resultsink.postgres.testing.TestingPostgres.STRANGER;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Another role has a say in the schema of schedules, and waits for who uses it. */
@Tag("attack")
class ScheduleSchemaIT {

  @RegisterExtension private final TestSchedules home = new TestSchedules();

  @BeforeEach
  void letTheStrangerIn() {
    home.database()
        .execute(
            "CREATE SCHEMA trap AUTHORIZATION stranger",
            "GRANT USAGE ON SCHEMA trap TO PUBLIC",
            "GRANT CREATE ON DATABASE " + home.database().name() + " TO stranger");
    home.database()
        .executeAs(
            STRANGER,
            "CREATE TABLE trap.loot (who text)",
            "GRANT INSERT ON trap.loot TO PUBLIC",
            """
            CREATE FUNCTION trap.spy() RETURNS trigger LANGUAGE plpgsql
            AS 'BEGIN INSERT INTO trap.loot VALUES (current_user); RETURN NEW; END'
            """);
  }

  private String refusal() {
    ScheduleDatabaseException refusal =
        assertThrows(ScheduleDatabaseException.class, () -> home.open().close());
    assertThat(refusal.getMessage(), containsString("is not trusted"));
    assertThat(home.database().column("SELECT who FROM trap.loot"), is(empty()));
    return refusal.getMessage();
  }

  /** Runs the statement that a refusal ends with, as the owner of the database would. */
  private void heed(String refusal) {
    for (String line : refusal.lines().skip(1).toList()) {
      home.database().execute(line.replaceAll(".*; (?:if .* trusted, )?run ([^;]*)(;.*)?", "$1"));
    }
    home.open().close();
  }

  @Test
  void aSchemaOfAnotherIsRefusedThoughItIsEmpty() {
    home.database().execute("DROP SCHEMA pgresult CASCADE");
    home.database()
        .executeAs(STRANGER, "CREATE SCHEMA pgresult", "GRANT ALL ON SCHEMA pgresult TO PUBLIC");
    String refusal = refusal();
    assertThat(refusal, containsString("it belongs to role stranger"));
    assertThat(
        home.database()
            .column("SELECT relname FROM pg_class WHERE relnamespace = 'pgresult'::regnamespace"),
        is(empty()));
    heed(refusal);
  }

  @Test
  void tablesOfAnotherAreRefused() {
    home.database()
        .execute(
            "GRANT USAGE ON SCHEMA pgresult TO stranger",
            "ALTER TABLE pgresult.schedule OWNER TO stranger",
            "GRANT ALL ON pgresult.schedule TO sink",
            "GRANT USAGE, CREATE ON SCHEMA pgresult TO stranger");
    home.database()
        .executeAs(
            STRANGER,
            "CREATE TRIGGER spy BEFORE INSERT ON pgresult.schedule FOR EACH ROW"
                + " EXECUTE FUNCTION trap.spy()");
    String refusal = refusal();
    assertThat(refusal, containsString("table pgresult.schedule belongs to role stranger"));
    assertThat(refusal, containsString("has the trigger spy, which would run as role sink"));
    heed(refusal);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "CREATE TRIGGER spy BEFORE INSERT ON pgresult.run EXECUTE FUNCTION trap.spy()",
        "CREATE TABLE trap.holding (id bigint REFERENCES pgresult.run)"
      })
  void whatAnotherHangsOnATableIsRefused(String statement) {
    home.database()
        .execute(
            "GRANT USAGE ON SCHEMA pgresult TO stranger",
            "GRANT REFERENCES, TRIGGER ON pgresult.run TO stranger");
    home.database().executeAs(STRANGER, statement);
    heed(refusal());
  }

  /** A member of its owner's role has no reason to believe him. */
  @Test
  void membershipIsNoTrust() {
    home.database().execute("ALTER SCHEMA pgresult OWNER TO team");
    assertThat(refusal(), containsString("it belongs to role team"));
  }

  @Test
  void theDatabasesOwnerAndSuperusersAreBelieved() {
    for (String owner : List.of("postgres", "stranger")) {
      home.database()
          .execute(
              "ALTER DATABASE " + home.database().name() + " OWNER TO " + owner,
              "ALTER SCHEMA pgresult OWNER TO " + owner,
              "GRANT ALL ON SCHEMA pgresult TO sink");
      try (ScheduleDatabase opened = home.open()) {
        Schedules schedules = new Schedules(opened);
        schedules.create(home.schedule(owner, "* * * * *", Duration.ZERO));
        assertThat(schedules.require(owner).name(), equalTo(owner));
      }
    }
  }
}
