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

/**
 * Prints what {@link AttackRecorder} wrote: a line for each attack and mode, and below a line for
 * each measure that was taken out.
 */
public final class AttackTable {

  private AttackTable() {}

  /** What all tests of one attack in one mode come to. */
  private static final class Attack {
    private long tried;
    private long violations;
    private long wait = -1;
  }

  private final Map<List<String>, Attack> attacks = new LinkedHashMap<>();
  private final Map<List<String>, Boolean> measures = new LinkedHashMap<>();
  private final TreeSet<String> seeds = new TreeSet<>();

  /**
   * Prints the tables of a file, and ends with 1 when there was a violation, when a measure was
   * taken out and nobody noticed, or when there was no attack at all.
   */
  public static void main(String[] arguments) throws IOException {
    Path report = Path.of(arguments[0]);
    AttackTable table = new AttackTable();
    if (Files.exists(report)) {
      Files.readAllLines(report, StandardCharsets.UTF_8).forEach(table::read);
    }
    System.exit(table.print() ? 0 : 1);
  }

  private void read(String line) {
    List<String> cells = List.of(line.split("\t", -1));
    seeds.add(cells.get(cells.size() - 1));
    if (cells.get(0).equals(AttackRecorder.MEASURE)) {
      measures.merge(cells.subList(1, 4), cells.get(4).equals("1"), Boolean::logicalAnd);
      return;
    }
    Attack attack = attacks.computeIfAbsent(cells.subList(1, 3), absent -> new Attack());
    attack.tried += Long.parseLong(cells.get(3));
    attack.violations += Long.parseLong(cells.get(4));
    attack.wait = Math.max(attack.wait, cells.get(5).isEmpty() ? -1 : Long.parseLong(cells.get(5)));
  }

  /** Whether all is well. */
  private boolean print() {
    long violations = attacks.values().stream().mapToLong(attack -> attack.violations).sum();
    long unnoticed = measures.values().stream().filter(caught -> !caught).count();
    printAttacks();
    System.out.printf(
        Locale.ROOT,
        "%d attacks, %d times tried, %d violations; seed %s%n",
        attacks.size(),
        attacks.values().stream().mapToLong(attack -> attack.tried).sum(),
        violations,
        String.join(", ", seeds));
    if (!measures.isEmpty()) {
      printMeasures();
      System.out.printf(
          Locale.ROOT, "%d measures taken out, %d unnoticed%n", measures.size(), unnoticed);
    }
    boolean well = violations == 0 && unnoticed == 0;
    if (!well) {
      System.out.println("repeat it: make torture SEED=" + String.join(" or ", seeds));
    }
    return well && attacks.size() + measures.size() > 0;
  }

  private void printAttacks() {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("attack", "mode", "tried", "violations", "longest reader wait"));
    attacks.forEach(
        (name, attack) ->
            rows.add(
                List.of(
                    name.get(0),
                    name.get(1),
                    Long.toString(attack.tried),
                    Long.toString(attack.violations),
                    attack.wait < 0 ? "" : attack.wait + " ms")));
    print(rows, "%-" + widest(rows, 0) + "s  %-8s  %9s  %10s  %19s");
  }

  private void printMeasures() {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("measure", "disabled by", "attack that must catch it", "caught"));
    measures.forEach(
        (texts, caught) ->
            rows.add(List.of(texts.get(0), texts.get(1), texts.get(2), caught ? "yes" : "NO")));
    System.out.println();
    print(
        rows,
        "%-" + widest(rows, 0) + "s  %-" + widest(rows, 1) + "s  %-" + widest(rows, 2) + "s  %s");
  }

  private static int widest(List<List<String>> rows, int column) {
    return rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(1);
  }

  private static void print(List<List<String>> rows, String format) {
    for (List<String> row : rows) {
      System.out.println(String.format(Locale.ROOT, format, row.toArray()).stripTrailing());
    }
  }
}
