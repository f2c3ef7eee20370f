package io.resultsink.pipelines.runner;

import io.resultsink.postgres.testing.PostgresProxy;
import io.resultsink.postgres.testing.TestDatabase;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A Flink cluster for the tests of a class, a database behind a proxy and a launcher for each. */
abstract class BaseClusterIT {

  /** Of a chunk. */
  static final String STAGING_COPY = "^COPY .*result_sink_[0-9a-f]{32}.* FROM STDIN";

  @TempDir static Path folder;
  @TempDir static Path input;
  @TempDir Path home;

  static FlinkCluster cluster;

  @RegisterExtension final TestDatabase database = new TestDatabase().behindProxy();

  final PostgresProxy network = database.network();
  OwnProcess launched;

  @BeforeAll
  static void start() throws IOException {
    WideRows.in(input);
    cluster = FlinkCluster.start(folder);
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @AfterEach
  void close() {
    if (launched != null) {
      launched.close();
    }
  }
}
