package io.resultsink.postgres;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.destination.Session;
import io.resultsink.postgres.part.TableProof;
import io.resultsink.postgres.testing.Furnished;
import io.resultsink.postgres.testing.SampleRows;
import io.resultsink.postgres.testing.Steps;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestTable;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code keep=all}: the table's definition stays to the letter, in place and by copy. */
@Tag("attack")
class KeepIT {

  private static final long ROWS = 500;

  @RegisterExtension final TestDatabase database = new TestDatabase();

  @ParameterizedTest
  @CsvSource({"plain, logged", "plain, unlogged", "more, logged"})
  void everythingThatHangsOnATableIsKept(String which, String staging) throws SQLException {
    TestTable table = which.equals("plain") ? Furnished.plain(database) : Furnished.more(database);
    database.execute("INSERT INTO " + table.quoted() + " (id, name, score) VALUES (-1, 'old', 0)");
    String oid = table.oid();
    List<String> staged = new ArrayList<>();
    try (Steps run = new Steps(target(table, "staging=" + staging))) {
      TableProof before = proof(run, table);
      for (int round = 0; round < 2; round++) {
        var chunks = run.stage(0, ROWS);
        staged.add(
            database.value("SELECT ?::regclass::oid", (Object) database.stagingTables().get(0)));
        run.tidy(run.publish(chunks));
        assertThat(before.differences(proof(run, table)), is(empty()));
        assertThat(table.difference(SampleRows.COLUMNS, SampleRows.sql(ROWS)), is(empty()));
        break;
      }
    }
    assertThat("a new table", table.oid(), not(equalTo(oid)));
    boolean inPlace = which.equals("plain") && staging.equals("logged");
    assertThat("in place", staged.contains(table.oid()), is(inPlace));
    database.assertNothingStaged();
  }

  private static PostgresTarget target(TestTable table, String options) {
    return PostgresTarget.parse(table.url("mode=replace&keep=all&" + options));
  }

  private static TableProof proof(Steps run, TestTable table) throws SQLException {
    try (Session session = run.connections().borrow()) {
      session.begin(Duration.ZERO, "prove " + table.name());
      return TableProof.of(
          session,
          new io.resultsink.postgres.destination.TableName(TestDatabase.SCHEMA, table.name()));
    }
  }
}
