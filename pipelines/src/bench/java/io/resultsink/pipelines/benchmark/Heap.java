package io.resultsink.pipelines.benchmark;

import io.resultsink.postgres.testing.TestDatabase;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The memory that a JVM with little of it needs for many rows: {@link HeapRun}, in a process of its
 * own.
 */
final class Heap {

  static final int MEGABYTES = 256;

  private static final String TABLE = "heap";

  private final Bench bench;

  Heap(Bench bench) {
    this.bench = bench;
  }

  void measure(long rows) throws Exception {
    RowPool pool = new RowPool(Shape.NARROW);
    bench.tables().createEmpty(TABLE, pool.shape());
    run("heap", rows, 0, "?mode=append");
    String table = Tables.qualified(TABLE);
    TestDatabase database = bench.database();
    String wide = "(SELECT * FROM " + table + " WHERE id < 0)";
    String width = database.value("SELECT sum(octet_length(note)) FROM " + table + " WHERE id < 0");
    if (!String.valueOf(HeapRun.WIDE_ROW_BYTES).equals(width)) {
      throw new IllegalStateException(
          "the wide row has " + width + " bytes of " + HeapRun.WIDE_ROW_BYTES);
    }
    TableContent all = pool.content(bench.tables(), rows);
    all.plus(TableContent.of(database, wide)).requireIn(database, table);
    bench.tables().drop(TABLE);
  }

  /** The same with a place for rows that do not fit, of which there are some. */
  void measureRejecting(String contender, long rows, long every) throws Exception {
    bench.tables().createEmpty(TABLE, Shape.NARROW);
    run(
        "rejects: " + contender,
        rows,
        every,
        "?mode=append&rejects=" + Tables.qualified(RejectingWrite.REJECTS));
    bench.tables().drop(TABLE);
    bench.tables().drop(RejectingWrite.REJECTS);
  }

  private void run(String part, long rows, long every, String options)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> argument.startsWith("--add-opens") || argument.startsWith("-D"))
        .forEach(command::add);
    command.add("-Xmx" + MEGABYTES + "m");
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(HeapRun.class.getName(), Long.toString(rows), Long.toString(every)));
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().put(HeapRun.URL, bench.database().url(TABLE + options));
    Process process = builder.start();
    process.getOutputStream().close();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String[] figure = line.split("\t");
        long after = Long.parseLong(figure[1]);
        double megabytes = Double.parseDouble(figure[2]);
        String name = part + "/" + figure[0];
        bench.results().add(name, "MB", after, megabytes);
        bench.note(
            String.format(Locale.ROOT, "  %-52s %,14d rows %9.1f MB", name, after, megabytes));
      }
    }
    if (process.waitFor() != 0) {
      throw new IllegalStateException(
          rows + " rows did not go through a JVM of " + MEGABYTES + " MB; its error is above");
    }
  }
}
