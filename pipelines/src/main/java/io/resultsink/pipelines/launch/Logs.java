package io.resultsink.pipelines.launch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.List;
import java.util.logging.ConsoleHandler;
import java.util.logging.FileHandler;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.beam.sdk.annotations.Internal;

/** The logs of Beam and the runner: one file for each run, separate from the results. */
@Internal
public final class Logs {

  private static final int FILES_KEPT = 20;
  private static final String PREFIX = "pgresult-";
  private static final Pattern OF_PROCESS = Pattern.compile(PREFIX + ".*-(\\d+)\\.log");

  /** A larger file starts again from the beginning, because a process may run for months. */
  private static final int MOST_BYTES = 50_000_000;

  private static final DateTimeFormatter STARTED = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss");
  private static final String LINE = "%1$tF %1$tT.%1$tL %4$s %2$s: %5$s%6$s%n";

  private Logs() {}

  /**
   * Sends the logs of this process to a new file.
   *
   * @return the file, or the reason why there is none
   */
  public static String toFile(Path home) {
    System.setProperty("java.util.logging.SimpleFormatter.format", LINE);
    LogManager.getLogManager().reset();
    Path folder = home.resolve("logs");
    Path file =
        folder.resolve(
            PREFIX
                + STARTED.format(LocalDateTime.now())
                + "-"
                + ProcessHandle.current().pid()
                + ".log");
    try {
      PrivateFolder.create(home);
      PrivateFolder.create(folder);
      removeOld(folder);
      // The file has statements with their literals, so only its owner may read it; FileHandler
      // would permit everybody.
      PrivateFolder.createFile(file);
      Handler handler = new FileHandler(file.toString().replace("%", "%%"), MOST_BYTES, 1);
      handler.setFormatter(new SimpleFormatter());
      handler.setLevel(Level.INFO);
      Logger.getLogger("").addHandler(handler);
      return file.toString();
    } catch (IOException e) {
      return "(none: " + folder + " cannot be written; set PGRESULT_HOME)";
    }
  }

  /** Shows the logs of this process on the terminal too. */
  public static void onTerminal() {
    Handler handler = new ConsoleHandler();
    handler.setFormatter(new SimpleFormatter());
    Logger.getLogger("").addHandler(handler);
  }

  private static void removeOld(Path folder) throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.list(folder)) {
      files =
          all.filter(file -> file.getFileName().toString().startsWith(PREFIX))
              .sorted(Comparator.comparing(Path::getFileName).reversed())
              .toList();
    }
    for (Path old : files.subList(Math.min(files.size(), FILES_KEPT - 1), files.size())) {
      if (!isInUse(old)) {
        Files.deleteIfExists(old);
      }
    }
  }

  private static boolean isInUse(Path file) {
    Matcher process = OF_PROCESS.matcher(file.getFileName().toString());
    return process.matches() && ProcessHandle.of(Long.parseLong(process.group(1))).isPresent();
  }
}
