package io.resultsink.postgres.internal.url;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.annotations.Internal;
import org.postgresql.PGEnvironment;

/**
 * The file {@code pg_service.conf}, in which <a
 * href="https://www.postgresql.org/docs/current/libpq-pgservice.html">libpq's programs keep
 * connections by name</a>.
 *
 * <p>The project reads the file itself, because the driver refuses a service with a keyword that
 * the driver spells otherwise than libpq, such as {@code connect_timeout}.
 */
@Internal
public final class ServiceFile {

  private final Path path;

  private ServiceFile(Path path) {
    this.path = path;
  }

  /**
   * Returns the file that the driver and psql read. The system property {@code
   * org.postgresql.pgservicefile} or the variable {@code PGSERVICEFILE} names it. The default is
   * {@code ~/.pg_service.conf}, else {@code pg_service.conf} in {@code PGSYSCONFDIR}. The file need
   * not exist.
   */
  public static ServiceFile ofUser() {
    return new ServiceFile(
        UserFile.given(PGEnvironment.ORG_POSTGRESQL_PGSERVICEFILE, PGEnvironment.PGSERVICEFILE)
            .orElseGet(ServiceFile::usual));
  }

  private static Path usual() {
    Path own = UserHome.folder().resolve(".pg_service.conf");
    String system = System.getenv(PGEnvironment.PGSYSCONFDIR.getName());
    return Files.exists(own) || system == null || system.isBlank()
        ? own
        : Path.of(system, "pg_service.conf");
  }

  /** Returns the file's path. */
  public Path path() {
    return path;
  }

  /**
   * Returns the lines of each service, without the line that names it. Of two services with one
   * name the first counts, as in libpq.
   *
   * @throws InvalidTargetException if the file cannot be read
   */
  public Map<String, List<String>> services() {
    Map<String, List<String>> services = new LinkedHashMap<>();
    List<String> lines = new ArrayList<>(); // lines before the first name belong to no service
    for (String line : UserFile.lines("the saved connections in", path)) {
      String text = line.strip();
      if (text.startsWith("[") && text.endsWith("]")) {
        lines = new ArrayList<>();
        services.putIfAbsent(text.substring(1, text.length() - 1), lines);
      } else {
        lines.add(text);
      }
    }
    return services;
  }
}
