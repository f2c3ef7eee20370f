package io.resultsink.postgres.mode;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.not;

import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.failure.IncompatibleTableException;
import io.resultsink.postgres.failure.PublishFailedException;
import io.resultsink.postgres.failure.ResultSinkException;
import io.resultsink.postgres.testing.Ranking;
import io.resultsink.postgres.testing.TestDatabase;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Triggers and rules of users: they find what they find by hand, and hold no row back unseen. */
@Tag("attack")
class UserTriggersIT {

  @RegisterExtension final TestDatabase database = new TestDatabase();

  /** A trigger function whose body names everything barely, as people write it. */
  private void function(String name, String returns, String body) {
    database.execute(
        "CREATE TABLE IF NOT EXISTS results.audit (what text, hits bigint)",
        "GRANT SELECT, INSERT ON results.audit TO sink",
        "CREATE FUNCTION results.%s() RETURNS %s LANGUAGE plpgsql AS $$ BEGIN %s END $$"
            .formatted(name, returns, body));
  }

  @Tag("torture")
  @ParameterizedTest
  @EnumSource(value = WriteMode.class, names = "REPLACE", mode = EnumSource.Mode.EXCLUDE)
  void aStatementTriggerSeesTheWholeResultInItsTransitionTable(WriteMode mode) {
    Ranking ranking = Ranking.create(database, mode);
    function(
        "count_new",
        "trigger",
        "INSERT INTO audit SELECT 'inserted', count(*) FROM fresh; RETURN NULL;");
    database.execute(
        "CREATE TRIGGER count_new AFTER INSERT ON "
            + ranking.table().quoted()
            + " REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT"
            + " EXECUTE FUNCTION results.count_new()");
    ranking.publish();
    long updated = mode == WriteMode.UPDATE ? Ranking.SHARED : 0;
    assertThat(
        database.value("SELECT string_agg(hits::text, ',') FROM results.audit"),
        equalTo(Long.toString(Ranking.ROWS - updated)));
  }

  @ParameterizedTest
  @EnumSource(value = WriteMode.class, names = "REPLACE", mode = EnumSource.Mode.EXCLUDE)
  void aTriggerThatWaitsForTheCommitFindsWhatItNames(WriteMode mode) {
    Ranking ranking = Ranking.create(database, mode);
    function(
        "at_commit",
        "trigger",
        "INSERT INTO audit VALUES (current_setting('search_path'), 1); RETURN NULL;");
    database.execute(
        "CREATE CONSTRAINT TRIGGER at_commit AFTER INSERT ON "
            + ranking.table().quoted()
            + " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.id = 500)"
            + " EXECUTE FUNCTION results.at_commit()");
    ranking.publish();
    assertThat(database.value("SELECT what FROM results.audit"), equalTo("results, public"));
  }

  @ParameterizedTest
  @EnumSource(WriteMode.class)
  void anEventTriggerFindsWhatItNames(WriteMode mode) {
    Ranking ranking = Ranking.create(database, mode);
    function("on_ddl", "event_trigger", "INSERT INTO audit VALUES (tg_tag, 1);");
    database.execute(
        "CREATE EVENT TRIGGER on_ddl ON ddl_command_end EXECUTE FUNCTION results.on_ddl()",
        "CREATE EVENT TRIGGER on_drop ON sql_drop EXECUTE FUNCTION results.on_ddl()");
    ranking.publish();
    assertThat(
        database.column("SELECT DISTINCT what FROM results.audit").toString(),
        containsString("CREATE TABLE"));
  }

  @Tag("torture")
  @ParameterizedTest
  @CsvSource({"APPEND", "TRUNCATE", "UPDATE"})
  void aTriggerThatDropsARowFailsTheRunUntouched(WriteMode mode) {
    Ranking ranking = Ranking.create(database, mode);
    function("drop_row", "trigger", "RETURN NULL;");
    database.execute(
        "CREATE TRIGGER drop_row BEFORE INSERT ON "
            + ranking.table().quoted()
            + " FOR EACH ROW WHEN (NEW.id = 500) EXECUTE FUNCTION results.drop_row()");
    assertHeldBack(ranking);
  }

  @Tag("torture")
  @ParameterizedTest
  @CsvSource({"APPEND, INSERT", "TRUNCATE, INSERT", "TRUNCATE, DELETE"})
  void aRuleThatDoesNothingInsteadFailsTheRunUntouched(WriteMode mode, String command) {
    Ranking ranking = Ranking.create(database, mode);
    database.execute(
        "CREATE RULE nothing AS ON %s TO %s DO INSTEAD NOTHING"
            .formatted(command, ranking.table().quoted()));
    assertHeldBack(ranking);
  }

  /** Rows that are only marked as gone would be there twice. */
  @Tag("torture")
  @ParameterizedTest
  @EnumSource(value = WriteMode.class, names = "TRUNCATE")
  void aSoftDeleteFailsTheRunUntouched(WriteMode mode) {
    Ranking ranking = Ranking.create(database, mode);
    function(
        "soft",
        "trigger",
        "UPDATE "
            + ranking.table().quoted()
            + " SET name = 'gone' WHERE id = OLD.id;"
            + " RETURN NULL;");
    database.execute(
        "CREATE TRIGGER soft BEFORE DELETE ON "
            + ranking.table().quoted()
            + " FOR EACH ROW EXECUTE FUNCTION results.soft()");
    assertHeldBack(ranking);
  }

  /** PostgreSQL itself refuses ON CONFLICT on a table with rules. */
  @Tag("torture")
  @ParameterizedTest
  @EnumSource(value = WriteMode.class, names = "UPDATE")
  void anUpdateOfATableWithRulesFailsUntouched(WriteMode mode) {
    Ranking ranking = Ranking.create(database, mode);
    database.execute(
        "CREATE RULE also AS ON UPDATE TO %s DO ALSO SELECT 1".formatted(ranking.table().quoted()));
    ResultSinkException failure = ranking.fail("staging_ttl=7d");
    assertThat(failure, instanceOf(IncompatibleTableException.class));
    assertThat(failure.getMessage(), containsString("has the rule also"));
  }

  private static void assertHeldBack(Ranking ranking) {
    ResultSinkException failure = ranking.fail("staging_ttl=7d");
    assertThat(failure, instanceOf(PublishFailedException.class));
    assertThat(failure.getMessage(), containsString("untouched"));
    assertThat(failure.getMessage(), containsString("trigger or a rule"));
    assertThat(failure.remedy(), not(equalTo(ResultSinkException.Remedy.RETRY)));
  }
}
