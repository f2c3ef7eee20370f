package io.resultsink.pipelines.registry;

import io.resultsink.postgres.destination.DatabaseUrl;
import io.resultsink.postgres.destination.LibpqParameter;
import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.destination.Secret;
import io.resultsink.postgres.failure.InvalidTargetException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.apache.beam.sdk.annotations.Internal;
import org.jspecify.annotations.Nullable;

/**
 * A connection with a name.
 *
 * @param keywords the keywords of its service, in libpq's spelling and in order, without a password
 * @param password the password itself or a reference; null for none
 */
@Internal
public record NamedResult(String name, Map<String, String> keywords, @Nullable Secret password) {

  private static final Set<String> TAKEN = Set.of("embedded", "postgres", "postgresql");

  /**
   * Reads {@code postgresql://[user[:password]@]host[:port]/database[?property=value&...]}.
   *
   * @param password null for the URL's own, if it has one
   * @throws RegistryException if the name or the URL cannot be a named result's
   */
  public static NamedResult parse(String name, String url, @Nullable Secret password) {
    checkName(name);
    PostgresTarget target = target(url);
    Secret secret = password == null ? target.password() : password;
    Map<String, String> keywords = new LinkedHashMap<>();
    keywords.put("host", Objects.requireNonNull(target.host()));
    keywords.put("port", Integer.toString(target.port()));
    keywords.put("dbname", Objects.requireNonNull(target.database()));
    String user = target.user();
    if (user == null) {
      throw new RegistryException("the URL names no user; write postgresql://user@host/database");
    }
    keywords.put("user", user);
    new TreeMap<>(target.connectionProperties())
        .forEach((property, value) -> keywords.put(keyword(property), value));
    keywords.forEach(NamedResult::checkValue);
    return new NamedResult(name, keywords, secret);
  }

  /**
   * Refuses a text that cannot be the name of a new result; existing services may have other names.
   */
  private static void checkName(String name) {
    if (!name.matches("[a-z0-9_]{3,255}")) {
      throw new RegistryException(
          "'" + name + "' cannot name a result; use 3 to 255 of a-z, 0-9 and _");
    }
    if (TAKEN.contains(name)) {
      throw new RegistryException(
          "'" + name + "' is reserved for pgresult itself; use another name");
    }
  }

  private static PostgresTarget target(String url) {
    try {
      return DatabaseUrl.parse(url);
    } catch (InvalidTargetException e) {
      throw new RegistryException(
          e.getMessage()
              + "\n  a named result is postgresql://user@host[:port]/database; the table and its"
              + " options follow its name, NAME:table?mode=replace");
    }
  }

  private static String keyword(String property) {
    String keyword = LibpqParameter.keyword(property);
    if (keyword == null) {
      throw new RegistryException(
          property
              + " is not known to libpq; write it with the table, NAME:table?"
              + property
              + "=");
    }
    return keyword;
  }

  /** The format has no quotes: the line's end ends a value, and spaces before it are lost. */
  private static void checkValue(String keyword, String value) {
    if (!value.equals(value.strip()) || value.chars().anyMatch(Character::isISOControl)) {
      throw new RegistryException(
          "a service file cannot keep a "
              + keyword
              + " with a control character or a space at its ends");
    }
  }
}
