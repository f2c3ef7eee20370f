package io.resultsink.postgres.preflight;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.is;

import io.resultsink.postgres.PostgresResultSink;
import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.failure.IncompatibleTableException;
import io.resultsink.postgres.failure.ResultSinkException;
import io.resultsink.postgres.inspect.TargetInspector;
import io.resultsink.postgres.internal.ledger.Ledger;
import io.resultsink.postgres.testing.Refusals;
import io.resultsink.postgres.testing.Runners;
import io.resultsink.postgres.testing.SampleRows;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestTable;
import io.resultsink.postgres.testing.TestingPostgres;
import io.resultsink.postgres.testing.Torture;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.beam.sdk.Pipeline;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a role may not do is said before anything is done, and what is documented is enough. */
@Tag("attack")
class PreflightPrivilegesIT {

  private static final String ROLE = TestingPostgres.STRANGER;

  /** Schemas that stage for others than their own tables. */
  private static final String ELSEWHERE = "Staging \"Area\"";

  private static final Pattern STATEMENT = Pattern.compile("GRANT .*");

  /** What README asks for on an existing table. */
  private static final Map<WriteMode, List<String>> ON_TABLE =
      Map.of(
          WriteMode.APPEND, List.of("INSERT"),
          WriteMode.REPLACE, List.of(),
          WriteMode.TRUNCATE, List.of("SELECT", "INSERT", "DELETE"),
          WriteMode.UPDATE, List.of("SELECT", "INSERT", "UPDATE"));

  @RegisterExtension final TestDatabase database = new TestDatabase();

  /** A privilege, as GRANT and REVOKE write it. */
  private record Grant(String privilege, String object, String shown) {
    String give() {
      return "GRANT " + privilege + " ON " + object + " TO " + ROLE;
    }

    String take() {
      return "REVOKE " + privilege + " ON " + object + " FROM " + ROLE;
    }
  }

  @AfterEach
  void leaveTheTeam() {
    database.execute("REVOKE sink FROM " + ROLE);
  }

  @ParameterizedTest
  @EnumSource(WriteMode.class)
  void theDocumentedPrivilegesAreEnough(WriteMode mode) {
    List<TestTable> tables = new ArrayList<>();
    Pipeline pipeline = Runners.DIRECT.pipeline();
    createStagingArea();
    for (boolean exists : List.of(true, false)) {
      for (String staging : List.of(TestDatabase.SCHEMA, ELSEWHERE)) {
        TestTable table = exists ? table(mode) : TestTable.missing(database, "Private");
        documented(table, mode, exists, staging).forEach(grant -> database.execute(grant.give()));
        pipeline
            .apply("Rows " + tables.size(), SampleRows.many(3))
            .apply("Publish " + tables.size(), PostgresResultSink.to(target(table, mode, staging)));
        tables.add(table);
      }
    }
    Runners.run(pipeline);
    for (TestTable table : tables) {
      assertThat(table.difference(SampleRows.COLUMNS, SampleRows.sql(3)), is(empty()));
    }
    database.assertNothingStaged();
  }

  @ParameterizedTest
  @EnumSource(WriteMode.class)
  void eachMissingPrivilegeIsNamedWithTheStatementThatGivesIt(WriteMode mode) {
    createStagingArea();
    int tried = 0;
    for (boolean exists : List.of(true, false)) {
      TestTable table = exists ? table(mode) : TestTable.missing(database, "Private");
      List<Grant> documented = documented(table, mode, exists, ELSEWHERE);
      documented.forEach(grant -> database.execute(grant.give()));
      assertThat(problems(table, mode), is(empty()));
      for (Grant missing : documented) {
        database.execute(missing.take());
        // The pipeline does as the inspector does, and takes longer.
        if (tried++ < Torture.rounds(1, 100)) {
          assertRefused(table, mode, missing.privilege, missing.shown);
        }
        String problem = onlyProblem(table, mode);
        assertThat(problem, containsString(ROLE + " lacks " + missing.privilege + " on "));
        assertThat(problem, containsString(missing.shown));
        database.execute(statement(problem));
        assertThat("after " + statement(problem), problems(table, mode), is(empty()));
      }
    }
    Torture.tried(tried);
  }

  @Test
  void replaceIsForTheOwnerWhoIsNamed() {
    createStagingArea();
    TestTable table = table(WriteMode.REPLACE);
    documented(table, WriteMode.REPLACE, true, ELSEWHERE)
        .forEach(grant -> database.execute(grant.give()));
    database.execute(
        "ALTER TABLE " + table.quoted() + " OWNER TO sink",
        "GRANT ALL ON " + table.quoted() + " TO " + ROLE);
    assertRefused(table, WriteMode.REPLACE, "owner is sink", table.name());
    database.execute(statement(onlyProblem(table, WriteMode.REPLACE)));
    assertThat(problems(table, WriteMode.REPLACE), is(empty()));
  }

