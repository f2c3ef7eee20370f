package io.resultsink.postgres.destination;

import io.resultsink.postgres.failure.InvalidTargetException;
import io.resultsink.postgres.internal.url.DurationText;
import io.resultsink.postgres.internal.url.Identifier;
import io.resultsink.postgres.internal.url.StorableText;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGProperty;

/** The rules for a target's values, single ones and combinations. */
final class TargetRules {

  private static final Pattern HOST_NAME = Pattern.compile("[\\p{L}\\p{N}_-][\\p{L}\\p{N}._-]*");
  private static final Pattern IPV6 =
      Pattern.compile("[0-9A-Fa-f.]*:[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*(%[A-Za-z0-9._~-]+)?");

  static final String SEVERAL_HOSTS =
      "several hosts are given, and a target has one; write the primary's, or a name that always"
          + " leads to the primary";

  /** A rule about several values; {@code options} are the options that it checks. */
  record Rule(Set<SinkOption> options, Function<PostgresTarget, @Nullable String> problem) {}

  private static final Rule KEY =
      new Rule(Set.of(SinkOption.MODE, SinkOption.UNIQUE), TargetRules::keyProblem);
  private static final Rule KEPT =
      new Rule(Set.of(SinkOption.MODE, SinkOption.KEEP), TargetRules::keepProblem);
  private static final Rule VERSIONS =
      new Rule(Set.of(SinkOption.MODE, SinkOption.UNDO), TargetRules::undoProblem);
  private static final Rule EMPTIED =
      new Rule(Set.of(SinkOption.MODE, SinkOption.RESET), TargetRules::resetProblem);
  private static final Rule LOCK =
      new Rule(Set.of(SinkOption.LOCK_TIMEOUT, SinkOption.LOCK_WAIT), TargetRules::lockProblem);

  private static final Rule TLS = new Rule(Set.of(), TargetRules::tlsProblem);

  /** The rules about options, which do not depend on the source of connections. */
  static final List<Rule> OPTIONS = List.of(KEY, KEPT, VERSIONS, EMPTIED, LOCK, TLS);

  static final List<Rule> SERVER =
      List.of(
          KEY, KEPT, VERSIONS, EMPTIED, LOCK, TLS, new Rule(Set.of(), TargetRules::serverProblem));

  static final List<Rule> DATA_SOURCE =
      List.of(
          KEY, KEPT, VERSIONS, EMPTIED, LOCK, new Rule(Set.of(), TargetRules::dataSourceProblem));

  private TargetRules() {}

  /** Checks single values, by the rules of the URL. */
  static void checkValues(PostgresTarget target) {
    List<String> problems = new ArrayList<>();
    String host = target.host();
    if (host != null) {
      collect(problems, () -> checkHost(host));
    }
    collect(problems, () -> checkPort(target.port()));
    String database = target.database();
    if (database != null) {
      collect(problems, () -> checkDatabase(database));
    }
    String user = target.user();
    if (user != null) {
      collect(problems, () -> checkUser(user));
    }
    target
        .connectionProperties()
        .forEach((name, value) -> collect(problems, () -> ConnectionProperties.check(name, value)));
    for (SinkOption option : SinkOption.values()) {
      collect(problems, () -> option.check(target));
    }
    throwIfAny(problems);
  }

  static void check(PostgresTarget target, List<Rule> rules) {
    throwIfAny(problems(target, rules));
  }

  static List<String> problems(PostgresTarget target, List<Rule> rules) {
    List<String> problems = new ArrayList<>();
    for (Rule rule : rules) {
      String problem = rule.problem().apply(target);
      if (problem != null) {
        problems.add(problem);
      }
    }
    return problems;
  }

  static void throwIfAny(List<String> problems) {
    if (!problems.isEmpty()) {
      throw new InvalidTargetException(problems);
    }
  }

  /**
   * Runs a check. The problems of an {@link InvalidTargetException} are added to {@code problems}.
   */
  static void collect(List<String> problems, Runnable check) {
    try {
      check.run();
    } catch (InvalidTargetException e) {
      problems.addAll(e.problems());
    }
  }

