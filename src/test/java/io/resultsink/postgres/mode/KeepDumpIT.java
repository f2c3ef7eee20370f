package io.resultsink.postgres.mode;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.testing.Furnished;
import io.resultsink.postgres.testing.PgDump;
import io.resultsink.postgres.testing.SampleRows;
import io.resultsink.postgres.testing.Steps;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestTable;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code keep=all}, judged by pg_dump: before and after are the same, line by line. */
@Tag("torture")
class KeepDumpIT {

  private static final long ROWS = 500;

  @RegisterExtension final TestDatabase database = new TestDatabase();

  @ParameterizedTest
  @CsvSource({"plain, logged", "plain, unlogged", "more, logged", "more, unlogged"})
  void aDumpIsTheSameAsBefore(String which, String staging) {
    int major = Integer.parseInt(database.value("SHOW server_version_num")) / 10_000;
    Optional<PgDump> dump = PgDump.forServer(major);
    assumeTrue(
        dump.isPresent(),
        () ->
            "no pg_dump of PostgreSQL "
                + major
                + " or later was found; name one with the environment variable "
                + PgDump.VARIABLE);
    TestTable table = which.equals("plain") ? Furnished.plain(database) : Furnished.more(database);
    List<String> before = dump.get().definitions(database);
    assertThat("lines", before.size(), greaterThan(100));
    for (int round = 1; round <= 2; round++) {
      try (Steps run =
          new Steps(PostgresTarget.parse(table.url("mode=replace&keep=all&staging=" + staging)))) {
        run.tidy(run.publish(run.stage(0, ROWS)));
      }
      assertThat(dump.get().definitions(database), equalTo(before));
    }
    assertThat(table.difference(SampleRows.COLUMNS, SampleRows.sql(ROWS)), is(empty()));
  }
}
