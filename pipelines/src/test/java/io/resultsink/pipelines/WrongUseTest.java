package io.resultsink.pipelines;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.startsWith;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands that cannot be run: each is one error, exit code 2, and nothing on standard output. */
class WrongUseTest {

  @TempDir Path folder;

  @BeforeEach
  void tables() throws IOException {
    Files.writeString(folder.resolve("hits.jsonl"), "{\"code\":200,\"timestamp\":1}\n");
    Files.writeString(folder.resolve("movies.csv"), "id,title\n1,Toy Story\n");
    Files.writeString(folder.resolve("notes.txt"), "no table\n");
    Files.writeString(folder.resolve("twice.csv"), "a\n1\n");
    Files.writeString(folder.resolve("twice.jsonl"), "{\"a\":1}\n");
  }

  private void assertWrong(String error, String... arguments) {
    CommandLineOutcome outcome = CommandLineOutcome.of(folder, "", arguments);
    assertThat(outcome.err(), startsWith("error: " + error));
    assertThat(outcome.exitCode(), is(2));
    assertThat(outcome.out(), is(""));
    assertThat(outcome.err(), not(containsString("Exception")));
    assertThat(outcome.err(), not(containsString("calcite")));
  }

  private void assertWrongSql(String error, String sql) {
    assertWrong(error, "query", "-d", folder.toString(), sql);
  }

  private void assertWrongBeamSql(String error, String sql) {
    assertWrong(error, "query", "-d", folder.toString(), "--engine", "beam", sql);
  }

  @Test
  void commandsAndOptions() {
    assertWrong("Unknown option: '--frobnicate'", "query", "-d", "x", "--frobnicate");
    assertWrong("Unmatched argument at index 0: 'qeury'", "qeury");
    assertWrong("Missing required option: '--database=DATABASE'", "query", "SELECT 1");
    assertWrong("Invalid value for option '--format'", "query", "-d", "x", "-f", "xml", "SELECT 1");
    assertWrong("no SQL, and " + folder + " has 4 tables", "query", "-d", folder.toString());
    assertWrong(
        "no SQL; write it as the last argument",
        "query",
        "-d",
        folder.toString(),
        "--engine",
        "beam");
    assertWrong(
        "Invalid value for option '--engine'", "query", "-d", "x", "--engine", "spark", "SELECT 1");
    assertWrong(
        "--engine duckdb reads folders and files of this machine",
        "query",
        "-d",
        "postgresql://h/d",
        "--engine",
        "duckdb",
        "SELECT 1");
    assertWrong(
        "--engine postgres needs a postgresql:// URL",
        "query",
        "-d",
        folder.toString(),
        "--engine",
        "postgres",
        "SELECT 1");
    assertWrong(
        "--types and --null are only for --engine duckdb",
        "query",
        "-d",
        folder.toString(),
        "--engine",
        "beam",
        "--null",
        "NA",
        "SELECT 1");
    assertWrong("the SQL is empty", "query", "-d", folder.toString(), " ; ");
    assertWrong("both -q and SQL", "query", "-d", folder.toString(), "-q", "f", "SELECT 1");
    assertWrong("file /nowhere of -q does not exist", "query", "-d", "x", "-q", "/nowhere");
    assertWrong("--dry-run shows", "query", "-d", "x", "--dry-run", "SELECT 1");
    assertWrong("--run-id names a publish", "query", "-d", "x", "--run-id", "a", "SELECT 1");
    assertWrong("--sample 0 is too small", "query", "-d", "x", "--sample", "0", "SELECT 1");
    assertWrong("--older-than 'soon' is not an age", "clean", "--older-than", "soon", "embedded:t");
  }

  @Test
  void beamOptions() {
    assertWrong(
        "--paralelism is not a pipeline option of DirectRunner.",
        "query",
        "-d",
        folder.toString(),
        "SELECT 1",
        "--",
        "--paralelism=2");
    assertWrong(
        "FlinkRunner runs elsewhere and cannot send rows here",
        "query",
        "-d",
        folder.toString(),
        "SELECT 1",
        "--",
        "--runner=FlinkRunner",
        "--flinkMaster=flink:8081",
        "--filesToStage=");
  }

  @Test
  void databases() {
    assertWrong("'/nowhere' does not exist", "query", "-d", "/nowhere", "SELECT 1 FROM t");
    assertWrong(
        "folder /nowhere does not exist",
        "query",
        "-d",
        "/nowhere",
        "--engine",
        "beam",
        "SELECT 1 FROM t");
    Path empty = folder.resolve("empty");
    assertThat(empty.toFile().mkdir(), is(true));
    assertWrong(
        empty + " has no file that can be read",
        "query",
        "-d",
        empty.toString(),
        "SELECT 1 FROM t");
    assertWrong(
        "--database is not valid: the URL names no database",
        "query",
        "-d",
        "postgresql://app:secret@db",
        "SELECT 1 FROM t");
  }

