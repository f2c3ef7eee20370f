package io.resultsink.pipelines.command;

import io.resultsink.pipelines.launch.CommandContext;
import io.resultsink.pipelines.launch.ExitCode;
import io.resultsink.pipelines.launch.PublishRun;
import io.resultsink.pipelines.launch.RunException;
import io.resultsink.pipelines.launch.UsageException;
import io.resultsink.pipelines.print.Figures;
import io.resultsink.pipelines.print.TextTable;
import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.inspect.TargetInspector;
import io.resultsink.postgres.internal.session.Session;
import io.resultsink.postgres.report.ResultSummary;
import java.io.IOException;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.apache.beam.sdk.annotations.Internal;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command {@code pgresult show}. */
@Internal
@Command(
    name = "show",
    sortOptions = false,
    header = "Print rows of a table, and when they were published.",
    customSynopsis = "pgresult show RESULT [-n ROWS] [--rejects] [-p | --password REF]",
    footer = {
      "",
      "Examples:",
      "  pgresult show embedded:code_counts",
      "  pgresult show -n 100 --password env:SHOP_PASSWORD postgresql://app@db/shop/top_movies"
    })
public final class ShowCommand implements Callable<Integer> {

  // The sink locks a table against readers for milliseconds; other programs may lock it longer.
  private static final Duration LOCK_TIMEOUT = Duration.ofMinutes(1);

  private static final int MOST_CHARACTERS = 1_000;

  private static final Set<Integer> NUMERIC =
      Set.of(Types.SMALLINT, Types.INTEGER, Types.BIGINT, Types.REAL, Types.DOUBLE, Types.NUMERIC);

  private final CommandContext context;

  @Option(
      names = {"-n", "--rows"},
      paramLabel = "ROWS",
      description = "how many rows at most (${DEFAULT-VALUE})")
  private int most = 20;

  @Option(
      names = "--rejects",
      description = "the rows of the newest publish that did not fit, instead of the table's")
  private boolean rejects;

  @Mixin private ResultOptions resultOptions = new ResultOptions();

  @Parameters(paramLabel = "RESULT", description = "the table: embedded:table, or its URL")
  private String result = "";

  /** Creates the command in {@code context}. */
  public ShowCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() throws IOException {
    if (most < 0) {
      throw new UsageException("-n " + most + " is negative");
    }
    PostgresTarget target = resultOptions.target(result, context);
    TargetInspector inspector = TargetInspector.of(target);
    if (rejects) {
      try (inspector) {
        return printRejected(inspector);
      }
    }
    try (inspector;
        Session session = inspector.open()) {
      String table = inspector.resolve().table().quoted();
      Optional<ResultSummary> published = inspector.lastPublished();
      session.begin(LOCK_TIMEOUT, "show " + target.table());
      try (Statement statement = session.connection().createStatement();
          ResultSet rows =
              statement.executeQuery("SELECT * FROM " + table + " LIMIT " + (most + 1L))) {
        print(rows, published);
      }
      return ExitCode.DONE;
    } catch (SQLException e) {
      throw failure(target, e);
    }
  }

  private int printRejected(TargetInspector inspector) throws IOException {
    Optional<ResultSummary> published = inspector.lastPublished();
    if (published.isEmpty()) {
      context.say("(not published by this sink)");
      return ExitCode.DONE;
    }
    List<List<@Nullable String>> shown = new ArrayList<>();
    long kept =
        inspector.rejected(
            published.get(),
            row -> {
              if (shown.size() < most) {
                shown.add(List.of(row.column(), row.reason(), row.sqlState(), cut(row.row())));
              }
            });
    new TextTable(
            List.of("column", "reason", "sqlstate", "row"), List.of(false, false, false, false))
        .print(shown::forEach, context.out());
    context.say(
        "(%s%s, rejected %s ago by run %s%s)"
            .formatted(
                shown.size() < kept ? "the first " + shown.size() + " of " : "",
                Figures.counted(kept, "row"),
                PublishRun.age(published.get()),
                Figures.shortRun(published.get().runId()),
                kept == 0 ? "" : "; " + published.get().rejects() + " keeps them"));
    return ExitCode.DONE;
  }

  /** A row may have megabytes, and the widest makes all lines as wide. */
  private static String cut(String row) {
    return row.length() <= MOST_CHARACTERS
        ? row
        : row.substring(0, MOST_CHARACTERS) + "... (" + row.length() + " characters)";
  }

  private static RuntimeException failure(PostgresTarget target, SQLException e) {
    return switch (String.valueOf(e.getSQLState())) {
      case "42P01", "3F000" ->
          new UsageException("there is no table " + target.table() + " in " + target.database());
      case "42501" ->
          new RunException("no privilege to read " + target.table() + ", SQLSTATE 42501");
      default ->
          new RunException(
              target.table()
                  + " cannot be read: "
                  + e.getMessage()
                  + ", SQLSTATE "
                  + e.getSQLState());
    };
  }

  private void print(ResultSet rows, Optional<ResultSummary> published)
      throws SQLException, IOException {
    ResultSetMetaData about = rows.getMetaData();
    List<String> names = new ArrayList<>();
    List<Boolean> numeric = new ArrayList<>();
    for (int i = 1; i <= about.getColumnCount(); i++) {
      names.add(about.getColumnName(i));
      numeric.add(NUMERIC.contains(about.getColumnType(i)));
    }
    List<List<@Nullable String>> shown = new ArrayList<>();
    boolean more = false;
    while (rows.next()) {
      more = shown.size() == most;
      if (!more) {
        List<@Nullable String> cells = new ArrayList<>();
        for (int i = 1; i <= names.size(); i++) {
          cells.add(rows.getString(i));
        }
        shown.add(cells);
      }
    }
    new TextTable(names, numeric).print(shown::forEach, context.out());
    context.say("(" + footer(shown.size(), more, published) + ")");
  }

  private static String footer(int rows, boolean more, Optional<ResultSummary> published) {
    String count =
        more ? "the first " + Figures.counted(rows, "row") : Figures.counted(rows, "row");
    return published
        .map(
            summary ->
                "%s, published %s ago by run %s"
                    .formatted(count, PublishRun.age(summary), Figures.shortRun(summary.runId())))
        .orElse(count + ", not published by this sink");
  }
}
