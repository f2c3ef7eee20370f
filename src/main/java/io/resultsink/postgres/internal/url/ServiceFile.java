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
 * {@code pg_service.conf}, where libpq's programs keep connections by name (PostgreSQL manual,
 * 34.17).
 *
 * <p>Read here, since the driver's own reader refuses a service with a keyword of libpq that the
 * driver spells otherwise, such as {@code connect_timeout}.
 */
@Internal
public final class ServiceFile {

  private final Path path;

  private ServiceFile(Path path) {
    this.path = path;
  }

  /**
   * The file that the driver and psql read: what the system property {@code
   * org.postgresql.pgservicefile} or the variable {@code PGSERVICEFILE} says, else {@code
   * ~/.pg_service.conf}, else {@code pg_service.conf} in {@code PGSYSCONFDIR}. It need not exist.
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

  /** Returns where it is. */
  public Path path() {
    return path;
  }

  /**
   * The lines of each service, without the line that names it; of services that are there twice the
   * first, as libpq does it.
   *
   * @throws InvalidTargetException when the file cannot be read
   */
  public Map<String, List<String>> services() {
    Map<String, List<String>> services = new LinkedHashMap<>();
    List<String> lines = new ArrayList<>(); // those before the first name, which are nobody's
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
