package io.resultsink.postgres.testing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;

/** Prints what {@link AttackRecorder} wrote: a line for each attack and mode. */
public final class AttackTable {

  private static final String HEADER = "attack";

  private AttackTable() {}

  /** What all tests of one attack in one mode come to. */
  private static final class Line {
    private long tried;
    private long violations;
    private long wait = -1;
  }

  /** Prints the table of a file, and ends with 1 when there was a violation or no attack at all. */
  public static void main(String[] arguments) throws IOException {
    Path report = Path.of(arguments[0]);
    Map<String, Line> lines = new LinkedHashMap<>();
    TreeSet<String> seeds = new TreeSet<>();
    List<String> written =
        Files.exists(report) ? Files.readAllLines(report, StandardCharsets.UTF_8) : List.of();
    for (String text : written) {
      String[] cells = text.split("\t", -1);
      Line line = lines.computeIfAbsent(cells[0] + "\t" + cells[1], absent -> new Line());
      line.tried += Long.parseLong(cells[2]);
      line.violations += Long.parseLong(cells[3]);
      line.wait = Math.max(line.wait, cells[4].isEmpty() ? -1 : Long.parseLong(cells[4]));
      seeds.add(cells[5]);
    }
    long violations = lines.values().stream().mapToLong(line -> line.violations).sum();
    print(lines);
    System.out.printf(
        Locale.ROOT,
        "%d attacks, %d times tried, %d violations; seed %s%n",
        lines.size(),
        lines.values().stream().mapToLong(line -> line.tried).sum(),
        violations,
        String.join(", ", seeds));
    if (violations > 0) {
      System.out.println("repeat it: make torture SEED=" + String.join(" or ", seeds));
    }
    System.exit(violations > 0 || lines.isEmpty() ? 1 : 0);
  }

  private static void print(Map<String, Line> lines) {
    List<String[]> rows = new ArrayList<>();
    rows.add(new String[] {HEADER, "mode", "tried", "violations", "longest reader wait"});
    lines.forEach(
        (attack, line) -> {
          String[] name = attack.split("\t", -1);
          String wait = line.wait < 0 ? "" : line.wait + " ms";
          rows.add(new String[] {name[0], name[1], "" + line.tried, "" + line.violations, wait});
        });
    int widest = rows.stream().mapToInt(row -> row[0].length()).max().orElse(0);
    for (String[] row : rows) {
      System.out.println(
          String.format(Locale.ROOT, "%-" + widest + "s  %-8s  %9s  %10s  %19s", (Object[]) row)
              .stripTrailing());
    }
  }
}
