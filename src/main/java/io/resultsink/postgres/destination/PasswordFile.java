package io.resultsink.postgres.destination;

import io.resultsink.postgres.internal.url.UserFile;
import io.resultsink.postgres.internal.url.UserHome;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.annotations.Internal;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGEnvironment;

/**
 * A file of passwords by address, <a
 * href="https://www.postgresql.org/docs/current/libpq-pgpass.html">as libpq reads it</a>.
 *
 * <p>The project reads the file itself, because the driver looks for it in Java's {@code
 * user.home}, and accepts no other path as a connection's parameter.
 */
@Internal
public final class PasswordFile {

  private static final int FIELDS = 5;

  private final Path path;

  PasswordFile(Path path) {
    this.path = path;
  }

  /**
   * Returns the file that psql reads: the path in the system property {@code
   * org.postgresql.pgpassfile} or the variable {@code PGPASSFILE}, else {@code ~/.pgpass}. The file
   * need not exist.
   */
  public static PasswordFile ofUser() {
    return new PasswordFile(
        UserFile.given(PGEnvironment.ORG_POSTGRESQL_PGPASSFILE, PGEnvironment.PGPASSFILE)
            .orElseGet(() -> UserHome.folder().resolve(".pgpass")));
  }

  /** Returns where the file is. */
  public Path path() {
    return path;
  }

  /**
   * Returns the password of the first line that matches; null if no line does, or the file is
   * missing.
   *
   * @throws InvalidTargetException if the file exists and cannot be read
   */
  public @Nullable Secret password(String host, int port, String database, String user) {
    List<String> address = List.of(host, Integer.toString(port), database, user);
    for (String line : UserFile.lines("the password file", path)) {
      List<String> fields = fields(line);
      if (!line.startsWith("#") && fields.size() == FIELDS && fits(fields, address)) {
        String password = fields.get(FIELDS - 1);
        return password.isEmpty() ? null : Secret.of(password);
      }
    }
    return null;
  }

  private static boolean fits(List<String> fields, List<String> address) {
    for (int i = 0; i < address.size(); i++) {
      if (!fields.get(i).equals("*") && !fields.get(i).equals(address.get(i))) {
        return false;
      }
    }
    return true;
  }

  /** Splits a line at colons. The character after a backslash is taken literally. */
  private static List<String> fields(String line) {
    List<String> fields = new ArrayList<>();
    StringBuilder field = new StringBuilder();
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (c == '\\' && i + 1 < line.length()) {
        field.append(line.charAt(++i));
      } else if (c == ':') {
        fields.add(field.toString());
        field.setLength(0);
      } else {
        field.append(c);
      }
    }
    fields.add(field.toString());
    return fields;
  }
}
