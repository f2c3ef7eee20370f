package io.resultsink.postgres.destination;

import io.resultsink.postgres.failure.InvalidTargetException;
import io.resultsink.postgres.internal.url.PercentEncoding;
import io.resultsink.postgres.internal.url.UrlScheme;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The text of a target: reading and writing.
 *
 * <p>A malformed URL may have a password anywhere. So no message shows the URL, or a part of it
 * that could be a password. If the parts cannot be told apart for certain, reading stops.
 */
final class TargetUrl {

  static final String FORM =
      "postgresql://[user[:password]@]host[:port]/database/table[?option=value&...], or name:table"
          + " with a saved connection";

  /** Neither a slash nor an at sign, so that no mistyped URL looks like a name. */
  private static final Pattern SHORT =
      Pattern.compile("([A-Za-z0-9_-]+):([^:/@?]+)(?:\\?(.*))?", Pattern.DOTALL);

  private static final Pattern OPTION_NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");
  private static final Pattern HOST_AND_PORT = Pattern.compile("([^:]*)(?::([^:]*))?");
  private static final Pattern BRACKETS_AND_PORT =
      Pattern.compile("\\[([^\\[\\]]*:[^\\[\\]]*)](?::([^:]*))?");

  private final PostgresTarget.Builder builder = PostgresTarget.builder();
  private final List<String> problems = new ArrayList<>();
  private final Set<SinkOption> failed = EnumSet.noneOf(SinkOption.class);
  private final Map<String, String> given = new LinkedHashMap<>();
  private Map<String, String> saved = Map.of();
  private String passwordFile = "";

  private TargetUrl() {}

  /** See {@link PostgresTarget#parse}. */
  static PostgresTarget parse(String url) {
    if (isShort(url)) {
      Matcher parts = SHORT.matcher(url);
      parts.matches();
      return new TargetUrl().read(SavedConnection.named(parts.group(1)), parts);
    }
    return new TargetUrl().read(UrlScheme.rest(url, "a target is written " + FORM));
  }

  /** Returns whether a text is the short form, with a saved connection's name. */
  static boolean isShort(String text) {
    return SHORT.matcher(text).matches() && !UrlScheme.looksLikePostgres(text);
  }

  /** Returns the target as a URL without its password; without a server, from the table on. */
  static String redacted(PostgresTarget target) {
    StringBuilder url = new StringBuilder();
    String host = target.host();
    if (host != null) {
      url.append("postgresql://");
      if (target.user() != null) {
        url.append(PercentEncoding.encode(target.user())).append('@');
      }
      url.append(host.indexOf(':') < 0 ? host : '[' + host.replace("%", "%25") + ']');
      if (target.port() != PostgresTarget.DEFAULT_PORT) {
        url.append(':').append(target.port());
      }
      url.append('/');
    }
    if (target.database() != null) {
      url.append(PercentEncoding.encode(target.database())).append('/');
    }
    url.append(target.table().encoded());
    List<String> options = options(target);
    return options.isEmpty() ? url.toString() : url + "?" + String.join("&", options);
  }

  private static List<String> options(PostgresTarget target) {
    PostgresTarget defaults = PostgresTarget.builder().table(target.table()).autoBuild();
    List<String> options = new ArrayList<>();
    for (SinkOption option : SinkOption.values()) {
      String value = option.render(target);
      if (value != null && !value.equals(option.render(defaults))) {
        options.add(option.option() + "=" + value);
      }
    }
    new TreeMap<>(target.connectionProperties())
        .forEach((name, value) -> options.add(name + "=" + PercentEncoding.encode(value)));
    return options;
  }

  private PostgresTarget read(String rest) {
    if (rest.indexOf('#') >= 0) {
      problems.add("the URL has a '#'; write it as %23");
    }
    if (rest.chars().anyMatch(c -> Character.isWhitespace(c) || Character.isISOControl(c))) {
      problems.add("the URL has a space or control character; write a space as %20");
    }
    String[] pathAndQuery = rest.split("\\?", 2);
    String[] authorityAndPath = pathAndQuery[0].split("/", 2);
    authority(authorityAndPath[0]);
    path(authorityAndPath.length == 1 ? null : authorityAndPath[1]);
    if (pathAndQuery.length == 2) {
      query(pathAndQuery[1]);
    }
    return finished();
  }

  private PostgresTarget read(SavedConnection connection, Matcher tableAndOptions) {
    builder
        .host(connection.host())
        .port(connection.port())
        .database(connection.database())
        .user(connection.user())
        .password(connection.password());
    saved = connection.properties();
    attempt(() -> builder.table(TableName.parse(tableAndOptions.group(2))));
    if (tableAndOptions.group(3) != null) {
      query(tableAndOptions.group(3));
    }
    return finished();
  }

