package io.resultsink.postgres.security;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;

import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.internal.session.FaultPoint;
import io.resultsink.postgres.internal.session.Faults;
import io.resultsink.postgres.testing.Ranking;
import io.resultsink.postgres.testing.Runners;
import io.resultsink.postgres.testing.SampleRows;
import io.resultsink.postgres.testing.TableCatalog;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestTable;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Reporters who may read whatever is created read results, and nothing that waits. */
@Tag("attack")
class DefaultPrivilegesIT {

  @RegisterExtension final TestDatabase database = new TestDatabase();

  @BeforeEach
  void grantToReporters() {
    database.executeAs(
        "sink",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA results GRANT SELECT ON TABLES TO reader",
        "ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO stranger, PUBLIC");
  }

  @ParameterizedTest
  @EnumSource(WriteMode.class)
  void rowsThatWaitAreTheSinksAlone(WriteMode mode) {
    Ranking ranking = Ranking.create(database, mode);
    List<List<String>> seen = new ArrayList<>();
    Faults faults =
        Faults.at(
            FaultPoint.PUBLISHING,
            () ->
                seen.addAll(
                    database.rows(
                        """
                        SELECT DISTINCT g.grantee::regrole::text
                        FROM pg_class c, aclexplode(coalesce(relacl, acldefault('r', relowner))) g
                        WHERE c.oid = ?::regclass
                        """,
                        database.stagingTables().get(0))));
    try (faults) {
      ranking.publish();
    }
    assertThat(seen, contains(List.of("sink")));
  }

  @Tag("torture")
  @ParameterizedTest
  @EnumSource(WriteMode.class)
  void aTableThatIsReplacedOrWrittenKeepsItsOwnGrants(WriteMode mode) {
    Ranking ranking = Ranking.create(database, mode);
    database.execute("REVOKE ALL ON " + ranking.table().quoted() + " FROM stranger, PUBLIC");
    List<List<String>> before = TableCatalog.of(ranking.table()).tableGrants();
    ranking.publish();
    assertThat(TableCatalog.of(ranking.table()).tableGrants(), equalTo(before));
  }

  @Tag("torture")
  @ParameterizedTest
  @EnumSource(WriteMode.class)
  void aNewTableGetsThem(WriteMode mode) {
    TestTable table = TestTable.missing(database, "New");
    Runners.DIRECT.publish(SampleRows.many(3), table.sink(mode));
    List<String> readers =
        TableCatalog.of(table).tableGrants().stream()
            .filter(grant -> grant.get(2).equals("SELECT"))
            .map(grant -> grant.get(1))
            .toList();
    assertThat(readers, hasItem("reader"));
    assertThat(readers, hasItem("stranger"));
    assertThat(readers, hasSize(4));
  }
}
