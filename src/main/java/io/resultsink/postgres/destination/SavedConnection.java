package io.resultsink.postgres.destination;

import io.resultsink.postgres.failure.InvalidTargetException;
import io.resultsink.postgres.internal.url.ServiceFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.beam.sdk.annotations.Internal;
import org.jspecify.annotations.Nullable;

/**
 * A connection that is saved under a name, the same that {@code psql service=NAME} makes.
 *
 * <p>It is looked up at launch, when a target is read. So is its password, in the service or in
 * {@code .pgpass}, unless the service has a line {@value #PASSWORD_MARK}{@code env:NAME} or {@code
 * file:PATH}. That line is a comment for libpq, and a reference for the workers.
 *
 * @param user as in libpq: the service's, {@code PGUSER}, or the operating system's
 * @param properties connection properties of the driver
 */
@Internal
public record SavedConnection(
    String host,
    int port,
    String database,
    String user,
    @Nullable Secret password,
    Map<String, String> properties) {

  private static final Set<String> PLACES =
      Set.of("host", "port", "dbname", "user", "password", LibpqParameter.PASSWORD_FILE);

  /** Begins the line that keeps a reference to the password instead of the password. */
  public static final String PASSWORD_MARK = "# pgresult: password ";

  /**
   * Looks up a connection.
   *
   * @throws InvalidTargetException if there is none of this name, with all names; or with all
   *     settings that the sink does not support
   */
  public static SavedConnection named(String name) {
    ServiceFile file = ServiceFile.ofUser();
    Map<String, List<String>> services = file.services();
    List<String> lines = services.get(name);
    if (lines == null) {
      throw new InvalidTargetException(
          "no connection is saved as '"
              + name
              + "' in "
              + file.path()
              + (services.isEmpty()
                  ? ", which has none"
                  : "; there are: " + String.join(", ", services.keySet()))
              + "; save it there, or write postgresql://user@host/database/table");
    }
    Reading reading = new Reading("connection '" + name + "' in " + file.path());
    lines.forEach(reading::line);
    return reading.connection();
  }

  /** Returns whether a connection of this name exists. */
  public static boolean isSaved(String name) {
    return ServiceFile.ofUser().services().containsKey(name);
  }

  /** Returns whether the text of a target names a saved connection. */
  public static boolean isNamedBy(String target) {
    return TargetUrl.isShort(target);
  }

  /** Returns libpq's default user: {@code PGUSER}, else the operating system's user. */
  private static String defaultUser() {
    String given = System.getenv("PGUSER");
    return given == null || given.isEmpty() ? System.getProperty("user.name") : given;
  }

  /** The lines of one service. */
  private static final class Reading {
    private final String where;
    private final Map<String, String> values = new LinkedHashMap<>();
    private final Map<String, String> properties = new LinkedHashMap<>();
    private final List<String> problems = new ArrayList<>();
    private @Nullable Secret reference;
    private @Nullable Secret password;

    Reading(String where) {
      this.where = where;
    }

    void line(String line) {
      if (line.startsWith(PASSWORD_MARK)) {
        TargetRules.collect(
            problems, () -> reference = Secret.parse(line.substring(PASSWORD_MARK.length())));
        return;
      }
      int end = line.indexOf('=');
      if (line.isEmpty() || line.startsWith("#")) {
        return;
      }
      if (end < 1) {
        problems.add("a line is not written keyword=value");
        return;
      }
      String keyword = line.substring(0, end);
      String value = line.substring(end + 1);
      if (!value.isEmpty()) {
        take(keyword, value);
      }
    }

    private void take(String keyword, String value) {
      if (PLACES.contains(keyword)) {
        values.putIfAbsent(keyword, value);
        return;
      }
      Optional<LibpqParameter> parameter = LibpqParameter.find(keyword);
      if (parameter.isEmpty()) {
        problems.add("it has '" + keyword + "', which the sink does not take");
        return;
      }
      // If a keyword occurs twice, libpq uses the first.
      Map<String, String> taken = new HashMap<>();
      TargetRules.collect(problems, () -> parameter.get().apply(value, taken));
      taken.forEach(properties::putIfAbsent);
    }

    /** libpq checks a certificate with sslmode=require too, if it has an authority. */
    private void verifyAsLibpqDoes() {
      boolean authority = properties.containsKey("sslrootcert");
      if (authority && "require".equals(properties.get("sslmode"))) {
        properties.put("sslmode", "verify-ca");
      } else if (authority && !properties.getOrDefault("sslmode", "").startsWith("verify-")) {
        properties.remove("sslrootcert");
      }
    }

    SavedConnection connection() {
      verifyAsLibpqDoes();
      String host = values.getOrDefault("host", "localhost");
      String port = values.getOrDefault("port", "" + PostgresTarget.DEFAULT_PORT);
      String user = values.getOrDefault("user", defaultUser());
      String database = values.getOrDefault("dbname", user);
      TargetRules.collect(problems, () -> TargetRules.checkHost(host));
      if (!port.matches("[0-9]{1,5}")) {
        problems.add("its port is not a number from 1 to 65535");
      } else {
        TargetRules.collect(problems, () -> password = password(host, port, database, user));
      }
      if (!problems.isEmpty()) {
        throw new InvalidTargetException(where + ": " + String.join("; ", problems));
      }
      return new SavedConnection(
          host, Integer.parseInt(port), database, user, password, Map.copyOf(properties));
    }

    private @Nullable Secret password(String host, String port, String database, String user) {
      if (reference != null) {
        return reference;
      }
      String own = values.get("password");
      if (own != null) {
        return Secret.of(own);
      }
      String file = values.get(LibpqParameter.PASSWORD_FILE);
      PasswordFile passwords =
          file == null ? PasswordFile.ofUser() : new PasswordFile(Path.of(file));
      return passwords.password(host, Integer.parseInt(port), database, user);
    }
  }
}
