package io.resultsink.pipelines.launch;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.logging.Handler;
import java.util.logging.LogManager;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrivateFolderTest {

  @TempDir Path folder;

  private static String permissions(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  private static Path open(Path path) throws IOException {
    Files.createDirectories(path);
    return Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  @AfterEach
  void usualLogs() throws IOException {
    for (Handler handler : Logger.getLogger("").getHandlers()) {
      handler.close();
    }
    LogManager.getLogManager().readConfiguration();
  }

  @Test
  void logsAreTheirOwnersAlone() throws IOException {
    Path home = folder.resolve("home");
    String format = System.getProperty("java.util.logging.SimpleFormatter.format");
    Path log = Path.of(Logs.toFile(home));
    Logger.getLogger("test").info("SELECT 'a literal'");
    if (format != null) {
      System.setProperty("java.util.logging.SimpleFormatter.format", format);
    }
    assertThat(permissions(home), is("rwx------"));
    assertThat(permissions(home.resolve("logs")), is("rwx------"));
    assertThat(permissions(log), is("rw-------"));
    assertThat(Files.readString(log), containsString("SELECT 'a literal'"));
  }

  @Test
  void whatAnEarlierVersionLeftOpenIsClosed() throws IOException {
    Path home = open(folder.resolve("home"));
    Files.writeString(open(home.resolve("logs")).resolve("pgresult-1.log"), "old");
    open(home.resolve("embedded"));
    PrivateFolder.create(home);
    PrivateFolder.create(home.resolve("logs"));
    assertThat(permissions(home), is("rwx------"));
    assertThat(permissions(home.resolve("logs")), is("rwx------"));
  }

  @Test
  void aFolderWithOtherFilesStaysAsItIs() throws IOException {
    Path shared = open(folder.resolve("shared"));
    Files.writeString(shared.resolve("somebody's"), "");
    PrivateFolder.create(shared);
    assertThat(permissions(shared), is("rwxr-xr-x"));
  }
}
