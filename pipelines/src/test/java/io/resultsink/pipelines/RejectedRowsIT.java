package io.resultsink.pipelines;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.matchesRegex;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.startsWith;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows that do not fit the table of a query, in a file or a table, and what is said of them. */
class RejectedRowsIT {

  @TempDir static Path home;
  @TempDir Path folder;

  private static TryOutServer server;

  @BeforeAll
  static void start() throws IOException {
    server = new TryOutServer(home);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @BeforeEach
  void clean() throws IOException, SQLException {
    server.execute("DROP OWNED BY CURRENT_USER CASCADE");
    server.execute("CREATE TABLE small (n smallint)");
    Files.writeString(folder.resolve("numbers.csv"), "n\n1\n40000\n3\n");
  }

  private CommandLineOutcome query(String result, String... more) {
    List<String> arguments = new ArrayList<>(List.of("query", "-d", folder.toString()));
    arguments.addAll(List.of("-r", result));
    arguments.addAll(List.of(more));
    arguments.add("SELECT n FROM numbers");
    return CommandLineOutcome.of(home, "", arguments.toArray(String[]::new));
  }

  @ParameterizedTest
  @ValueSource(strings = {"duckdb", "beam"})
  void aFileHasThemAndTheLastLineSaysSo(String engine) throws IOException, SQLException {
    Path file = folder.resolve("bad.jsonl");
    CommandLineOutcome outcome =
        query("embedded:small", "--engine", engine, "--rejects", file.toString());
    assertThat(outcome.err(), outcome.exitCode(), is(0));
    assertThat(lastLine(outcome.err()), is("rejected  " + file + " 1 row did not fit"));
    assertThat(server.column("SELECT n FROM small ORDER BY 1"), contains("1", "3"));
    assertThat(
        Files.readString(file),
        allOf(
            startsWith("{\"run_id\":\""),
            containsString("\"table\":\"public.small\""),
            containsString("\"column\":\"n\""),
            containsString("column n (smallint): it is out of range"),
            containsString("\"sqlstate\":\"22003\",\"row\":{\"n\":40000}}\n")));
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)), is("rw-------"));
  }

  private static String lastLine(String text) {
    String stripped = text.strip();
    return stripped.substring(stripped.lastIndexOf('\n') + 1).strip();
  }

  @Test
  void aTableHasThemAndShowPrintsThem() throws IOException, SQLException {
    CommandLineOutcome outcome = query("embedded:small", "--rejects", "public.bad");
    assertThat(outcome.err(), containsString("rejected  public.bad"));
    assertThat(server.column("SELECT row_json FROM bad"), contains("{\"n\":40000}"));

    CommandLineOutcome shown =
        CommandLineOutcome.of(home, "", "show", "--rejects", "embedded:small");
    assertThat(
        shown.out(),
        allOf(
            containsString("{\"n\":40000}"),
            containsString("22003"),
            matchesRegex("(?s).*\\(1 row, rejected .* ago by run .*; public.bad keeps them\\)\n")));
  }

  @Test
  void aRunThatWasPublishedBeforeWritesTheFileAgain() throws IOException {
    Path file = folder.resolve("bad.jsonl");
    query("embedded:small", "--run-id", "night", "--rejects", file.toString());
    String first = Files.readString(file);
    Files.delete(file);
    CommandLineOutcome again =
        query("embedded:small", "--run-id", "night", "--rejects", file.toString());
    assertThat(again.err(), containsString("nothing was changed"));
    assertThat(Files.readString(file), is(first));
  }

  /** A script that took the table for untouched would write it again. */
  @Test
  void aFileThatCannotBeWrittenIsNoReasonToRunItUnderAnotherId() throws Exception {
    query("embedded:small", "--rejects", folder.resolve("bad.jsonl").toString());
    server.execute("TRUNCATE small");
    server.execute(
        "CREATE FUNCTION hide() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            + " REVOKE SELECT ON result_sink_rejects FROM CURRENT_USER; RETURN NULL; END $$");
    server.execute(
        "CREATE TRIGGER hide AFTER INSERT ON small FOR EACH STATEMENT EXECUTE FUNCTION hide()");
    Path file = folder.resolve("more.jsonl");
    CommandLineOutcome outcome =
        query("embedded:small", "--run-id", "night", "--rejects", file.toString());
    assertThat(outcome.err(), outcome.exitCode(), is(1));
    assertThat(
        outcome.err(),
        allOf(
            containsString("public.small is published as run night"),
            containsString("could not be written to " + file),
            containsString("SQLSTATE 42501"),
            containsString("run it again with --run-id night"),
            not(containsString("nothing was changed"))));
    assertThat(server.column("SELECT count(*) FROM small"), contains("2"));

    server.execute("GRANT SELECT ON result_sink_rejects TO CURRENT_USER");
    query("embedded:small", "--run-id", "night", "--rejects", file.toString());
    assertThat(Files.readString(file), containsString("{\"n\":40000}"));
    assertThat(server.column("SELECT count(*) FROM small"), contains("2"));
  }

  @Test
  void valuesOfAnotherServerAreReadable() throws IOException, SQLException {
    server.execute(
        "CREATE TABLE source AS SELECT 40000.5::numeric(9,2) AS n, date '2026-01-02' AS d");
    server.execute("ALTER TABLE small ADD COLUMN d date");
    Path file = folder.resolve("bad.jsonl");
    CommandLineOutcome outcome =
        CommandLineOutcome.of(
            home,
            "",
            "query",
            "-d",
            server.url(),
            "--database-password",
            server.passwordReference(),
            "-r",
            "embedded:small",
            "--rejects",
            file.toString(),
            "SELECT n, d FROM source UNION ALL SELECT 1, NULL");
    assertThat(outcome.err(), outcome.exitCode(), is(0));
    assertThat(
        Files.readString(file), containsString("\"row\":{\"n\":40000.50,\"d\":\"2026-01-02\"}}"));
  }

  @Test
  void aResultThatFitsLeavesAnEmptyFileAndNoLine() throws IOException {
    Files.writeString(folder.resolve("numbers.csv"), "n\n1\n");
    Path file = Files.writeString(folder.resolve("bad.jsonl"), "of yesterday");
    CommandLineOutcome outcome = query("embedded:small", "--rejects", file.toString());
    assertThat(outcome.err(), not(containsString("rejected")));
    assertThat(Files.readString(file), is(""));
  }

  @Test
  void aRunThatFailsWritesNone() {
    Path file = folder.resolve("bad.jsonl");
    CommandLineOutcome outcome =
        query("embedded:small?max_rejected=0", "--rejects", file.toString());
    assertThat(outcome.exitCode(), is(1));
    assertThat(outcome.err(), containsString("more than max_rejected=0"));
    assertThat(Files.exists(file), is(false));
  }

  @Test
  void cleanForgetsTheSinksOwnRowsOfOldPublishes() throws IOException, SQLException {
    query("embedded:small", "--rejects", folder.resolve("bad.jsonl").toString());
    assertThat(
        CommandLineOutcome.of(home, "", "clean", "embedded:small").out(),
        not(containsString("did not fit")));
    server.execute("UPDATE result_sink_ledger SET published_at = now() - interval '8 days'");
    assertThat(
        CommandLineOutcome.of(home, "", "clean", "--dry-run", "embedded:small").out(),
        containsString(
            "1 row that did not fit, published longer than 7 days ago  would be forgotten"));
    assertThat(server.column("SELECT count(*) FROM result_sink_rejects"), contains("1"));
    assertThat(
        CommandLineOutcome.of(home, "", "clean", "embedded:small").out(),
        containsString("1 row that did not fit, published longer than 7 days ago  forgotten"));
    assertThat(server.column("SELECT count(*) FROM result_sink_rejects"), contains("0"));
  }

  @Test
  void cleanLeavesTheTableOfTheUsers() throws IOException, SQLException {
    query("embedded:small", "--rejects", "public.bad");
    server.execute("UPDATE result_sink_ledger SET published_at = now() - interval '8 days'");
    CommandLineOutcome.of(home, "", "clean", "embedded:small");
    assertThat(server.column("SELECT count(*) FROM bad"), contains("1"));
  }

  @Test
  void aScheduleSaysHowManyAndWhere() throws IOException {
    CommandLineOutcome created =
        CommandLineOutcome.of(
            home,
            "",
            "sched",
            "create",
            "nightly",
            "0 2 * * *",
            "-d",
            folder.toString(),
            "-r",
            "embedded:small?rejects=public.bad",
            "SELECT n FROM numbers");
    assertThat(created.err(), created.exitCode(), is(0));
    CommandLineOutcome run = CommandLineOutcome.of(home, "", "sched", "run", "nightly", "--now");
    assertThat(
        run.err(), containsString("published 2 rows, 1 row did not fit and is in public.bad, "));
    assertThat(
        CommandLineOutcome.of(home, "", "sched", "history", "nightly").out(),
        matchesRegex("(?s).*rows \\| rejected \\| error.*\\| +2 \\| +1 \\|\n.*"));
  }

  @Test
  void wrongUse() {
    for (String[] words :
        List.of(
            new String[] {"embedded:small?rejects=bad", "--rejects", "bad"},
            new String[] {"embedded:small", "--rejects", "no/such/folder/bad.jsonl"},
            new String[] {"embedded:small", "--rejects", "folder/bad.csv"},
            new String[] {"embedded:small?max_rejected=5"})) {
      String[] more = java.util.Arrays.copyOfRange(words, 1, words.length);
      CommandLineOutcome outcome = query(words[0], more);
      assertThat(outcome.err(), outcome.exitCode(), is(2));
    }
  }
}