  @Test
  void whatMayBeAPasswordIsNotRepeated() {
    for (String[] arguments :
        new String[][] {
          {"show", "-p2-hunter2", "postgresql://app@db/shop/t"},
          {"show", "-p", "hunter2", "postgresql://app@db/shop/t"},
          {"show", "--password", "hunter2", "postgresql://app@db/shop/t"},
          {"show", "--pasword=hunter2", "postgresql://app@db/shop/t"},
          {"show", "t", "postgresql://app:hunter2@db/shop/t"},
          {"postgresql://app:hunter2@db/shop/t"},
          {"show", "postgresql:/app:hunter2@db/shop/t"},
          {"show", "jdbc:postgresql://db/shop/t?password=hunter2"},
          {"clean", "POSTGRES://app:hunter2@db/shop/t?mode=x"},
          {"result", "create", "mydb", "x", "postgres//app:hunter2@db/shop"},
          {"result", "create", "mydb", "postgres//app:hunter2@db/shop"},
          {"sched", "list", "--schedules-database", "postgresql//app:hunter2@db/shop"},
          {"sched", "list", "--schedules-database", "POSTGRESQL://db/shop?password=hunter2"},
          {"serve", "--schedules-database", "jdbc:postgresql://db/shop?password=hunter2"},
          {"query", "-d", "postgresql//app:hunter2@db/shop", "SELECT 1 FROM t"},
          {"query", "-d", "jdbc:postgresql://db/shop?password=hunter2", "SELECT 1 FROM t"},
        }) {
      CommandLineOutcome outcome = CommandLineOutcome.of(folder, "", arguments);
      assertThat(outcome.err(), startsWith("error: "));
      assertThat(outcome.err(), not(containsString("hunter2")));
      assertThat(outcome.exitCode(), is(2));
    }
  }

  @Test
  void unknownTablesAreNamedWithThoseThereAre() {
    assertWrongSql(
        "SQL line 1, column 15: no table 'hit' in "
            + folder
            + "; there are: hits, movies, notes, twice",
        "SELECT * FROM hit");
  }

  @Test
  void sqlThatIsNone() {
    assertWrongSql("SQL line 1, column 15: syntax error at or near \"hits\"", "SELECT * FORM hits");
    assertWrongSql("SQL line 1: Referenced column \"cod\" not found", "SELECT cod FROM hits");
    assertWrongSql("SQL line 1: Scalar Function with name nosuch", "SELECT nosuch(code) FROM hits");
    assertWrongSql("the SQL is not a query; write one SELECT", "DELETE FROM hits");
  }

  @Test
  void sqlThatIsNoneOfBeam() {
    assertWrongBeamSql("SQL line 1, column 15: Encountered \"hits\"", "SELECT * FORM hits");
    assertWrongBeamSql("SQL line 1, column 8: Column 'cod' not found", "SELECT cod FROM hits");
    assertWrongBeamSql(
        "SQL line 2, column 3: Encountered \"timestamp FROM\"; if that is a name",
        "SELECT\n  timestamp FROM hits");
    assertWrongBeamSql("SQL line 1, column 8: ", "SELECT nosuch(code) FROM hits");
    assertWrongBeamSql(
        "SQL line 1, column 32: Beam SQL: ORDER BY needs a LIMIT",
        "SELECT code FROM hits ORDER BY code");
    assertWrongBeamSql(
        "SQL line 1, column 8: Encountered \"\\\" code\"; if that is a name, write it in"
            + " `backticks`",
        "SELECT \"code\" FROM hits");
  }

  @Test
  void tablesOfTwoFormats() {
    assertWrongSql(
        "several files or folders are named table twice: twice.csv, twice.jsonl",
        "SELECT a FROM twice");
    assertWrongBeamSql(
        "table twice has files of several formats, CSV and JSON", "SELECT a FROM twice");
  }

  @Test
  void targets() {
    assertWrong(
        "", "query", "-d", folder.toString(), "-r", "mysql://h/d/t", "SELECT code FROM hits");
    assertWrong(
        "mode 'overwrite' is not known; use append, replace, truncate or update",
        "query",
        "-d",
        folder.toString(),
        "-r",
        "postgresql://h/d/t?mode=overwrite",
        "SELECT code FROM hits");
    assertWrong(
        "mode 'overwrite' is not known",
        "query",
        "-d",
        folder.toString(),
        "-r",
        "embedded:t?mode=overwrite",
        "SELECT code FROM hits");
    assertWrong("-p needs a terminal", "show", "-p", "postgresql://h/d/t");
    assertWrong(
        "--run-id contradicts the run_id of RESULT",
        "query",
        "-d",
        folder.toString(),
        "-r",
        "postgresql://h/d/t?run_id=a",
        "--run-id",
        "b",
        "SELECT code FROM hits");
  }
}
