package io.resultsink.postgres.mode;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;

import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.testing.Runners;
import io.resultsink.postgres.testing.SampleRows;
import io.resultsink.postgres.testing.TableCatalog;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestTable;
import io.resultsink.postgres.testing.TestingPostgres;
import io.resultsink.postgres.testing.Torture;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.beam.sdk.Pipeline;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Whatever rights hang on a table, whoever gave them, {@code replace} hands on the very same. */
@Tag("attack")
class CarriedRightsIT {

  /** Tables of one pipeline, which makes them cheap. */
  private static final int TABLES = Torture.rounds(5, 16);

  private static final int ROUNDS = Torture.rounds(1, 5);

  private static final List<String> COLUMNS = List.of("id", "name", "score");
  private static final List<String> TABLE_PRIVILEGES =
      List.of("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER", "ALL");
  private static final List<String> COLUMN_PRIVILEGES =
      List.of("SELECT", "INSERT", "UPDATE", "REFERENCES", "ALL");
  private static final List<String> COMMANDS =
      List.of("ALL", "SELECT", "INSERT", "UPDATE", "DELETE");
  private static final List<String> ROLES =
      List.of(TestingPostgres.READER, TestingPostgres.STRANGER, TestingPostgres.TEAM);

  @RegisterExtension final TestDatabase database = new TestDatabase();

  private final Random random = Torture.random("rights");

  /** New tables get what no old one has. */
  @BeforeEach
  void giveByDefault() {
    for (String owner : List.of("sink", "team")) {
      database.execute(
          "ALTER DEFAULT PRIVILEGES FOR ROLE " + owner + " GRANT ALL ON TABLES TO PUBLIC",
          "ALTER DEFAULT PRIVILEGES FOR ROLE "
              + owner
              + " IN SCHEMA results GRANT ALL ON TABLES TO stranger WITH GRANT OPTION");
    }
  }

  @Test
  void aReplacedTableHasTheRightsThatItHad() throws SQLException {
    for (int round = 0; round < ROUNDS; round++) {
      Map<TestTable, TableCatalog> before = new HashMap<>();
      Map<TestTable, List<String>> given = new HashMap<>();
      Pipeline pipeline = Runners.DIRECT.pipeline();
      for (int i = 0; i < TABLES; i++) {
        TestTable table =
            TestTable.create(database, "Rights", "id bigint, name text, score float8, old int");
        given.put(table, decorate(table));
        before.put(table, TableCatalog.of(table));
        pipeline
            .apply("Rows " + i, SampleRows.many(3))
            .apply("Publish " + i, table.sink(WriteMode.REPLACE));
      }
      Runners.run(pipeline);
      before.forEach((table, was) -> assertCarried(table, was, given.get(table)));
    }
    Torture.tried((long) ROUNDS * TABLES);
  }

  private static void assertCarried(TestTable table, TableCatalog was, List<String> given) {
    TableCatalog is = TableCatalog.of(table);
    String which = "seed " + Torture.seed() + ", after " + String.join("; ", given);
    assertThat(which, is.oid(), not(equalTo(was.oid())));
    assertThat(which, is.owner(), equalTo(was.owner()));
    assertThat(
        which,
        merged(is.tableGrants(), 0, was.owner()),
        equalTo(merged(was.tableGrants(), 0, was.owner())));
    assertThat(
        which,
        merged(is.columnGrants(), 1, was.owner()),
        equalTo(merged(was.columnGrants(), 1, was.owner())));
    assertThat(which, is.comment(), equalTo(was.comment()));
    assertThat(which, is.columnComments(), equalTo(was.columnComments()));
    assertThat(which, is.rowSecurity(), equalTo(was.rowSecurity()));
    assertThat(which, is.policies(), equalTo(was.policies()));
  }

