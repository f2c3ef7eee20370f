package io.resultsink.postgres.internal.url;

import java.nio.file.Path;
import org.apache.beam.sdk.annotations.Internal;
import org.jspecify.annotations.Nullable;

/**
 * The folder that psql calls {@code ~}: {@code HOME} or, if that is not set, the user's home folder
 * of the operating system. Java's own {@code user.home} ignores {@code HOME}, which containers,
 * systemd and sudo set.
 */
@Internal
public final class UserHome {

  private UserHome() {}

  /** Returns the folder. */
  public static Path folder() {
    return folder(System.getenv("HOME"));
  }

  public static Path folder(@Nullable String home) {
    return Path.of(home == null || home.isBlank() ? System.getProperty("user.home") : home);
  }
}