  @Test
  void replaceNeedsAnOwnerThatMayLockTheTable() {
    TestTable table =
        TestTable.create(database, "Private", "id bigint PRIMARY KEY, name text, score float8");
    database.execute("REVOKE ALL ON " + table.quoted() + " FROM sink");
    ResultSinkException failure = Refusals.refused(database, table.sink(WriteMode.REPLACE));
    assertThat(failure, instanceOf(IncompatibleTableException.class));
    assertThat(failure.getMessage(), containsString("sink lacks each of UPDATE, DELETE, TRUNCATE"));
    database.executeAs("sink", statement(failure.getMessage()));
    Runners.DIRECT.publish(SampleRows.many(3), table.sink(WriteMode.REPLACE));
  }

  @Test
  void replaceNeedsAnOwnerThatMayCreateInTheSchema() {
    TestTable table =
        TestTable.create(database, "Private", "id bigint PRIMARY KEY, name text, score float8");
    database.execute(
        "ALTER TABLE " + table.quoted() + " OWNER TO team",
        "REVOKE CREATE ON SCHEMA results FROM team");
    ResultSinkException failure = Refusals.refused(database, table.sink(WriteMode.REPLACE));
    assertThat(failure, instanceOf(IncompatibleTableException.class));
    assertThat(failure.getMessage(), containsString("owner team lacks CREATE on schema results"));
    database.execute(statement(failure.getMessage()));
    Runners.DIRECT.publish(SampleRows.many(3), table.sink(WriteMode.REPLACE));
  }

  private TestTable table(WriteMode mode) {
    TestTable table =
        TestTable.create(database, "Private", "id bigint PRIMARY KEY, name text, score float8");
    if (mode == WriteMode.REPLACE) {
      database.execute("ALTER TABLE " + table.quoted() + " OWNER TO " + ROLE);
    }
    return table;
  }

  /** A schema of the sink's role, with the ledger and its GRANT as README gives them. */
  private void createStagingArea() {
    database.execute("CREATE SCHEMA " + quoted(ELSEWHERE) + " AUTHORIZATION sink");
    for (String schema : List.of(TestDatabase.SCHEMA, ELSEWHERE)) {
      database.executeAs("sink", Ledger.in(schema).definition());
      database.execute(
          "GRANT SELECT, INSERT, UPDATE, DELETE ON "
              + Ledger.in(schema).name().quoted()
              + " TO "
              + TestingPostgres.READER);
    }
  }

  private static List<Grant> documented(
      TestTable table, WriteMode mode, boolean exists, String staging) {
    List<Grant> grants = new ArrayList<>();
    String ledger = Ledger.in(staging).name().quoted();
    grants.add(onSchema("USAGE", staging));
    if (!staging.equals(TestDatabase.SCHEMA)) {
      grants.add(onSchema("USAGE", TestDatabase.SCHEMA));
    }
    grants.add(onSchema("CREATE", staging));
    if (!staging.equals(TestDatabase.SCHEMA) && (!exists || mode == WriteMode.REPLACE)) {
      grants.add(onSchema("CREATE", TestDatabase.SCHEMA));
    }
    for (String privilege : List.of("SELECT", "INSERT", "UPDATE", "DELETE")) {
      grants.add(new Grant(privilege, ledger, TestDatabase.LEDGER));
    }
    if (exists) {
      for (String privilege : ON_TABLE.get(mode)) {
        grants.add(new Grant(privilege, table.quoted(), table.resolved()));
      }
    }
    return grants;
  }

  private static Grant onSchema(String privilege, String schema) {
    return new Grant(privilege, "SCHEMA " + quoted(schema), "schema " + schema);
  }

  private static String quoted(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }

  private PostgresTarget target(TestTable table, WriteMode mode, String staging) {
    return PostgresTarget.parse(
            database.urlAs(ROLE, "results." + table.encoded() + "?" + TestTable.options(mode)))
        .toBuilder()
        .stagingSchema(staging)
        .build();
  }

  private List<String> problems(TestTable table, WriteMode mode) {
    try (TargetInspector inspector = TargetInspector.of(target(table, mode, ELSEWHERE))) {
      return inspector.check(SampleRows.SCHEMA).problems();
    }
  }

  private String onlyProblem(TestTable table, WriteMode mode) {
    List<String> problems = problems(table, mode);
    assertThat(problems, hasSize(1));
    return problems.get(0);
  }

  private static String statement(String problem) {
    Matcher statement = STATEMENT.matcher(problem);
    assertThat(problem, statement.find());
    return statement.group();
  }

  private void assertRefused(TestTable table, WriteMode mode, String... phrases) {
    ResultSinkException failure =
        Refusals.refused(database, PostgresResultSink.to(target(table, mode, ELSEWHERE)));
    assertThat(failure, instanceOf(IncompatibleTableException.class));
    for (String phrase : phrases) {
      assertThat(failure.getMessage(), containsString(phrase));
    }
  }
}
