package io.resultsink.pipelines.command;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.resultsink.pipelines.embedded.Address;
import io.resultsink.pipelines.embedded.FakeServer;
import io.resultsink.postgres.failure.DatabaseUnavailableException;
import io.resultsink.postgres.inspect.TargetInspector;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class EmbeddedTargetTest {

  private static final String PASSWORD = "s3cret-of-the-true-server";

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource(FakeServer.Answer.class)
  void isNotWrittenToAnotherProcess(FakeServer.Answer answer) throws Exception {
    Path password = Files.writeString(folder.resolve("password"), PASSWORD + "\n");
    try (FakeServer stranger = new FakeServer(answer)) {
      Address address = new Address("127.0.0.1", stranger.port(), "results", "results", password);
      try (TargetInspector inspector =
          TargetInspector.of(EmbeddedTarget.of(address, "t?requireAuth=password"))) {
        assertThrows(DatabaseUnavailableException.class, inspector::open);
      }
      assertThat(stranger.received(), everyItem(not(containsString(PASSWORD))));
      assertThat(stranger.received(), everyItem(not(containsString("query"))));
    }
  }
}
