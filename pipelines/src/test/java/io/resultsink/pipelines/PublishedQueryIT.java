package io.resultsink.pipelines;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.not;

import io.resultsink.postgres.PostgresResultSink;
import io.resultsink.postgres.destination.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.values.Row;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Queries whose result is published, and what is said of it. */
class PublishedQueryIT {

  private static final String COUNT =
      "SELECT v['code'] AS code, COUNT(1) AS hits FROM hits GROUP BY v['code']";

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
    StringBuilder hits = new StringBuilder();
    for (int i = 0; i < 300; i++) {
      hits.append("{\"code\":").append(i % 10 == 0 ? 404 : 200).append("}\n");
    }
    Files.writeString(folder.resolve("hits.jsonl"), hits);
  }

  private static CommandLineOutcome run(String... arguments) {
    return CommandLineOutcome.of(home, "", arguments);
  }

  private CommandLineOutcome query(String result, String... more) {
    String[] arguments = new String[more.length + 5];
    arguments[0] = "query";
    arguments[1] = "-d";
    arguments[2] = folder.toString();
    arguments[3] = "-r";
    arguments[4] = result;
    System.arraycopy(more, 0, arguments, 5, more.length);
    return run(arguments);
  }

  @Test
  void replaceTwiceIsTheResultOnceAndAppendAddsToIt() throws IOException, SQLException {
    for (int i = 0; i < 2; i++) {
      CommandLineOutcome outcome = query("embedded:counts?mode=replace", COUNT);
      assertThat(outcome.err(), containsString("read               2 rows  DuckDB"));
      assertThat(outcome.err(), containsString("staged             2 rows"));
      assertThat(outcome.err(), containsString("published public.counts      replace, 2 rows, "));
      assertThat(outcome.exitCode(), is(0));
      assertThat(outcome.out(), is(""));
    }
    String counts = "SELECT code || '=' || hits FROM counts ORDER BY 1";
    assertThat(server.column(counts), contains("200=270", "404=30"));

    assertThat(query("embedded:counts", COUNT).exitCode(), is(0));

    assertThat(server.column("SELECT count(*) FROM counts"), contains("4"));
    assertThat(server.stagingTables(), is(empty()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"duckdb", "postgres", "beam"})
  void aRunThatWasNamedKeepsItsFirstResultAndSaysSo(String engine)
      throws IOException, SQLException {
    server.execute("CREATE TABLE hits (n bigint)");
    Files.writeString(folder.resolve("hits.csv"), "n\n1\n2\n");
    Files.delete(folder.resolve("hits.jsonl"));
    server.execute("INSERT INTO hits VALUES (1), (2)");
    String[] words = {"--engine", engine, "--run-id", "2026-11-22T10", "SELECT n FROM hits"};

    CommandLineOutcome first = named(engine, words);
    Files.writeString(folder.resolve("hits.csv"), "n\n3\n4\n5\n");
    server.execute("UPDATE hits SET n = n + 2");
    CommandLineOutcome second = named(engine, words);

    assertThat(first.err(), first.exitCode(), is(0));
    assertThat(second.err(), second.exitCode(), is(0));
    assertThat(second.err(), containsString("replace, 2 rows, "));
    assertThat(second.err(), containsString(" ago by this run; nothing was changed"));
    assertThat(server.column("SELECT n FROM numbers ORDER BY n"), contains("1", "2"));
    assertThat(server.stagingTables(), is(empty()));
  }

  private CommandLineOutcome named(String engine, String... words) {
    if (!engine.equals("postgres")) {
      return query("embedded:numbers?mode=replace", words);
    }
    List<String> arguments = new ArrayList<>(List.of("-r", "embedded:numbers?mode=replace"));
    arguments.addAll(List.of(words));
    return ask(arguments.toArray(String[]::new));
  }

  @Test
  void undoBringsBackWhatAReplaceReplaced() throws IOException, SQLException {
    String result = "embedded:counts?mode=replace&undo=3";
    CommandLineOutcome none = run("versions", "embedded:counts");
    query(result, "--run-id", "r1", COUNT);
    query(result, "--run-id", "r2", COUNT + " HAVING COUNT(1) < 100");
    assertThat(server.column("SELECT hits FROM counts"), contains("30"));

    CommandLineOutcome versions = run("versions", "embedded:counts");
    CommandLineOutcome unknown = run("undo", "--to", "r7", "embedded:counts");
    CommandLineOutcome undone = run("undo", "--run-id", "back", "embedded:counts");
    CommandLineOutcome again = run("undo", "--run-id", "back", "embedded:counts");
    CommandLineOutcome relaunched = query(result, "--run-id", "r2", COUNT);

    assertThat(
        none.out(), containsString("no version is kept; a run with mode=replace and undo=3"));
    assertThat(
        versions.out(),
        matchesPattern(
            " run +\\| +mode +\\| rows \\| +published +\\| +replaced +\\| +size\n[-+]+\n"
                + " r1 +\\| replace +\\| +2 +\\| +\\d+ s ago +\\| +\\d+ s ago +\\| +[0-9.]+ KB\n"
                + "\\(1 version; pgresult undo brings back the first, or --to RUN another\\)\n"));
    assertThat(unknown.exitCode(), is(3));
    assertThat(unknown.err(), containsString("no version of run 'r7' is kept"));
    assertThat(
        undone.out(),
        matchesPattern("undone public.counts   about 2 rows, .*; the same again undoes it\n"));
    assertThat(again.out(), containsString("before, by this run id; nothing was changed"));
    assertThat(server.column("SELECT hits FROM counts ORDER BY 1"), contains("30", "270"));
    assertThat(relaunched.err(), containsString("by this run, undone since; nothing was"));

    CommandLineOutcome listed = run("clean", "--dry-run", "embedded:counts?mode=replace&undo=1ms");
    CommandLineOutcome removed = run("clean", "embedded:counts?mode=replace&undo=1ms");
    assertThat(listed.out(), containsString("version of run r2"));
    assertThat(removed.out(), containsString("dropped"));
    assertThat(run("undo", "embedded:counts").exitCode(), is(3));
  }

  @Test
  void showPrintsRowsAndWhenTheyWerePublished() {
    query("embedded:counts", "--run-id", "r1", COUNT);

    CommandLineOutcome all = run("show", "embedded:counts");
    CommandLineOutcome one = run("show", "-n", "1", "embedded:counts");

    assertThat(all.out(), containsString(" code | hits\n------+------\n"));
    assertThat(all.out(), containsString(" 200  |  270\n"));
    assertThat(
        all.out().lines().reduce((before, line) -> line).get(),
        matchesPattern("\\(2 rows, published \\d+ s ago by run r1\\)"));
    assertThat(one.out(), containsString("(the first 1 row, published "));
  }

  @Test
  void showSaysThatThereIsNoTable() {
    CommandLineOutcome outcome = run("show", "embedded:nowhere");

    assertThat(outcome.err(), is("error: there is no table nowhere in results\n"));
    assertThat(outcome.exitCode(), is(2));
  }

  @Test
  void aDryRunTellsAndWritesNothing() throws IOException, SQLException {
    server.execute("CREATE TABLE counts (code text PRIMARY KEY, hits integer)");

    CommandLineOutcome outcome = query("embedded:counts?mode=replace", "--dry-run", COUNT);

    assertThat(outcome.out(), containsString("target    results, table public.counts (exists"));
    assertThat(outcome.out(), containsString("mode      replace: swapped for a new table"));
    assertThat(outcome.out(), containsString("loses     "));
    assertThat(outcome.out(), containsString("counts_pkey"));
    assertThat(outcome.out(), containsString("; keep=all keeps them\n"));
    assertThat(outcome.out(), containsString("\nnothing was written\n"));
    assertThat(outcome.exitCode(), is(0));
    assertThat(server.column("SELECT count(*) FROM counts"), contains("0"));
    assertThat(
        server.column("SELECT relname FROM pg_class WHERE relname LIKE 'result_sink%'"),
        is(empty()));
  }

  @Test
  void aRefusedTargetIsExitCodeThreeAndStaysAsItIs() throws IOException, SQLException {
    server.execute("CREATE TABLE counts (code text, hits bigint, rank integer NOT NULL)");
    server.execute("INSERT INTO counts VALUES ('1', 2, 3)");

    CommandLineOutcome outcome = query("embedded:counts", COUNT);
    CommandLineOutcome dryRun = query("embedded:counts", "--dry-run", COUNT);

    assertThat(outcome.exitCode(), is(3));
    assertThat(outcome.err(), containsString("error: "));
    assertThat(outcome.err(), containsString("rank"));
    assertThat(outcome.err(), not(containsString("\tat ")));
    assertThat(dryRun.exitCode(), is(3));
    assertThat(dryRun.out(), containsString("refused   "));
    assertThat(server.column("SELECT count(*) FROM counts"), contains("1"));
    assertThat(server.stagingTables(), is(empty()));
  }

  @Test
  void aFailedRunLeavesTheTargetAndNothingElse() throws IOException, SQLException {
    query("embedded:counts", COUNT);

    CommandLineOutcome tooFew = query("embedded:counts?mode=replace&min_rows=100", COUNT);
    Files.writeString(folder.resolve("hits.jsonl"), "{\"code\":1}\n{\"code\":\n");
    CommandLineOutcome broken = query("embedded:counts?mode=replace", COUNT);

    assertThat(tooFew.err(), containsString("error: "));
    assertThat(tooFew.err(), containsString("100"));
    assertThat(tooFew.exitCode(), is(1));
    assertThat(broken.err(), containsString("hits.jsonl, line 2: no JSON"));
    assertThat(broken.exitCode(), is(1));
    assertThat(server.column("SELECT count(*) FROM counts"), contains("2"));
    assertThat(server.stagingTables(), is(empty()));
  }

  @Test
  void cleanRemovesWhatOthersLeft() throws IOException, SQLException {
    Schema schema = Schema.builder().addInt64Field("n").build();
    Pipeline pipeline = Pipeline.create();
    pipeline
        .apply(Create.of(Row.withSchema(schema).addValue(1L).build()).withRowSchema(schema))
        .apply(
            PostgresResultSink.to(server.url() + "/numbers?min_rows=2")
                .withPassword(Secret.parse(server.passwordReference())));
    Assertions.assertThrows(RuntimeException.class, () -> pipeline.run().waitUntilFinish());
    assertThat("rows and tokens", server.stagingTables().size(), is(2));

    CommandLineOutcome young = run("clean", "embedded:numbers");
    CommandLineOutcome listed = run("clean", "--dry-run", "--older-than", "0s", "embedded:numbers");
    CommandLineOutcome other = run("clean", "--older-than", "0s", "embedded:others");
    assertThat("rows and tokens", server.stagingTables().size(), is(2));
    CommandLineOutcome removed = run("clean", "--older-than", "0s", "embedded:numbers");

    assertThat(young.out(), containsString("kept: younger than 7 days"));
    assertThat(listed.out(), containsString("would be dropped"));
    assertThat(other.out(), is("there is no staging table of this table\n"));
    assertThat(removed.out(), containsString("dropped 1 of 1 staging table"));
    assertThat(server.stagingTables(), is(empty()));
  }

  @Test
  void aServerExecutesTheQueryOfItsDatabase() throws IOException, SQLException {
    server.execute(
        "CREATE TABLE orders (id bigint, amount numeric(9,2), at timestamptz, tags jsonb, bad"
            + " numeric)");
    server.execute(
        "INSERT INTO orders VALUES (1, 1.50, '2026-11-22 10:00:00.123456+00', '{\"a\": [1]}',"
            + " 'NaN'), (2, 2.25, NULL, NULL, NULL)");
    String into = "embedded:copied?mode=replace";
    String all = "SELECT *, amount * id AS total FROM orders";

    CommandLineOutcome printed =
        ask("-f", "json", "SELECT *, count(*) OVER () FROM orders ORDER BY id LIMIT 1");
    CommandLineOutcome table = ask("SELECT id, amount FROM orders WHERE amount < 2");
    CommandLineOutcome looked = ask("-r", into, "--dry-run", all);
    CommandLineOutcome published = ask("-r", into, all);
    CommandLineOutcome elsewhere =
        ask("-r", "embedded:by_flink", all, "--", "--runner=FlinkRunner", "--parallelism=2");
    CommandLineOutcome forced = ask("--engine", "beam", all);

    assertThat(
        printed.out(),
        is(
            "{\"id\":1,\"amount\":1.50,\"at\":\"2026-11-22 10:00:00.123456+00\","
                + "\"tags\":{\"a\": [1]},\"bad\":\"NaN\",\"_col5\":2}\n"));
    assertThat(table.out(), containsString("  1 |   1.50"));
    assertThat(looked.out(), containsString("numeric(9,2)"));
    assertThat(published.err(), containsString("2 rows  PostgreSQL"));
    assertThat(published.exitCode(), is(0));
    assertThat(
        server.column(
            "SELECT format('%s', (id, amount, at, tags, bad, total)) FROM copied ORDER BY id"),
        is(
            server.column(
                "SELECT format('%s', (id, amount, at, tags, bad, amount * id)) FROM orders ORDER BY"
                    + " id")));
    assertThat(
        server.column(
            "SELECT format_type(atttypid, atttypmod) FROM pg_attribute"
                + " WHERE attrelid = 'copied'::regclass AND attnum > 0 ORDER BY attnum"),
        contains(
            "bigint", "numeric(9,2)", "timestamp with time zone", "jsonb", "numeric", "numeric"));
    assertThat(elsewhere.exitCode(), is(0));
    assertThat(
        server.column("SELECT format('%s', f) FROM by_flink AS f ORDER BY id"),
        is(server.column("SELECT format('%s', c) FROM copied AS c ORDER BY id")));
    assertThat(forced.err(), containsString("a server executes the query itself"));
    assertThat(forced.exitCode(), is(2));
  }

  private static CommandLineOutcome ask(String... more) {
    List<String> arguments = new ArrayList<>(List.of("query", "-d", server.url()));
    arguments.addAll(List.of("--database-password", server.passwordReference()));
    arguments.addAll(List.of(more));
    return run(arguments.toArray(String[]::new));
  }

  @Test
  void aWrongPasswordIsNotPrinted() {
    String url = server.url().replace("results@", "results:secret@") + "/counts";

    CommandLineOutcome target = query(url, COUNT);
    CommandLineOutcome database =
        run("query", "-d", server.url().replace("results@", "results:secret@"), "SELECT 1 FROM t");

    for (CommandLineOutcome outcome : new CommandLineOutcome[] {target, database}) {
      assertThat(outcome.err(), containsString("error: no session with "));
      assertThat(outcome.err(), not(containsString("secret")));
      assertThat(outcome.exitCode(), is(1));
    }
  }

  @Test
  void flinkPublishesAndPrintsToo() throws IOException, SQLException {
    CommandLineOutcome published =
        query(
            "embedded:counts",
            "--engine",
            "beam",
            COUNT,
            "--",
            "--runner=FlinkRunner",
            "--parallelism=2");
    CommandLineOutcome byDuckDb =
        query("embedded:more", COUNT, "--", "--runner=FlinkRunner", "--parallelism=2");
    CommandLineOutcome printed =
        run(
            "query",
            "-d",
            folder.toString(),
            "--engine",
            "beam",
            "-f",
            "csv",
            "SELECT COUNT(*) AS n FROM hits",
            "--",
            "--runner=FlinkRunner",
            "--parallelism=2");
    Files.writeString(folder.resolve("hits.jsonl"), "{\"code\":1}\n{\"code\":\n");
    CommandLineOutcome broken =
        query(
            "embedded:counts",
            "--engine",
            "beam",
            "--sample",
            "1",
            COUNT,
            "--",
            "--runner=FlinkRunner",
            "--parallelism=2");

    assertThat(published.err(), containsString("read             300 rows  hits"));
    assertThat(published.exitCode(), is(0));
    assertThat(byDuckDb.err(), byDuckDb.exitCode(), is(0));
    assertThat(server.column("SELECT sum(hits) FROM more"), contains("300"));
    assertThat(printed.out(), is("n\n300\n"));
    assertThat(broken.err(), containsString("hits.jsonl, line 2: broken JSON"));
    assertThat(broken.exitCode(), is(1));
    assertThat(server.column("SELECT count(*) FROM counts"), contains("2"));
    assertThat(server.stagingTables(), is(empty()));
  }

  @Test
  void theExamplePipelinesRun() throws IOException, SQLException {
    CommandLineOutcome ranking = run("example", "ranking", "-n", "1000");
    CommandLineOutcome dashboard = run("example", "dashboard", "-n", "1000");

    assertThat(ranking.err(), containsString("published public.top_movies"));
    assertThat(ranking.exitCode(), is(0));
    assertThat(dashboard.exitCode(), is(0));
    assertThat(server.column("SELECT sum(requests) FROM requests_by_hour"), contains("1000"));
  }

  @Test
  void aNamedResultIsAConnectionLikeAnyOther() throws IOException, SQLException {
    try (PostgresFiles files = new PostgresFiles(folder)) {
      CommandLineOutcome created =
          run("result", "create", "mydb", "--password", server.passwordReference(), server.url());
      assertThat(created.err(), created.exitCode(), is(0));
      assertThat(files.services(), containsString("# pgresult: password file:"));
      CommandLineOutcome tested = run("result", "test", "mydb");
      assertThat(tested.out(), containsString("role      results"));
      assertThat(tested.out(), containsString("security  no TLS"));
      assertThat(tested.out(), containsString("tables    can be created in schema public"));
      assertThat(tested.exitCode(), is(0));
      CommandLineOutcome published = query("mydb:counts?mode=replace", COUNT);
      assertThat(published.err(), published.exitCode(), is(0));
      assertThat(server.column("SELECT count(*) FROM counts"), contains("2"));
      assertThat(run("show", "mydb:counts").out(), containsString("(2 rows, published "));
      CommandLineOutcome missing = query("yourdb:counts", COUNT);
      assertThat(missing.err(), containsString("no connection is saved as 'yourdb' in "));
      assertThat(missing.err(), containsString("; there are: mydb"));
      assertThat(missing.exitCode(), is(2));
    }
  }
}
