package io.resultsink.pipelines;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The folder that psql calls ~, in a process whose HOME is not that of its user. */
class HomeFolderTest {

  @TempDir Path folder;

  @Test
  void isHomeAsForPsql() throws Exception {
    ProcessBuilder command =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            Main.class.getName(),
            "result",
            "create",
            "mydb",
            "postgresql://app:hunter2@db/shop");
    command.environment().put("HOME", folder.toString());
    command
        .environment()
        .keySet()
        .removeAll(List.of("PGSERVICEFILE", "PGPASSFILE", "PGSYSCONFDIR", "PGRESULT_HOME"));
    Process process = command.redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes());
    assertThat(said, process.waitFor(), is(0));
    assertThat(Files.readString(folder.resolve(".pg_service.conf")), containsString("[mydb]"));
    assertThat(Files.readString(folder.resolve(".pgpass")), containsString(":app:hunter2"));
    assertThat(Files.isDirectory(folder.resolve(".pgresult/logs")), is(true));
  }
}