  private void authority(String authority) {
    int at = authority.indexOf('@');
    if (at >= 0) {
      String[] userAndPassword = authority.substring(0, at).split(":", 2);
      attempt(() -> builder.user(user(userAndPassword[0])));
      if (userAndPassword.length == 2) {
        attempt(() -> builder.password(password(userAndPassword[1])));
      }
    }
    String hostAndPort = authority.substring(at + 1);
    if (hostAndPort.indexOf(',') >= 0) {
      problems.add(TargetRules.SEVERAL_HOSTS);
      return;
    }
    boolean brackets = hostAndPort.startsWith("[");
    Matcher parts = (brackets ? BRACKETS_AND_PORT : HOST_AND_PORT).matcher(hostAndPort);
    if (!parts.matches()) {
      problems.add(
          brackets
              ? "the host's brackets are not those of an IPv6 address, as in [::1] or [::1]:5432"
              : "the host has more than one ':'; an IPv6 address stands in brackets, as in [::1]");
      return;
    }
    attempt(() -> builder.host(host(parts.group(1))));
    String port = parts.group(2);
    if (port != null) {
      attempt(() -> builder.port(port(port)));
    }
  }

  private static String user(String encoded) {
    return TargetRules.checkUser(PercentEncoding.decode("the user", encoded));
  }

  private static Secret password(String encoded) {
    return Secret.of(PercentEncoding.decode("the password", encoded));
  }

  private static String host(String encoded) {
    return TargetRules.checkHost(PercentEncoding.decode("the host", encoded));
  }

  /** Reads the port, without showing the text: if '@host' was forgotten, it is the password. */
  private static int port(String text) {
    if (!text.matches("[0-9]{1,5}")) {
      throw new InvalidTargetException(
          "the port is not a number from 1 to 65535; a user and password are followed by '@' and"
              + " the host");
    }
    return TargetRules.checkPort(Integer.parseInt(text));
  }

  private void path(@Nullable String path) {
    String[] parts = path == null ? new String[] {""} : path.split("/", -1);
    if (parts.length > 2) {
      problems.add(
          "the path has "
              + parts.length
              + " parts where database/table are two; write a '/' in a name as %2F");
      return;
    }
    if (parts.length == 1) {
      problems.add(
          parts[0].isEmpty()
              ? "database and table are missing; they follow the host as /database/table"
              : "the table is missing; it follows the database as /database/table");
      return;
    }
    attempt(
        () -> {
          String database = PercentEncoding.decode("the database", parts[0]);
          builder.database(TargetRules.checkDatabase(database));
        });
    attempt(() -> builder.table(TableName.parse(parts[1])));
  }

  private void query(String query) {
    Set<String> seen = new HashSet<>();
    for (String option : query.split("&")) {
      if (option.isEmpty()) {
        continue;
      }
      String[] nameAndValue = option.split("=", 2);
      String name = nameAndValue[0];
      if (!OPTION_NAME.matcher(name).matches()) {
        problems.add(
            "an option has no valid name; options are written name=value, with '&' between");
      } else if (!seen.add(name)) {
        problems.add("option '" + name + "' is given more than once");
        SinkOption.find(name).ifPresent(failed::add);
      } else {
        option(name, nameAndValue.length == 1 ? "" : nameAndValue[1]);
      }
    }
  }

  private void option(String name, String encoded) {
    Optional<SinkOption> option = SinkOption.find(name);
    Optional<LibpqParameter> libpq = LibpqParameter.find(name);
    if (option.isPresent()) {
      if (!attempt(() -> option.get().apply(builder, encoded))) {
        failed.add(option.get());
      }
    } else if (ConnectionProperties.isAllowed(name)) {
      attempt(
          () -> {
            String value = PercentEncoding.decode(name, encoded);
            ConnectionProperties.check(name, value);
            if (given.put(name, value) != null) {
              throw new InvalidTargetException(
                  name + " is given twice, once as libpq spells it; write one of them");
            }
          });
    } else if (name.equals(LibpqParameter.PASSWORD_FILE)) {
      attempt(() -> passwordFile = PercentEncoding.decode(name, encoded));
    } else if (libpq.isPresent()) {
      attempt(() -> libpq.get().apply(PercentEncoding.decode(name, encoded), given));
    } else {
      problems.add(UnknownOption.problem(name));
    }
  }

  /** As in libpq, the file is read only if the URL has no password. */
  private void findPassword(PostgresTarget target) {
    String host = target.host();
    String database = target.database();
    if (!passwordFile.isEmpty() && target.password() == null && host != null && database != null) {
      String user = target.user() == null ? System.getProperty("user.name") : target.user();
      Path file = Path.of(passwordFile);
      attempt(
          () ->
              builder.password(
                  new PasswordFile(file).password(host, target.port(), database, user)));
    }
  }

  private PostgresTarget finished() {
    Map<String, String> properties = new LinkedHashMap<>(saved);
    properties.putAll(given);
    builder.connectionProperties(properties);
    PostgresTarget target = builder.autoBuild();
    findPassword(target);
    for (TargetRules.Rule rule : TargetRules.OPTIONS) {
      if (rule.options().stream().noneMatch(failed::contains)) {
        problems.addAll(TargetRules.problems(target, List.of(rule)));
      }
    }
    TargetRules.throwIfAny(problems);
    return builder.build();
  }

  /** Runs a step of reading, and returns false if it reported a problem. */
  private boolean attempt(Runnable step) {
    int before = problems.size();
    TargetRules.collect(problems, step);
    return problems.size() == before;
  }
}
