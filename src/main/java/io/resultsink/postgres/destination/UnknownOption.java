package io.resultsink.postgres.destination;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.postgresql.PGProperty;

/** The message for an option that does not exist, with the advice what to write instead. */
final class UnknownOption {

  private static final String PRISMA = "it is for Prisma, not for the server; leave it out";

  /**
   * Options of Treasure Data's URLs, options in URLs that providers show for their clients, and
   * reserved ones.
   */
  private static final Map<String, String> INSTEAD =
      Map.of(
          "method",
          "leave it out: rows are always written by COPY",
          "ssl",
          "write sslmode=require to encrypt, sslmode=verify-full to check the server's certificate"
              + " too, or sslmode=disable",
          "ssl_verify",
          "write sslmode=verify-full to check the server's certificate, sslmode=require to only"
              + " encrypt",
          "fdw",
          "leave it out: foreign tables are not created",
          "keep",
          "it is reserved and not built yet; leave it out",
          "pgbouncer",
          PRISMA,
          "connection_limit",
          PRISMA,
          "pool_timeout",
          PRISMA,
          "supa",
          "it is for Supabase's own clients; leave it out");

  private UnknownOption() {}

  /**
   * Returns the problem with a name that is neither a {@link SinkOption} nor an allowed connection
   * property. Does not read the value, which may be a secret.
   */
  static String problem(String name) {
    String instead = INSTEAD.get(name);
    if (instead != null) {
      return "option '" + name + "' is not accepted; " + instead;
    }
    Optional<String> refusal =
        Arrays.stream(PGProperty.values())
            .map(PGProperty::getName)
            .filter(property -> plain(property).equals(plain(name)))
            .findFirst()
            .flatMap(ConnectionProperties::refusal);
    if (refusal.isPresent()) {
      return refusal.get();
    }
    String nearest = nearest(name).map(n -> " (did you mean " + n + "?)").orElse("");
    return "option '"
        + name
        + "' is not known"
        + nearest
        + "; use "
        + String.join(", ", SinkOption.names())
        + ", or a connection property: "
        + String.join(", ", ConnectionProperties.names())
        + "; libpq's spellings are accepted too";
  }

  private static Optional<String> nearest(String name) {
    List<String> candidates =
        Stream.concat(SinkOption.names().stream(), ConnectionProperties.names().stream()).toList();
    String wanted = plain(name);
    return candidates.stream()
        .min(Comparator.comparingInt(candidate -> distance(wanted, plain(candidate))))
        .filter(
            candidate -> distance(wanted, plain(candidate)) <= Math.max(2, wanted.length() / 4));
  }

  /** Returns a name without case and underscores, because people confuse such spellings. */
  private static String plain(String name) {
    return name.toLowerCase(Locale.ROOT).replace("_", "");
  }

  /**
   * Returns the Levenshtein distance: how many insertions, deletions and replacements make one the
   * other.
   */
  static int distance(String from, String to) {
    int[] previous = new int[to.length() + 1];
    for (int j = 0; j <= to.length(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= from.length(); i++) {
      int[] current = new int[to.length() + 1];
      current[0] = i;
      for (int j = 1; j <= to.length(); j++) {
        int replaced = previous[j - 1] + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
        current[j] = Math.min(replaced, 1 + Math.min(previous[j], current[j - 1]));
      }
      previous = current;
    }
    return previous[to.length()];
  }
}
