package io.resultsink.postgres.security;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * SQL of ours never runs under a search path that others have a say in, unless it says so here:
 * connections come from one place, which hands them out guarded, and few classes take the guard
 * off.
 */
class SearchPathRuleTest {

  /** Ways to a connection, or back to the role's path; and the classes that may go them. */
  private static final Map<String, Set<String>> ALLOWED =
      Map.of(
          // Opens them.
          "new Driver\\(\\)|DriverManager|SimpleDataSource|PoolingDataSource<|BaseDataSource",
          Set.of("ServerPool"),
          // Hands them out, each guarded: Session.begin, or EmptyPathConnection.
          "ServerPool\\.(connect|of)\\(",
          Set.of("PostgresConnections"),
          "\\bconnect\\(server\\)",
          Set.of("ServerPool", "PostgresConnections"),
          // The user's own DataSource.
          "UserDataSources\\.(of|secondConnection)\\(",
          Set.of("PostgresConnections"),
          // Begin their transactions, each with an empty path.
          "new Session\\(",
          Set.of("PostgresConnections"),
          // Takes the guard off: the driver's COPY, which is given qualified names; its settings; a
          // query of the user's, which finds what it finds in psql.
          "unwrap\\((PGConnection|BaseConnection|PgConnection|Connection)\\.class\\)",
          Set.of(
              "Session",
              "SessionPair",
              "DriverSettings",
              "EmptyPathConnection",
              "LoginLimits",
              "ReadingSession",
              "Portal"),
          // The user's triggers and checks run under the role's path, in nothing else of ours.
          "\\.useRoleSearchPath\\(\\)",
          Set.of("MoveRows", "PublishTransaction", "ChunkWriter", "ServerRefusals", "FieldTrial"),
          // A bare name is resolved by qualified calls alone.
          "\\.useRoleSearchPathBeforeTemporary\\(\\)",
          Set.of("ResolvedTarget", "RoleSchemas"),
          // VACUUM runs in no transaction; it names a table with its schema, and nothing else.
          "setAutoCommit\\(true\\)",
          Set.of("Vacuum"),
          // A setting that outlives its transaction reaches others behind a pooler.
          "\"SET (?!LOCAL|TRANSACTION|CONSTRAINTS)[a-z]|set_config\\('[^']*', [^)]*false\\)",
          Set.of());

  /** Servers and engines of their own, in which nobody else has a schema. */
  private static final List<String> APART = List.of("/embedded/", "/duckdb/");

  @Test
  void connectionsComeFromOnePlaceAndFewTakeTheGuardOff() throws IOException {
    List<String> found = new ArrayList<>();
    List<Path> sources = sources();
    assertThat(sources, is(not(empty())));
    for (Path source : sources) {
      String text = withoutComments(Files.readString(source));
      String name = source.getFileName().toString().replace(".java", "");
      ALLOWED.forEach(
          (way, classes) -> {
            if (!classes.contains(name) && Pattern.compile(way).matcher(text).find()) {
              found.add(source + " has " + way);
            }
          });
    }
    assertThat(found, is(empty()));
  }

  @Test
  void everyClassThatIsAllowedGoesThatWay() throws IOException {
    List<Path> sources = sources();
    List<String> idle = new ArrayList<>();
    for (Map.Entry<String, Set<String>> way : ALLOWED.entrySet()) {
      for (String name : way.getValue()) {
        boolean goes = false;
        for (Path source : sources) {
          goes |=
              source.endsWith(name + ".java")
                  && Pattern.compile(way.getKey())
                      .matcher(withoutComments(Files.readString(source)))
                      .find();
        }
        if (!goes) {
          idle.add(name + ": " + way.getKey());
        }
      }
    }
    assertThat(idle, is(empty()));
  }

  private static String withoutComments(String source) {
    return source.replaceAll("(?s)/\\*.*?\\*/", "").replaceAll("(?m)(^|\\s)//.*$", "");
  }

  /** Of the library, and of the command line beside it. */
  private static List<Path> sources() throws IOException {
    List<Path> found = new ArrayList<>();
    Path top = Path.of(System.getProperty("project.top"));
    for (String module : List.of("src", "pipelines")) {
      try (Stream<Path> files = Files.walk(top.resolve(module))) {
        files
            .filter(file -> file.toString().matches(".*/src/main/java/.*\\.java"))
            .filter(file -> APART.stream().noneMatch(file.toString()::contains))
            .forEach(found::add);
      }
    }
    return found;
  }
}