  /**
   * Checks the host. The message does not show it, because in a mistyped URL it may be a part of
   * the password.
   */
  static String checkHost(String host) {
    if (host.isEmpty()) {
      throw new InvalidTargetException("the host is empty; write one, such as localhost");
    }
    if (host.indexOf(',') >= 0) {
      throw new InvalidTargetException(SEVERAL_HOSTS);
    }
    if (host.indexOf('/') >= 0) {
      throw new InvalidTargetException(
          "the host has a '/'; the driver reaches servers by TCP, not by the path of a socket");
    }
    if (!HOST_NAME.matcher(host).matches() && !IPV6.matcher(host).matches()) {
      throw new InvalidTargetException(
          "the host is neither a host name nor an address, such as db.example.com, 10.0.0.7 or"
              + " [::1]");
    }
    return host;
  }

  static int checkPort(int port) {
    if (port < 1 || port > 65_535) {
      throw new InvalidTargetException("the port is out of range; use 1 to 65535");
    }
    return port;
  }

  static String checkDatabase(String database) {
    return Identifier.check("the database", database);
  }

  /** Checks the user. Its length is not limited, because a pooler may map longer names. */
  static String checkUser(String user) {
    if (user.isEmpty()) {
      throw new InvalidTargetException("the user is empty");
    }
    return StorableText.check("the user", user);
  }

  private static @Nullable String keyProblem(PostgresTarget target) {
    boolean update = target.mode() == WriteMode.UPDATE;
    if (update && target.unique().isEmpty()) {
      return "mode 'update' needs the columns of its key; add unique=a,b";
    }
    if (!update && !target.unique().isEmpty()) {
      return "unique is for mode=update; leave it out, mode is '" + target.mode().option() + "'";
    }
    return null;
  }

  private static @Nullable String keepProblem(PostgresTarget target) {
    return target.keep() == Keep.ALL && target.mode() != WriteMode.REPLACE
        ? "keep=all is for mode=replace; leave it out, mode '"
            + target.mode().option()
            + "' keeps the table anyway"
        : null;
  }

  private static @Nullable String undoProblem(PostgresTarget target) {
    return !target.undo().isNone() && target.mode() != WriteMode.REPLACE
        ? "undo is for mode=replace; leave it out, mode is '" + target.mode().option() + "'"
        : null;
  }

  private static @Nullable String resetProblem(PostgresTarget target) {
    return target.reset() == Reset.TRUNCATE && target.mode() != WriteMode.TRUNCATE
        ? "reset=truncate is for mode=truncate; leave it out, mode is '"
            + target.mode().option()
            + "'"
        : null;
  }

  private static @Nullable String lockProblem(PostgresTarget target) {
    if (target.lockWait().compareTo(target.lockTimeout()) >= 0) {
      return null;
    }
    return "lock_wait '"
        + DurationText.render(target.lockWait())
        + "' is shorter than one attempt, lock_timeout '"
        + DurationText.render(target.lockTimeout())
        + "'; make it at least as long";
  }

  /**
   * Refuses sslrootcert without verification: libpq would check the certificate, and the driver
   * would not.
   */
  private static @Nullable String tlsProblem(PostgresTarget target) {
    Map<String, String> properties = target.connectionProperties();
    String mode = properties.getOrDefault(PGProperty.SSL_MODE.getName(), "");
    return properties.containsKey(PGProperty.SSL_ROOT_CERT.getName()) && !mode.startsWith("verify-")
        ? "sslrootcert is looked at with sslmode=verify-ca and sslmode=verify-full only; write one"
            + " of them, or leave sslrootcert out"
        : null;
  }

  private static @Nullable String serverProblem(PostgresTarget target) {
    return target.host() == null || target.database() == null
        ? "no server is given for table '"
            + target.table()
            + "'; write "
            + TargetUrl.FORM
            + ", or configure a DataSource"
        : null;
  }

  private static @Nullable String dataSourceProblem(PostgresTarget target) {
    boolean server =
        target.host() != null
            || target.port() != PostgresTarget.DEFAULT_PORT
            || target.database() != null
            || target.user() != null
            || target.password() != null
            || !target.connectionProperties().isEmpty();
    return server
        ? "both a DataSource and a server are given; with a DataSource name the table alone, and"
            + " set user, password and connection properties there"
        : null;
  }
}
