package io.resultsink.pipelines.embedded;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServerArchiveTest {

  @ParameterizedTest
  @CsvSource({
    "Linux, amd64, postgres-linux-x86_64.txz",
    "Linux, aarch64, postgres-linux-arm_64.txz",
    "Mac OS X, x86_64, postgres-darwin-x86_64.txz",
    "Mac OS X, aarch64, postgres-darwin-arm_64.txz",
  })
  void isNamedAfterSystemAndProcessor(String system, String processor, String name) {
    assertThat(ServerArchive.resourceName(system, processor), is(name));
  }

  @Test
  void isOnTheClassPathForThisMachine() throws Exception {
    assertThat(ServerArchive.forThisMachine().digest().length(), is(12));
  }
}
