package io.resultsink.pipelines.runner;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What a user types: {@code pgresult query} with a cluster behind {@code --}. */
final class Launch {

  /** A small JVM that does not take its time to become fast. */
  private static final String SMALL = "-Xmx512m -XX:+UseSerialGC -XX:TieredStopAtLevel=1";

  private final Path home;
  private final Path folder;
  private final List<String> options = new ArrayList<>();
  private final List<String> beam = new ArrayList<>();

  private Launch(Path home, Path folder) {
    this.home = home;
    this.folder = folder;
  }

  /** Of {@link WideRows} in a folder. */
  static Launch of(Path home, Path folder) {
    return new Launch(home, folder);
  }

  /** With options of pgresult. */
  Launch with(String... more) {
    options.addAll(List.of(more));
    return this;
  }

  /** With options of Beam. */
  Launch beam(String... more) {
    beam.addAll(List.of(more));
    return this;
  }

  /** Starts it on a cluster. */
  OwnProcess on(FlinkCluster cluster, String result) {
    List<String> command =
        new ArrayList<>(List.of("./pgresult", "query", "-d", folder.toString(), "-r", result));
    command.addAll(options);
    command.addAll(List.of(WideRows.QUERY, "--", "--runner=FlinkRunner"));
    command.addAll(List.of("--flinkMaster=" + cluster.master(), "--parallelism=2"));
    command.addAll(beam);
    return OwnProcess.of("pgresult", environment(home), command);
  }

  /** Where pgresult keeps its files, and what its Java is like. */
  static Map<String, String> environment(Path home) {
    return Map.of("PGRESULT_HOME", home.toString(), "JAVA_OPTS", SMALL);
  }
}
