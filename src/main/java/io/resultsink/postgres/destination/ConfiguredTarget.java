package io.resultsink.postgres.destination;

import io.resultsink.postgres.failure.InvalidTargetException;
import io.resultsink.postgres.internal.url.PercentEncoding;
import io.resultsink.postgres.internal.url.StorableText;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.beam.sdk.annotations.Internal;
import org.jspecify.annotations.Nullable;

/**
 * A target from a configuration: a URL, and values under the names of the URL's options.
 *
 * <p>Beam writes a configuration into the job, where others can read it. It therefore takes no
 * password, only references to one.
 */
@Internal
public final class ConfiguredTarget {

  private static final Pattern USER_AND_PASSWORD = Pattern.compile("^[^/?#]*://[^/?#]*:[^/?#]*@");
  private static final Pattern PROPERTY_NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");

  private final String url;
  private final Map<SinkOption, String> options = new EnumMap<>(SinkOption.class);
  private final Map<String, String> properties = new TreeMap<>();
  private final Set<String> problems = new LinkedHashSet<>();
  private @Nullable Secret password;

  private ConfiguredTarget(String url) {
    this.url = url;
  }

  /** Creates a target from a URL, or from {@code name:table} of a saved connection. */
  public static ConfiguredTarget of(String url) {
    return new ConfiguredTarget(url);
  }

  /** Sets an option; null leaves it to the URL. Commas separate names, if the option is a list. */
  public ConfiguredTarget with(SinkOption option, @Nullable String text) {
    if (text != null) {
      attempt(
          () -> {
            String encoded = encoded(option.option(), text);
            options.put(option, option == SinkOption.UNIQUE ? asList(encoded) : encoded);
          });
    }
    return this;
  }

  private static String asList(String encoded) {
    return encoded.replace("%2C", ",").replaceFirst("^%5B", "[").replaceFirst("%5D$", "]");
  }

  /** Sets an option that is a list of names; null leaves it to the URL. */
  public ConfiguredTarget with(SinkOption option, @Nullable List<String> names) {
    if (names != null) {
      attempt(
          () ->
              options.put(
                  option,
                  names.stream()
                      .map(name -> encoded(option.option(), name))
                      .collect(Collectors.joining(","))));
    }
    return this;
  }

  /** Sets the reference to the password, {@code env:NAME} or {@code file:PATH}; null for none. */
  public ConfiguredTarget withPassword(@Nullable String reference) {
    if (reference != null) {
      attempt(() -> password = Secret.parse(reference));
    }
    return this;
  }

  /** Sets connection properties of the driver, as a URL may have them; null for none. */
  public ConfiguredTarget withConnectionProperties(@Nullable Map<String, String> given) {
    if (given != null) {
      given.forEach((name, value) -> attempt(() -> property(name, value)));
    }
    return this;
  }

  private void property(String name, String value) {
    if (!PROPERTY_NAME.matcher(name).matches()) {
      throw new InvalidTargetException(
          "connection_properties has a name that no connection property can have");
    }
    if (SinkOption.find(name).isPresent()) {
      throw new InvalidTargetException(
          "connection_properties has '"
              + name
              + "', which is an option of the sink; write it as a separate field");
    }
    properties.put(name, encoded(name, value));
  }

  /**
   * Returns the target.
   *
   * @throws InvalidTargetException with all problems of the URL, of values and of their combination
   */
  public PostgresTarget target() {
    Map<String, String> written = optionsOfUrl();
    checkPassword(written);
    StringBuilder all = new StringBuilder(url);
    String separator = url.indexOf('?') < 0 ? "?" : "&";
    for (String option : optionsToAdd(written)) {
      all.append(separator).append(option);
      separator = "&";
    }
    List<PostgresTarget> target = new ArrayList<>();
    attempt(() -> target.add(withReference(TargetUrl.parse(all.toString()))));
    TargetRules.throwIfAny(List.copyOf(problems));
    return target.get(0);
  }

  /** Refuses a password that was found at launch: for a saved connection, or in a passfile. */
  private PostgresTarget withReference(PostgresTarget target) {
    if (password != null) {
      return target.toBuilder().password(password).build();
    }
    Secret found = target.password();
    if (found != null && found.reference().isEmpty() && !urlHasPassword()) {
      throw new InvalidTargetException(
          "the password that was found for "
              + (TargetUrl.isShort(url) ? "the saved connection" : "this server in the passfile")
              + " would be written into the job; give a reference as 'password': env:NAME or"
              + " file:PATH");
    }
    return target;
  }

  private boolean urlHasPassword() {
    return USER_AND_PASSWORD.matcher(url).find();
  }

  private void checkPassword(Map<String, String> written) {
    if (urlHasPassword()) {
      problems.add(
          "the URL has a password, which would be written into the job; leave it out of the URL and"
              + " give a reference as 'password': env:NAME or file:PATH");
    }
    String file = LibpqParameter.PASSWORD_FILE;
    if (password != null && (written.containsKey(file) || properties.containsKey(file))) {
      problems.add("both password and passfile are given; write one of them");
    }
  }

  /** Returns the options of the URL, still encoded; the URL itself is checked later. */
  private Map<String, String> optionsOfUrl() {
    Map<String, String> written = new HashMap<>();
    int query = url.indexOf('?');
    if (query >= 0) {
      for (String option : url.substring(query + 1).split("&")) {
        String[] nameAndValue = option.split("=", 2);
        written.put(nameAndValue[0], nameAndValue.length == 1 ? "" : nameAndValue[1]);
      }
    }
    return written;
  }

  private List<String> optionsToAdd(Map<String, String> written) {
    List<String> added = new ArrayList<>();
    options.forEach(
        (option, encoded) -> {
          String inUrl = written.get(option.option());
          if (inUrl == null) {
            added.add(option.option() + "=" + encoded);
          } else {
            attempt(() -> requireSame(option, inUrl, encoded));
          }
        });
    properties.forEach(
        (name, encoded) -> {
          String inUrl = written.get(name);
          if (inUrl == null) {
            added.add(name + "=" + encoded);
          } else if (!inUrl.equals(encoded)) {
            problems.add(contradiction("connection property '" + name + "'"));
          }
        });
    return added;
  }

  private static void requireSame(SinkOption option, String inUrl, String encoded) {
    String given = value(option, encoded);
    String written;
    try {
      written = value(option, inUrl);
    } catch (InvalidTargetException e) {
      return; // Reading the URL reports this problem.
    }
    if (!given.equals(written)) {
      throw new InvalidTargetException(contradiction("option '" + option.option() + "'"));
    }
  }

  private static String contradiction(String what) {
    return what + " has one value in the URL and another outside of it; write it once";
  }

  /**
   * Returns the value of an option in a target, which is the same for two spellings of one value.
   */
  private static String value(SinkOption option, String encoded) {
    PostgresTarget.Builder builder = PostgresTarget.builder().table(new TableName(null, "t"));
    option.apply(builder, encoded);
    PostgresTarget target = builder.autoBuild();
    return target.table() + Objects.toString(option.render(target), "");
  }

  private static String encoded(String option, String text) {
    return PercentEncoding.encode(StorableText.check(option, text));
  }

  private void attempt(Runnable step) {
    List<String> found = new ArrayList<>();
    TargetRules.collect(found, step);
    problems.addAll(found);
  }
}
