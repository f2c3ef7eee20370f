package io.resultsink.pipelines.launch;

import io.resultsink.postgres.internal.url.UserHome;
import java.nio.file.Path;
import org.apache.beam.sdk.annotations.Internal;

/** The folder of all files of pgresult: {@code PGRESULT_HOME}, else {@code ~/.pgresult}. */
@Internal
public final class Home {

  private Home() {}

  /** Returns the folder, which need not exist yet. */
  public static Path folder() {
    String given = System.getenv("PGRESULT_HOME");
    return given == null || given.isBlank()
        ? UserHome.folder().resolve(".pgresult")
        : Path.of(given);
  }
}
