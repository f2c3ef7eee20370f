package io.resultsink.postgres.destination;

import io.resultsink.postgres.failure.InvalidTargetException;
import io.resultsink.postgres.internal.url.UrlScheme;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.apache.beam.sdk.annotations.Internal;

/**
 * The text of a database without a table: {@code
 * postgresql://[user[:password]@]host[:port]/database[?property=value&...]}.
 *
 * <p>As with a target's URL, no message repeats the text, nor a part of it that could be a
 * password.
 */
@Internal
public final class DatabaseUrl {

  /** The form of such a URL. */
  public static final String FORM = "postgresql://[user[:password]@]host[:port]/database";

  private static final String ANY_TABLE = "/t";

  private DatabaseUrl() {}

  /**
   * Reads a URL.
   *
   * @param options the options of a target that are allowed too
   * @return a target whose table has no meaning
   * @throws InvalidTargetException with all problems
   */
  public static PostgresTarget parse(String url, SinkOption... options) {
    String rest = UrlScheme.rest(url, "a database is written " + FORM);
    int query = rest.indexOf('?');
    String address = query < 0 ? rest : rest.substring(0, query);
    String end = query < 0 ? "" : rest.substring(query);
    int slash = address.indexOf('/');
    if (slash < 0 || slash == address.length() - 1) {
      throw new InvalidTargetException("the URL names no database; write " + FORM);
    }
    if (address.indexOf('/', slash + 1) >= 0) {
      throw new InvalidTargetException(
          "the URL names more than a database; write " + FORM + ", a '/' in a name as %2F");
    }
    checkOptions(end, options);
    return PostgresTarget.parse("postgresql://" + address + ANY_TABLE + end);
  }

  private static void checkOptions(String query, SinkOption... allowed) {
    Set<SinkOption> options = Set.of(allowed);
    List<String> ofTable =
        Arrays.stream(query.replaceFirst("^\\?", "").split("&"))
            .map(option -> option.split("=", 2)[0])
            .filter(name -> SinkOption.find(name).filter(o -> !options.contains(o)).isPresent())
            .toList();
    if (!ofTable.isEmpty()) {
      throw new InvalidTargetException(
          "the URL of a database has options of a table: " + String.join(", ", ofTable));
    }
  }
}
