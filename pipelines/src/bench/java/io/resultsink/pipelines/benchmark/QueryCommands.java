package io.resultsink.pipelines.benchmark;

import io.resultsink.pipelines.embedded.Address;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestingPostgres;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/** Whole commands of pgresult beside those that one would type without it. */
final class QueryCommands {

  static final String PREFIX = "query/";
  static final String CSV = PREFIX + "CSV into a table";
  static final String PARQUET = PREFIX + "Parquet into a table";
  static final String COPY = PREFIX + "psql's \\copy of the CSV";
  static final String GROUPS = PREFIX + "GROUP BY into a table";
  static final String DUCKDB = PREFIX + "DuckDB alone, the same GROUP BY";
  static final String SERVER = PREFIX + "postgresql:// into another database";
  static final String PIPE = PREFIX + "psql's \\copy piped into \\copy";
  static final String SMALL_HEAP = PREFIX + "five times the rows, heap of 512 MB";
  static final String RESIDENT = PREFIX + "resident memory of these";
  static final String GUIDE = PREFIX + "the guide's query";
  static final String FILMS = PREFIX + "the top five films";
  static final String SHOW = PREFIX + "show";
  static final String HELP = PREFIX + "query --help";

  private static final String SOURCE = "public.orders";
  private static final int RECORDS = 5000;
  private static final int TIMES_IN_SMALL_HEAP = 5;
  private static final int FEWER_GROUPS_THAN_ROWS = 20;

  private static final String TYPES =
      "(id bigint, customer bigint, quantity bigint, price float8, paid boolean,"
          + " created timestamptz, country text, note text)";

  private static final String GUIDES_QUERY =
      "SELECT v['code'] AS code, COUNT(1) AS hits FROM www_access GROUP BY v['code']";

  private static final String TOP_FIVE =
      """
      SELECT m.title, COUNT(*) AS votes, AVG(r.rating) AS stars
      FROM ratings AS r JOIN movies AS m ON r.movieId = m.movieId
      GROUP BY m.title ORDER BY votes DESC, m.title LIMIT 5\
      """;

  private final Bench bench;
  private final Path folder;
  private final Path home;
  private final Path launcher = Path.of("pipelines", "pgresult").toAbsolutePath();

  QueryCommands(Bench bench) {
    this.bench = bench;
    this.folder = bench.folder().resolve("query");
    this.home = folder.resolve("home");
  }

  void measure(int rounds) throws Exception {
    Files.createDirectories(folder);
    try (BenchmarkDatabase database = BenchmarkDatabase.start(home)) {
      bench.note("  server of the home: " + database.settings());
      QueryFiles files = QueryFiles.make(folder.resolve("files"), bench.rows());
      pgresult("samples", "-n", "" + RECORDS, files.samples().toString()).run();
      boolean psql = isInstalled("psql");
      if (!psql) {
        bench.note("  psql is not installed: nothing beside it was measured");
      }
      String content = source(files.csv());
      for (int round = 1; round <= rounds; round++) {
        large(round, database, files, content, psql);
        small(round, files);
      }
      smallHeap(files, database);
    } finally {
      remove(folder);
    }
  }

  /** Puts the orders on the other server; what is in the table. */
  private String source(Path csv) throws Exception {
    TestDatabase other = bench.database();
    other.execute(
        "CREATE TABLE " + SOURCE + " " + TYPES,
        "ALTER TABLE " + SOURCE + " OWNER TO " + TestingPostgres.SINK);
    try (Connection session = other.superuser();
        InputStream content = Files.newInputStream(csv)) {
      session
          .unwrap(PGConnection.class)
          .getCopyAPI()
          .copyIn("COPY " + SOURCE + " FROM STDIN (FORMAT csv, HEADER)", content);
    }
    other.execute("VACUUM (ANALYZE) " + SOURCE);
    return other.value(BenchmarkDatabase.CONTENT + SOURCE + " AS t");
  }