  /**
   * By whom is not carried: one grant of all that several roles gave. That its owner may grant goes
   * without saying, and PostgreSQL says it in two ways.
   */
  private static Map<List<String>, String> merged(
      List<List<String>> grants, int grantor, String owner) {
    Map<List<String>, String> merged = new HashMap<>();
    for (List<String> grant : grants) {
      List<String> what = new ArrayList<>(grant.subList(0, grant.size() - 1));
      what.remove(grantor);
      String option = what.contains(owner) ? "" : grant.get(grant.size() - 1);
      merged.merge(what, option, (one, other) -> one.equals("t") ? one : other);
    }
    return merged;
  }

  private List<String> decorate(TestTable table) throws SQLException {
    String name = table.quoted();
    List<String> done = new ArrayList<>();
    try (Connection connection = database.superuser();
        Statement statement = connection.createStatement()) {
      List<String> wanted = new ArrayList<>();
      if (random.nextBoolean()) {
        wanted.add("ALTER TABLE " + name + " OWNER TO team");
      }
      wanted.add("REVOKE ALL ON " + name + " FROM PUBLIC, stranger");
      for (int i = random.nextInt(8); i > 0; i--) {
        wanted.add(grant(name));
      }
      if (random.nextInt(3) == 0) {
        wanted.add("REVOKE " + one(TABLE_PRIVILEGES) + " ON " + name + " FROM sink, team CASCADE");
        wanted.add("GRANT TRUNCATE ON " + name + " TO sink"); // a lock takes one of them
      }
      for (int i = random.nextInt(4); i > 0; i--) {
        wanted.add(policy(name, i));
      }
      for (String what : List.of("ENABLE", "FORCE")) {
        if (random.nextBoolean()) {
          wanted.add("ALTER TABLE " + name + " " + what + " ROW LEVEL SECURITY");
        }
      }
      if (random.nextBoolean()) {
        wanted.add(
            "COMMENT ON TABLE " + name + " IS 'it''s \\ 100 %s %% of " + random.nextInt() + "'");
        wanted.add("COMMENT ON COLUMN " + name + "." + one(COLUMNS) + " IS E'a\\nb'");
      }
      for (String sql : wanted) {
        statement.execute(sql);
        done.add(sql);
      }
      for (int i = random.nextInt(6); i > 0; i--) {
        grantByAnother(statement, grant(name), done);
      }
    }
    return done;
  }

  /** A role that may not give it says so, and nothing is given. */
  private void grantByAnother(Statement statement, String grant, List<String> done)
      throws SQLException {
    String role = one(ROLES);
    statement.execute("SET ROLE " + role);
    try {
      statement.execute(grant);
      done.add("as " + role + " " + grant);
    } catch (SQLException e) {
      if (!"42501".equals(e.getSQLState()) && !"0LP01".equals(e.getSQLState())) {
        throw e;
      }
    } finally {
      statement.execute("RESET ROLE");
    }
  }

  private String grant(String table) {
    String what =
        random.nextBoolean()
            ? one(TABLE_PRIVILEGES)
            : one(COLUMN_PRIVILEGES) + " (" + one(COLUMNS) + ")";
    boolean everyone = random.nextInt(4) == 0;
    return "GRANT "
        + what
        + " ON "
        + table
        + " TO "
        + (everyone ? "PUBLIC" : one(ROLES))
        + (!everyone && random.nextBoolean() ? " WITH GRANT OPTION" : "");
  }

  private String policy(String table, int number) {
    String command = one(COMMANDS);
    String using = command.equals("INSERT") ? "" : " USING (id > 0 AND name <> '%s''\"')";
    String check =
        command.equals("SELECT") || command.equals("DELETE")
            ? ""
            : " WITH CHECK (score >= (SELECT min(t.score) FROM " + table + " AS t))";
    return "CREATE POLICY \"p % "
        + number
        + "\" ON "
        + table
        + (random.nextBoolean() ? " AS RESTRICTIVE" : "")
        + " FOR "
        + command
        + " TO "
        + (random.nextBoolean() ? "PUBLIC" : one(ROLES) + ", sink")
        + using
        + check;
  }

  private String one(List<String> of) {
    return of.get(random.nextInt(of.size()));
  }
}
