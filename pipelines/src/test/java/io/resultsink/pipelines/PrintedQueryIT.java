package io.resultsink.pipelines;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.arrayContainingInAnyOrder;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

import io.resultsink.pipelines.example.SampleAccessLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Queries whose rows are printed: by DuckDB, and by Beam SQL on the DirectRunner. */
class PrintedQueryIT {

  @TempDir Path folder;

  private CommandLineOutcome query(String... more) {
    String[] arguments = new String[more.length + 3];
    arguments[0] = "query";
    arguments[1] = "-d";
    arguments[2] = folder.toString();
    System.arraycopy(more, 0, arguments, 3, more.length);
    return CommandLineOutcome.of(folder, "", arguments);
  }

  @Test
  void treasureDatasExampleRunsAsItIsWritten() throws IOException {
    SampleAccessLog.write(folder.resolve("www_access.jsonl"), 1000);

    for (String engine : new String[] {"duckdb", "beam"}) {
      CommandLineOutcome outcome =
          query(
              "--engine",
              engine,
              "-f",
              "csv",
              "SELECT v['code'], COUNT(1) FROM www_access GROUP BY v['code']");

      assertThat(outcome.exitCode(), is(0));
      if (engine.equals("beam")) {
        assertThat(outcome.err(), containsString("read           1,000 rows  www_access"));
      }
      assertCounted(outcome);
    }
  }

  private static void assertCounted(CommandLineOutcome outcome) {
    String[] lines = outcome.out().split("\n");
    assertThat(lines[0], is("_col0,_col1"));
    long counted = 0;
    for (int i = 1; i < lines.length; i++) {
      counted += Long.parseLong(lines[i].substring(lines[i].indexOf(',') + 1));
    }
    assertThat(counted, is(1000L));
  }

  @Test
  void tablesOfSeveralFormatsAreJoined() throws IOException {
    Files.writeString(
        folder.resolve("movies.csv"), "movieId,title\n1,Toy Story\n2,\"Jumanji, the\"\n3,\n");
    Path ratings = Files.createDirectory(folder.resolve("ratings"));
    Files.writeString(ratings.resolve("1.jsonl"), "{\"movie\":1,\"stars\":4}\n{\"movie\":2}\n");
    Files.writeString(ratings.resolve("2.jsonl"), "{\"movie\":1,\"stars\":2.5}\n{\"movie\":3}\n");
    Files.writeString(folder.resolve("broken.jsonl"), "not asked for, so not read");

    CommandLineOutcome outcome =
        query(
            "--engine",
            "beam",
            "-f",
            "json",
            "SELECT m.title AS title, COUNT(*) AS votes, SUM(r.stars), v['none'] AS `none` FROM"
                + " ratings r JOIN movies m ON r.movie = m.movieId GROUP BY m.title, v['none'];");

    assertThat(outcome.exitCode(), is(0));
    assertThat(
        outcome.out().split("\n"),
        arrayContainingInAnyOrder(
            "{\"title\":\"Toy Story\",\"votes\":2,\"_col2\":6.5,\"none\":null}",
            "{\"title\":\"Jumanji, the\",\"votes\":1,\"_col2\":null,\"none\":null}",
            "{\"title\":null,\"votes\":1,\"_col2\":null,\"none\":null}"));
  }

  @Test
  void anOrderedResultIsPrintedInItsOrder() throws IOException {
    StringBuilder lines = new StringBuilder("n\n");
    for (int i = 0; i < 500; i++) {
      lines.append((i * 37) % 500).append('\n');
    }
    Files.writeString(folder.resolve("t.csv"), lines);

    CommandLineOutcome outcome = query("SELECT n FROM t ORDER BY n DESC LIMIT 3");

    assertThat(outcome.out(), is("  n\n-----\n 499\n 498\n 497\n(3 rows)\n"));
  }

  @Test
  void aResultWithoutRowsIsAHeader() throws IOException {
    Files.writeString(folder.resolve("t.csv"), "a,b\n1,x\n");

    CommandLineOutcome outcome = query("SELECT a, b FROM t WHERE a > 1");

    assertThat(outcome.out(), is(" a | b\n---+---\n(0 rows)\n"));
    assertThat(outcome.exitCode(), is(0));
  }

  @Test
  void sqlComesFromAFileOrFromStandardInput() throws IOException {
    Files.writeString(folder.resolve("t.csv"), "a\n1\n");
    Path sql = Files.writeString(folder.resolve("q.sql"), "SELECT a + 1 AS b\nFROM t;\n");

    CommandLineOutcome fromFile = query("-f", "csv", "-q", sql.toString());
    CommandLineOutcome fromInput =
        CommandLineOutcome.of(
            folder, "SELECT a + 2 AS b FROM t", "query", "-d", folder.toString(), "-f", "csv", "-");

    assertThat(fromFile.out(), is("b\n2\n"));
    assertThat(fromInput.out(), is("b\n3\n"));
  }

  @Test
  void aLaterValueThatDoesNotFitFailsTheRun() throws IOException {
    Path file = Files.writeString(folder.resolve("t.csv"), "a\n1\n2\nsecret\n");

    CommandLineOutcome outcome = query("--engine", "beam", "--sample", "2", "SELECT SUM(a) FROM t");

    assertThat(
        outcome.err(),
        is(
            "error: "
                + file
                + ", line 4: column a does not fit its type BIGINT, inferred from the first 2"
                + " records: found a value of type VARCHAR; --sample=N infers from more"
                + " records\n"));
    assertThat(outcome.exitCode(), is(1));
    assertThat(outcome.out(), is(""));
  }

  @Test
  void aBrokenLineFailsTheRun() throws IOException {
    Path file = Files.writeString(folder.resolve("t.jsonl"), "{\"a\":1}\n{\"a\":secret\n");

    CommandLineOutcome seenAtOnce = query("--engine", "beam", "SELECT a FROM t");
    CommandLineOutcome seenLater = query("--engine", "beam", "--sample", "1", "SELECT a FROM t");

    for (CommandLineOutcome outcome : new CommandLineOutcome[] {seenAtOnce, seenLater}) {
      assertThat(outcome.err(), containsString("error: " + file + ", line 2: broken JSON"));
      assertThat(outcome.err(), not(containsString("secret")));
      assertThat(outcome.exitCode(), is(1));
    }
  }
}