  private void large(
      int round, BenchmarkDatabase database, QueryFiles files, String content, boolean psql)
      throws Exception {
    Address address = database.address();
    String other = bench.database().url("").replaceFirst("/$", "");
    long rows = bench.rows();
    if (psql) {
      emptyPeer(database);
      time(
          round,
          COPY,
          rows,
          command(
              "psql",
              "-X",
              "-q",
              address.libpqUrl(0),
              "-c",
              "\\copy peer from '" + files.csv() + "' (format csv, header)"));
      require(database, "peer", content);
    }
    time(round, CSV, rows, publish(files.csv(), "orders", null));
    require(database, "orders", content);
    time(round, PARQUET, rows, publish(files.parquet(), "orders", null));
    require(database, "orders", content);
    if (psql) {
      emptyPeer(database);
      String pipe =
          "psql -X -q '%s' -c '\\copy %s to stdout' | psql -X -q '%s' -c '\\copy peer from stdin'"
              .formatted(other, SOURCE, address.libpqUrl(0));
      time(round, PIPE, rows, command("/bin/sh", "-c", pipe));
      require(database, "peer", content);
    }
    time(
        round,
        SERVER,
        rows,
        pgresult("query", "-d", other, "-r", result("orders"), "SELECT * FROM " + SOURCE));
    require(database, "orders", content);
    String groups =
        "SELECT id %% %d AS place, COUNT(*) AS orders, SUM(price) AS paid FROM orders GROUP BY 1"
            .formatted(Math.max(1, rows / FEWER_GROUPS_THAN_ROWS));
    note(round, DUCKDB, rows, Stopwatch.seconds(files.timeAlone(groups)));
    time(round, GROUPS, rows, publish(files.csv(), "groups", groups));
  }

  private void small(int round, QueryFiles files) throws Exception {
    time(round, GUIDE, RECORDS, publish(files.samples(), "code_counts", GUIDES_QUERY));
    time(round, FILMS, 5, publish(files.films(), "top_films", TOP_FIVE));
    time(round, SHOW, 5, pgresult("show", "embedded:top_films"));
    time(round, HELP, 0, pgresult("query", "--help"));
  }

  private void smallHeap(QueryFiles files, BenchmarkDatabase database) throws Exception {
    String sql = "SELECT o.* FROM orders AS o, range(" + TIMES_IN_SMALL_HEAP + ")";
    WholeCommand command =
        command(
            Map.of("JAVA_OPTS", "-Xmx512m"),
            launcher.toString(),
            "query",
            "-d",
            files.csv().toString(),
            "-r",
            result("many"),
            sql);
    long rows = bench.rows() * TIMES_IN_SMALL_HEAP;
    WholeCommand.Taken taken = time(1, SMALL_HEAP, rows, command);
    String found = database.content("many");
    if (!found.startsWith(rows + " rows")) {
      throw new IllegalStateException("the table has " + found + " instead of " + rows);
    }
    if (taken.megabytes().isPresent()) {
      bench.results().add(RESIDENT, "MB", rows, taken.megabytes().getAsDouble());
    }
  }

  private WholeCommand.Taken time(int round, String name, long rows, WholeCommand command)
      throws Exception {
    WholeCommand.Taken taken = command.run();
    note(round, name, rows, Stopwatch.seconds(taken.time()));
    return taken;
  }

  private void note(int round, String name, long rows, double seconds) {
    bench.results().add(name, "s", rows, seconds);
    bench.note(
        String.format(
            Locale.ROOT, "  %-44s round %d %,14d rows %9.3f s", name, round, rows, seconds));
  }

  private static void emptyPeer(BenchmarkDatabase database) throws Exception {
    database.execute("DROP TABLE IF EXISTS peer", "CREATE TABLE peer " + TYPES);
  }

  private static void require(BenchmarkDatabase database, String table, String content)
      throws Exception {
    String found = database.content(table);
    if (!found.equals(content)) {
      throw new IllegalStateException(table + " has " + found + " instead of " + content);
    }
  }

  private WholeCommand publish(Path database, String table, @Nullable String sql) {
    List<String> words =
        new ArrayList<>(List.of("query", "-d", database.toString(), "-r", result(table)));
    if (sql != null) {
      words.add(sql);
    }
    return pgresult(words.toArray(String[]::new));
  }

  private static String result(String table) {
    return "embedded:" + table + "?mode=replace";
  }

  private WholeCommand pgresult(String... words) {
    List<String> all = new ArrayList<>(List.of(launcher.toString()));
    all.addAll(List.of(words));
    return command(Map.of(), all.toArray(String[]::new));
  }

  private WholeCommand command(String... words) {
    return command(Map.of(), words);
  }

  private WholeCommand command(Map<String, String> environment, String... words) {
    Map<String, String> all = new HashMap<>(environment);
    all.put("PGRESULT_HOME", home.toString());
    // The role of the other server has a style that another session does not read.
    all.put("PGDATESTYLE", "ISO");
    return new WholeCommand(List.of(words), all, folder.resolve("output"));
  }

  private static boolean isInstalled(String program) {
    return Stream.of(System.getenv("PATH").split(File.pathSeparator))
        .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
  }

  private static void remove(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
