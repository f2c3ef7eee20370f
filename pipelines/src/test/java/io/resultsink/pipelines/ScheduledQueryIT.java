package io.resultsink.pipelines;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.startsWith;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code pgresult sched}, with the embedded server as home and target. */
class ScheduledQueryIT {

  private static final String DAILY = "2026-01-02 00:00";

  /** The tick as a column of Unix seconds has it. */
  private static final String SECONDS = "epoch(TD_SCHEDULED_TIME())";

  @TempDir static Path home;
  private static TryOutServer server;

  @TempDir Path folder;
  private PostgresFiles files;

  @BeforeAll
  static void start() throws IOException {
    server = new TryOutServer(home);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @BeforeEach
  void tables() throws IOException {
    files = new PostgresFiles(folder);
    Files.writeString(
        folder.resolve("hits.jsonl"),
        "{\"code\":200,\"sec\":1767312000}\n{\"code\":404,\"sec\":1767312001}\n");
  }

  @AfterEach
  void forget() throws SQLException, IOException {
    files.close();
    server.execute("DROP SCHEMA IF EXISTS pgresult CASCADE");
    server.execute("DROP TABLE IF EXISTS ticks, result_sink_ledger");
  }

  private static CommandLineOutcome run(String... arguments) {
    return CommandLineOutcome.of(home, "", arguments);
  }

  private static CommandLineOutcome sched(String... arguments) {
    List<String> all = new ArrayList<>(List.of("sched"));
    all.addAll(List.of(arguments));
    return run(all.toArray(String[]::new));
  }

  private static String done(String... arguments) {
    CommandLineOutcome outcome = sched(arguments);
    assertThat(outcome.err(), outcome.exitCode(), is(0));
    return outcome.out();
  }

  private CommandLineOutcome create(String name, String cron, String... more) {
    List<String> all =
        new ArrayList<>(
            List.of("create", name, cron, "-d", folder.toString(), "-r", "embedded:ticks"));
    all.addAll(List.of(more));
    return sched(all.toArray(String[]::new));
  }

  private void assertWrong(String error, CommandLineOutcome outcome) {
    assertThat(outcome.err(), startsWith("error: " + error));
    assertThat(outcome.err(), not(containsString("hunter2")));
    assertThat(outcome.exitCode(), is(2));
    assertThat(outcome.out(), is(""));
  }

  @Test
  void whatIsCreatedIsListedShownUpdatedAndDeleted() {
    CommandLineOutcome created =
        create("hits", "0 3 * * *", "-t", "Europe/Berlin", "-D", "60", "SELECT code FROM hits");
    assertThat(
        created.out(),
        matchesPattern(
            "Schedule 'hits' is created. It starts at \\d{4}-\\d\\d-\\d\\d 03:01:00"
                + " Europe/Berlin.\n"));
    assertThat(
        create("saved", "", "SELECT code FROM hits").out(),
        is("Schedule 'saved' is created, which never runs.\n"));

    String list = done("list");
    assertThat(
        list, startsWith(" name  |   cron    |   timezone    |        next         | delay | "));
    assertThat(list, containsString(" hits  | 0 3 * * * | Europe/Berlin | 2"));
    assertThat(list, containsString(" saved |           | UTC           | never"));

    String shown = done("show", "hits");
    assertThat(shown, containsString("cron      0 3 * * * (Europe/Berlin), 60 s after the tick\n"));
    assertThat(shown, containsString("database  " + folder + "\n"));
    assertThat(shown, containsString("policy    missed ticks: last, overlap: wait\n"));
    assertThat(shown, containsString("query     SELECT code FROM hits\n"));

    assertThat(
        done("update", "hits", "-n", "views", "-s", "@monthly", "--missed", "all", "-R", "0"),
        matchesPattern(
            "Schedule 'views' is updated. It starts at .*-01 00:01:00 Europe/Berlin.\n"));
    String updated = done("show", "views");
    assertThat(updated, containsString("retries   0\n"));
    assertThat(updated, containsString("policy    missed ticks: all, overlap: wait\n"));
    assertThat(updated, containsString("query     SELECT code FROM hits\n"));

    assertThat(done("pause", "views"), is("Schedule 'views' is paused.\n"));
    assertThat(done("list"), containsString("| paused"));
    assertThat(done("resume", "views"), startsWith("Schedule 'views' is resumed. It starts at "));
    assertThat(done("delete", "views"), startsWith("Schedule 'views' is deleted"));
    assertThat(done("list"), not(containsString("views")));
  }

  @Test
  void aBackfillOver24TicksThatIsRunTwicePublishes24Times() throws IOException, SQLException {
    create("ticks", "@hourly", "SELECT COUNT(*) AS n, TD_SCHEDULED_TIME() AS tick FROM hits");
    CommandLineOutcome first = sched("run", "ticks", DAILY, "-n", "24", "--now");
    assertThat(first.err(), first.exitCode(), is(0));
    CommandLineOutcome second = sched("run", "ticks", DAILY, "-n", "24", "--now");
    assertThat(
        second.out(),
        is(
            "already published: 24 ticks, 2026-01-02 00:00:00 UTC to 2026-01-02 23:00:00 UTC;"
                + " --again repeats\n"));

    // As when the history was lost: the target's own ledger knows.
    server.execute("UPDATE pgresult.run SET state = 'error' WHERE tick < '2026-01-02 02:00Z'");
    assertThat(sched("run", "ticks", DAILY, "-n", "24", "--now").exitCode(), is(0));
    assertThat(
        server.column("SELECT count(*) || ' ' || count(DISTINCT tick) FROM ticks"),
        contains("24 24"));
    assertThat(server.column("SELECT count(*) FROM result_sink_ledger"), contains("24"));

    assertThat(sched("run", "ticks", DAILY, "--again", "--now").exitCode(), is(0));
    assertThat(server.column("SELECT count(*) FROM ticks"), contains("25"));
    String history = done("history", "ticks", "3", "-s", "22");
    assertThat(history, containsString("result    embedded:ticks\n"));
    assertThat(history, containsString(" 2026-01-02 00:00:00 again 1 | success | "));
    assertThat(history, not(containsString("2026-01-02 03:00:00")));
    assertThat(server.stagingTables(), is(empty()));
  }

  @Test
  void theScheduledTimeSelectsTheTicksOwnRows() throws IOException, SQLException {
    create(
        "window",
        "* * * * *",
        "SELECT code FROM hits WHERE sec >= SECONDS - 1 AND sec < SECONDS"
                .replace("SECONDS", SECONDS)
            + " AND SCHEDULED_TIME() - INTERVAL '1' MINUTE < SCHEDULED_TIME()"
            + " AND EXTRACT(YEAR FROM SCHEDULED_TIME()) = 2026");
    assertThat(sched("run", "window", DAILY, "-n", "2", "--now").exitCode(), is(0));
    // The tick of 00:00 has the second before it, in which there is nothing.
    assertThat(server.column("SELECT code FROM ticks"), is(empty()));
    server.execute("DROP TABLE ticks");
    done("update", "window", "-s", "");
    assertThat(sched("run", "window", "1767312001", "--now").exitCode(), is(0));
    assertThat(server.column("SELECT code FROM ticks"), contains("200"));
  }

  @Test
  void typesNullsAndTheEngineAreKeptShownAndUsed() throws IOException, SQLException {
    Files.writeString(folder.resolve("codes.csv"), "code,price\n007,12\nNA,34\n");
    String sql = "SELECT code, price FROM codes";
    CommandLineOutcome created =
        create("codes", "", "--types", "code=VARCHAR,price=DECIMAL(9,2)", "--null", "NA", sql);
    assertThat(created.err(), startsWith("note: types are found in the files' values; other"));
    assertThat(
        done("show", "codes"),
        containsString("type      code=VARCHAR\ntype      price=DECIMAL(9,2)\nnull      NA\n"));
    assertThat(sched("run", "codes", DAILY, "--now").err(), not(containsString("error")));
    String rows =
        "SELECT string_agg(coalesce(code, '-') || ' ' || price, ', ' ORDER BY price) FROM ticks";
    assertThat(server.column(rows), contains("007 12.00, - 34.00"));

    done("update", "codes", "--null", "007", "-r", "embedded:ticks?mode=replace");
    assertThat(done("show", "codes"), containsString("price=DECIMAL(9,2)\nnull      007\n"));
    assertThat(sched("run", "codes", DAILY, "--again", "--now").exitCode(), is(0));
    assertThat(server.column(rows), contains("- 12.00, NA 34.00"));

    done("update", "codes", "-d", folder.toString(), "--engine", "beam");
    String shown = done("show", "codes");
    assertThat(shown, containsString("\nengine    beam\nrun ids "));
    assertThat(sched("run", "codes", DAILY, "--again", "--now").exitCode(), is(0));
    // Beam SQL's own reader knows neither.
    assertThat(server.column(rows), contains("007 12, NA 34"));
    assertWrong(
        "--types and --null are only for --engine duckdb; this query has --engine beam",
        sched("update", "codes", "--null", "NA"));
    assertWrong(
        "--engine duckdb reads folders and files of this machine, and -d is a server",
        sched("update", "codes", "-d", "postgresql://h/d", "--engine", "duckdb"));
  }

  @Test
  void withoutAServerARunWaitsAndThatIsSaid() {
    create("hits", "@hourly", "SELECT code FROM hits");
    CommandLineOutcome queued = sched("run", "hits", DAILY, "-n", "2");
    assertThat(
        queued.out(), is("queued: 2 ticks, 2026-01-02 00:00:00 UTC to 2026-01-02 01:00:00 UTC\n"));
    assertThat(
        queued.err(), is("no pgresult serve is running; start one, or add --now to run it here\n"));
    assertThat(done("run", "hits", DAILY), is("already queued: 1 tick, 2026-01-02 00:00:00 UTC\n"));
    assertThat(done("history", "hits"), containsString("now       0 running, 2 queued\n"));
  }

  @Test
  void aFailureIsRecordedInOneLine() {
    create("hits", "@hourly", "SELECT nosuch FROM hits");
    CommandLineOutcome failed = sched("run", "hits", DAILY, "--now");
    assertThat(failed.exitCode(), is(1));
    assertThat(
        failed.err(),
        containsString(
            "hits 2026-01-02 00:00:00  failed: SQL line 1: Referenced column \"nosuch\" not"
                + " found"));
    assertThat(
        failed.err(),
        containsString("error: 1 run of 'hits' failed; see pgresult sched history hits\n"));
    assertThat(
        done("history", "hits"),
        containsString("|      |          | SQL line 1: Referenced column \"nosuch\" not found"));
  }

  @Test
  void whatCannotBeScheduledIsSaid() throws IOException {
    String sql = "SELECT code FROM hits";
    create("hits", "@hourly", sql);
    assertWrong("schedule 'hits' exists already; change it", create("hits", "@hourly", sql));
    assertWrong("'Hits' cannot name a schedule; use 3 to 255", create("Hits", "@hourly", sql));
    assertWrong("cron '61 * * * *' is not valid: ", create("more", "61 * * * *", sql));
    assertWrong("time zone 'PST' is not known", create("more", "@daily", "-t", "PST", sql));
    assertWrong(
        "SQL line 1, column 18: syntax error", create("more", "@daily", "SELECT code FORM t"));
    assertWrong("no SQL; write it as the last", create("more", "@daily"));
    assertWrong("-D -1 is negative", create("more", "@daily", "-D", "-1", sql));
    assertWrong("-R 11 is not from 0 to 10", create("more", "@daily", "-R", "11", sql));
    assertWrong(
        "the embedded server is on this machine, and FlinkRunner runs elsewhere",
        create("more", "@daily", sql, "--", "--runner=FlinkRunner", "--flinkMaster=h:1"));
    assertWrong(
        "--paralelism is not a pipeline option of DirectRunner",
        create("more", "@daily", sql, "--", "--paralelism=2"));
    assertWrong("no tables; name their folder", sched("create", "more", "@daily", "-r", "x", sql));
    assertWrong(
        "no table for the result; name it with -r",
        sched("create", "more", "@daily", "-d", folder.toString(), sql));
    assertWrong(
        "folder /nowhere does not exist",
        sched("create", "more", "@daily", "-d", "/nowhere", "-r", "embedded:t", sql));
    assertWrong(
        "the URL of -d has a password, which a schedule does not store",
        sched(
            "create",
            "more",
            "@daily",
            "-d",
            "postgresql://a:hunter2@h/d",
            "-r",
            "embedded:t",
            sql));
    for (String scheme : List.of("postgresql", "POSTGRESQL", "Postgres")) {
      assertResultIsWrong(
          "the URL of -r has a password, which a schedule does not store; make a named result",
          scheme + "://app:hunter2@db/shop/t");
      for (String url : List.of("://a:hunter2@h/d", "://h/d?password=hunter2")) {
        assertWrong(
            url.endsWith("d") ? "the URL of -d has a password" : "--database is not valid: ",
            sched("create", "more", "@daily", "-d", scheme + url, "-r", "embedded:t", sql));
      }
    }
    assertResultIsWrong("run_id in -r would publish once", "embedded:t?run_id=x");
    assertResultIsWrong("mode 'overwrite' is not known", "embedded:t?mode=overwrite");
    assertResultIsWrong("no connection is saved as 'mydb' in ", "mydb:t");
    assertThat(done("list").lines().count(), is(3L));
  }

  private void assertResultIsWrong(String error, String result) {
    assertWrong(
        error,
        sched(
            "create",
            "more",
            "@daily",
            "-d",
            folder.toString(),
            "-r",
            result,
            "SELECT 1 FROM hits"));
  }

  @Test
  void aPasswordThatAnEarlierVersionKeptIsNotShown() throws Exception {
    create("hits", "@hourly", "SELECT code FROM hits");
    server.execute(
        "UPDATE pgresult.schedule SET result = 'POSTGRESQL://app:hunter2@db/shop/t',"
            + " database = 'postgresql://db/shop?password=hunter2'");
    for (String command : List.of("list", "show", "history")) {
      String shown = command.equals("list") ? done(command) : done(command, "hits");
      assertThat(shown, not(containsString("hunter2")));
      assertThat(shown, containsString("(not shown: it has a password, or cannot be read)"));
    }
  }

  @Test
  void whatIsNotThereOrNotUnderstoodIsSaid() {
    for (String command :
        List.of("show", "history", "update", "pause", "resume", "run", "delete")) {
      String[] arguments =
          command.equals("update")
              ? new String[] {command, "nosuch", "-R", "1"}
              : new String[] {command, "nosuch"};
      assertWrong("there is no schedule 'nosuch'; create it with", sched(arguments));
    }
    create("hits", "@hourly", "SELECT code FROM hits");
    assertWrong("there is no schedule 'nosuch'; there are: hits", sched("show", "nosuch"));
    assertWrong("nothing to change is given", sched("update", "hits"));
    assertWrong("time 'soon' is not understood", sched("run", "hits", "soon"));
    assertWrong("-n 0 is too small", sched("run", "hits", "-n", "0"));
    assertWrong("MAX is at least 1", sched("history", "hits", "0"));
    assertWrong("'hits' has ticked 0 times since 2100", sched("run", "hits", "2100-01-01"));
  }

  @Test
  void aHomeThatIsNoneIsSaid() throws IOException {
    assertWrong(
        "the schedules database (--schedules-database, or PGRESULT_SCHEDULES_URL) cannot be used:"
            + " 'mysql://' is not",
        sched("list", "--schedules-database", "mysql://app:hunter2@h/d"));
    assertWrong(
        "the schedules database (--schedules-database, or PGRESULT_SCHEDULES_URL) cannot be used:"
            + " the URL of a database has options of a table: mode",
        sched("list", "--schedules-database", "postgresql://app:hunter2@h/d?mode=append"));
    assertWrong(
        "no connection is saved as 'team' in ", sched("list", "--schedules-database", "team"));
    for (String[] command : new String[][] {{"sched", "list"}, {"serve"}}) {
      List<String> all = new ArrayList<>(List.of(command));
      all.addAll(List.of("--schedules-database", "postgresql://app:hunter2@localhost:1/d"));
      CommandLineOutcome away = run(all.toArray(String[]::new));
      assertThat(away.err(), startsWith("error: no session with localhost:1/d"));
      assertThat(away.err(), not(containsString("hunter2")));
      assertThat(away.exitCode(), is(1));
    }
    files.writePasswords("*:*:*:*:x\n", "rw-r--r--");
    assertWrong(
        files.passwordFile() + " can be read by others",
        run("result", "create", "team", "postgresql://a:hunter2@h/d"));
  }

  @Test
  void aNamedConnectionCanBeHome() throws IOException, SQLException {
    CommandLineOutcome created =
        run("result", "create", "team", "--password", server.passwordReference(), server.url());
    assertThat(created.err(), created.exitCode(), is(0));
    assertThat(sched("list", "--schedules-database", "team").exitCode(), is(0));
    assertThat(server.column("SELECT count(*) FROM pgresult.schedule"), contains("0"));
  }

  @Test
  void theEmbeddedServersUrlIsTakenEverywhere() throws IOException {
    String url = run("embedded", "url").out().strip();
    assertThat(url, containsString("?passfile=" + home.resolve("embedded/pgpass")));
    CommandLineOutcome created = run("result", "create", "own", url);
    assertThat(created.err(), created.exitCode(), is(0));
    assertThat(run("result", "test", "own").out(), containsString("role      results"));
    for (String itself : List.of("own", url, url.replace("postgresql", "POSTGRESQL"))) {
      assertThat(sched("list", "--schedules-database", itself).exitCode(), is(0));
    }
    assertThat(
        run("query", "-d", url + "&schema=pgresult", "SELECT COUNT(*) AS n FROM schedule").out(),
        containsString("n\n---\n 0\n"));
    assertWrong(
        "the URL of -d has a password, which a schedule does not store",
        sched("create", "more", "@daily", "-d", url, "-r", "embedded:t", "SELECT 1 FROM t"));
  }

  @Test
  void serveRefusesWhatItCannotDo() {
    assertWrong("JOBS and the heartbeat are at least 1", run("serve", "-j", "0"));
  }
}
