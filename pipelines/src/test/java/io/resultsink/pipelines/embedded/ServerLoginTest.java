package io.resultsink.pipelines.embedded;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.resultsink.postgres.failure.DatabaseUnavailableException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The embedded server's port, taken by another process after a crash. */
class ServerLoginTest {

  private static final String PASSWORD = "s3cret-of-the-true-server";

  /** No process has it: the largest that Linux gives out is 4194303. */
  private static final long DEAD = 99_999_999;

  @TempDir Path home;

  private EmbeddedServer crashed(int port) throws Exception {
    Path folder = Files.createDirectories(home.resolve("embedded").resolve("data"));
    Files.writeString(
        folder.resolve("postmaster.pid"), DEAD + "\n" + folder + "\n1\n" + port + "\n");
    Files.writeString(folder.resolveSibling("password"), PASSWORD + "\n");
    return EmbeddedServer.home(home, port);
  }

  @ParameterizedTest
  @EnumSource(FakeServer.Answer.class)
  void anotherProcessOnThePortIsNotTheServer(FakeServer.Answer answer) throws Exception {
    try (FakeServer stranger = new FakeServer(answer)) {
      EmbeddedServer server = crashed(stranger.port());

      assertThat(server.status().address().isPresent(), is(false));
      assertThat(
          assertThrows(DatabaseUnavailableException.class, server::start).getMessage(),
          containsString("is in use by another program"));
      assertThat(stranger.received(), everyItem(not(containsString(PASSWORD))));
    }
  }
}
