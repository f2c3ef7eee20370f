package io.resultsink.postgres.mode;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.failure.ResultSinkException;
import io.resultsink.postgres.testing.Fingerprint;
import io.resultsink.postgres.testing.Furnished;
import io.resultsink.postgres.testing.PostgresProxy;
import io.resultsink.postgres.testing.Steps;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestTable;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Whatever is left out of a definition that is to be kept is noticed and named: by the comparison
 * before COMMIT, or by a later statement that misses it. Each is taken out on the wire.
 */
@Tag("attack")
class KeepProofIT {

  @RegisterExtension final TestDatabase database = new TestDatabase().behindProxy();

  /** A part of a statement that makes something, and what the error names. */
  private static final String[][] LEFT_OUT = {
    {"^\\s*ALTER TABLE .* ADD CONSTRAINT near ", "constraint near"},
    {"^\\s*ALTER TABLE .* ALTER COLUMN name SET DEFAULT", "column name"},
    {"^\\s*ALTER TABLE .* ALTER COLUMN name SET STORAGE", "column name"},
    {"^\\s*ALTER TABLE .* ALTER COLUMN name SET COMPRESSION", "column name"},
    {"^\\s*ALTER TABLE .* ALTER COLUMN name SET STATISTICS", "column name"},
    {"^\\s*ALTER TABLE .* ALTER COLUMN score SET \\(", "column score"},
    {"^\\s*ALTER TABLE .* (ALTER COLUMN score SET NOT NULL|NOT NULL score)", "column score"},
    {"^\\s*ALTER TABLE .* SET \\(fillfactor", "the table itself"},
    {"^\\s*ALTER TABLE .* CLUSTER ON", "index by_prefix"},
    {"^\\s*ALTER TABLE .* REPLICA IDENTITY USING INDEX", "index identified"},
    {"^\\s*ALTER INDEX .* SET STATISTICS", "index \"By \"\"name\"\"\""},
    {"^\\s*ALTER INDEX .* RENAME TO by_hash", "index by_hash"},
    {"^\\s*ALTER STATISTICS .* SET STATISTICS", "statistics object results.\"both\""},
    {"^\\s*ALTER STATISTICS .* RENAME TO of_expressions", "statistics object of_expressions"},
    {"^\\s*COMMENT ON TABLE .*rows", "the table itself"},
    {"^\\s*COMMENT ON COLUMN", "column name"},
    {"^\\s*COMMENT ON CONSTRAINT near", "constraint near"},
    {"^\\s*COMMENT ON INDEX", "index \"By \"\"name\"\"\""},
    {"^\\s*COMMENT ON TRIGGER", "trigger changes"},
    {"^\\s*COMMENT ON RULE", "rule noted"},
    {"^\\s*COMMENT ON CONSTRAINT late", "constraint late"},
    {"^\\s*COMMENT ON TYPE", "the table itself"},
    {"^\\s*REVOKE ALL ON TYPE", "the table itself"},
    {"^\\s*GRANT USAGE ON TYPE .* TO stranger", "the table itself"},
    {"^\\s*COMMENT ON POLICY", "policy positive"},
    {"^\\s*COMMENT ON STATISTICS", "statistics object results.\"both\""},
    {"^\\s*CREATE TRIGGER off", "trigger off"},
    {"^\\s*ALTER TABLE .* ENABLE ALWAYS TRIGGER", "trigger always"},
    {"^\\s*ALTER TABLE .* DISABLE RULE", "rule dormant"},
    {"^\\s*CREATE RULE noted", "rule noted"},
    {"^\\s*CREATE POLICY", "policies"},
    {"^\\s*ALTER TABLE .* ENABLE ROW LEVEL SECURITY", "the table itself"},
    {"^\\s*GRANT SELECT ON TABLE .* TO stranger", "the table itself"},
    {"^\\s*GRANT UPDATE \\(name\\)", "column name"},
    {"^\\s*CREATE INDEX .* USING brin", "index by_range"},
    {"^\\s*ALTER TABLE .* ADD CONSTRAINT refers ", "constraint refers"},
    {"^\\s*ALTER TABLE .* ADD CONSTRAINT itself ", "constraint itself"},
    {"^\\s*COMMENT ON CONSTRAINT refers", "constraint refers"},
    {
      "^\\s*ALTER TABLE results.referring ADD CONSTRAINT",
      "foreign key to_it of table results.referring"
    },
    {
      "^\\s*ALTER TABLE results.referring RENAME CONSTRAINT",
      "foreign key to_it of table results.referring"
    },
    {"^\\s*COMMENT ON CONSTRAINT to_it", "foreign key to_it of table results.referring"},
  };

  /** Statements that bind others to the new table; without one the old table cannot be dropped. */
  private static final List<String> NOT_REBOUND =
      List.of(
          "^\\s*ALTER POLICY by_it",
          "^\\s*CREATE OR REPLACE RULE by_it",
          "^\\s*CREATE OR REPLACE VIEW results.reading",
          "^\\s*ALTER TABLE results.referring DROP CONSTRAINT");

  @Test
  void whateverIsLeftOutIsNamedAndNothingIsPublished() {
    TestTable table = Furnished.plain(database);
    List<String> before = Fingerprint.withoutStaging(database);
    List<String> unnoticed = new ArrayList<>();
    for (String[] part : LEFT_OUT) {
      PostgresProxy.Fault fault = database.network().rewrite(part[0], sql -> "SELECT 1");
      ResultSinkException failure =
          assertThrows(
              ResultSinkException.class,
              () -> {
                try (Steps run =
                    new Steps(PostgresTarget.parse(table.url("mode=replace&keep=all")))) {
                  run.publish(run.stage(0, 20));
                }
              },
              part[0]);
      String message = failure.getMessage();
      boolean noticed =
          message.contains("would differ from the old one") || message.contains("cannot be made");
      if (!noticed || !message.contains(part[1])) {
        unnoticed.add(part[0] + ": " + message);
      }
      assertThat(part[0], fault.met(), greaterThan(0));
      database.network().calm();
      assertThat(part[0], Fingerprint.withoutStaging(database), equalTo(before));
    }
    assertThat(unnoticed, is(empty()));
  }

  @Tag("torture")
  @Test
  void whateverStillReadsTheOldTableKeepsItFromGoing() {
    TestTable table = Furnished.plain(database);
    List<String> before = Fingerprint.withoutStaging(database);
    for (String statement : NOT_REBOUND) {
      PostgresProxy.Fault fault = database.network().rewrite(statement, sql -> "SELECT 1");
      ResultSinkException failure =
          assertThrows(
              ResultSinkException.class,
              () -> {
                try (Steps run =
                    new Steps(PostgresTarget.parse(table.url("mode=replace&keep=all")))) {
                  run.publish(run.stage(0, 20));
                }
              },
              statement);
      assertThat(statement, fault.met(), greaterThan(0));
      database.network().calm();
      assertThat(failure.getMessage(), containsString("is untouched"));
      assertThat(statement, Fingerprint.withoutStaging(database), equalTo(before));
    }
  }
}
