package io.resultsink.postgres.destination;

import io.resultsink.postgres.failure.InvalidTargetException;
import io.resultsink.postgres.internal.url.StorableText;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGProperty;

/**
 * The list of the driver's connection properties that a target may set.
 *
 * <p>All other properties are refused. The list has those that say how to reach, trust and
 * authenticate with a server. A {@code service} is looked up where the connection is opened.
 *
 * <p>Not part of the supported API.
 */
public final class ConnectionProperties {

  /**
   * A check of a value: returns the end of a sentence that says what is valid, or null for a valid
   * one.
   */
  private interface Rule {
    @Nullable String valid(String value);
  }

  private static final int LONGEST_SECONDS = Integer.MAX_VALUE / 1000;

  private static final Rule TEXT = value -> null;
  // libpq's word for the authorities that the system trusts; the driver would look for a file of
  // this name.
  private static final Rule AUTHORITIES =
      value ->
          value.equals("system")
              ? "the file of the authorities that the system trusts, such as"
                  + " /etc/ssl/certs/ca-certificates.crt"
              : null;
  private static final Rule BOOLEAN = oneOf("true", "false");
  private static final Rule SECONDS = wholeNumber(0, LONGEST_SECONDS, " seconds");
  private static final Rule MILLISECONDS = wholeNumber(0, Integer.MAX_VALUE, " milliseconds");
  private static final Rule BYTES = wholeNumber(1, Integer.MAX_VALUE, " bytes");
  private static final Rule COUNT = wholeNumber(0, Integer.MAX_VALUE, "");

  private static final Map<String, Rule> ALLOWED = new LinkedHashMap<>();

  static {
    allow(choice(PGProperty.SSL_MODE), PGProperty.SSL_MODE);
    allow(AUTHORITIES, PGProperty.SSL_ROOT_CERT);
    allow(TEXT, PGProperty.SSL_CERT, PGProperty.SSL_KEY);
    allow(TEXT, PGProperty.PEM_KEY_ALGORITHM);
    allow(choice(PGProperty.SSL_NEGOTIATION), PGProperty.SSL_NEGOTIATION);
    allow(MILLISECONDS, PGProperty.SSL_RESPONSE_TIMEOUT);
    allow(choice(PGProperty.CHANNEL_BINDING), PGProperty.CHANNEL_BINDING);
    allow(commaSeparated(choices(PGProperty.REQUIRE_AUTH)), PGProperty.REQUIRE_AUTH);
    allow(COUNT, PGProperty.SCRAM_MAX_ITERATIONS);
    allow(choice(PGProperty.GSS_ENC_MODE), PGProperty.GSS_ENC_MODE);
    allow(choice(PGProperty.GSS_LIB), PGProperty.GSS_LIB);
    allow(MILLISECONDS, PGProperty.GSS_RESPONSE_TIMEOUT);
    allow(BOOLEAN, PGProperty.GSS_USE_DEFAULT_CREDS, PGProperty.JAAS_LOGIN, PGProperty.USE_SPNEGO);
    allow(TEXT, PGProperty.JAAS_APPLICATION_NAME, PGProperty.KERBEROS_SERVER_NAME);
    allow(TEXT, PGProperty.SSPI_SERVICE_CLASS, PGProperty.SERVICE);
    // The other values are for readers, because a standby accepts no rows.
    allow(oneOf("any", "primary"), PGProperty.TARGET_SERVER_TYPE);
    allow(SECONDS, PGProperty.CONNECT_TIMEOUT, PGProperty.LOGIN_TIMEOUT);
    allow(SECONDS, PGProperty.SOCKET_TIMEOUT, PGProperty.CANCEL_SIGNAL_TIMEOUT);
    allow(BYTES, PGProperty.SEND_BUFFER_SIZE, PGProperty.RECEIVE_BUFFER_SIZE);
    allow(BYTES, PGProperty.MAX_SEND_BUFFER_SIZE);
    allow(BOOLEAN, PGProperty.TCP_NO_DELAY);
    allow(TEXT, PGProperty.LOCAL_SOCKET_ADDRESS);
  }

  private static final String SET_BY_THE_SINK = "the sink sets it itself; leave it out";
  private static final String LOADS_CODE =
      "it makes the driver load a class; configure your own DataSource for it";
  private static final String WRITES_FILES =
      "it makes the driver log, which a URL must not; configure java.util.logging";

  private static final Map<String, String> REFUSED = new HashMap<>();

  static {
    refuse(
        LOADS_CODE,
        PGProperty.AUTHENTICATION_PLUGIN_CLASS_NAME,
        PGProperty.SOCKET_FACTORY,
        PGProperty.SOCKET_FACTORY_ARG,
        PGProperty.SSL_FACTORY,
        PGProperty.SSL_FACTORY_ARG,
        PGProperty.SSL_HOSTNAME_VERIFIER,
        PGProperty.SSL_PASSWORD_CALLBACK,
        PGProperty.XML_FACTORY_FACTORY);
    // Written as text, because the driver's constant is deprecated.
    REFUSED.put("loggerFile", WRITES_FILES);
    REFUSED.put("loggerLevel", WRITES_FILES);
    refuse("write the user before the host: postgresql://user@host/...", PGProperty.USER);
    refuse(
        "write the password before the host, postgresql://user:password@host/..., or better give a"
            + " reference to it (env:NAME, file:PATH)",
        PGProperty.PASSWORD);
    refuse(
        "it is a secret; use a key without a passphrase that only the worker can read, or a"
            + " DataSource of your own",
        PGProperty.SSL_PASSWORD);
    refuse(
        "write it in its place: postgresql://host:port/database/table",
        PGProperty.PG_HOST,
        PGProperty.PG_PORT,
        PGProperty.PG_DBNAME);
    refuse("write schema=NAME, or the table as schema.table", PGProperty.CURRENT_SCHEMA);
    refuse(
        "the sink sets what it needs in each transaction; give the role its settings with ALTER"
            + " ROLE ... SET",
        PGProperty.OPTIONS);
    refuse("a target has one host", PGProperty.LOAD_BALANCE_HOSTS, PGProperty.HOST_RECHECK_SECONDS);
    refuse("write sslmode=require or sslmode=verify-full", PGProperty.SSL);
  }

  private ConnectionProperties() {}

  /** Returns the names of all properties that a target may set. */
  public static List<String> names() {
    return List.copyOf(ALLOWED.keySet());
  }

  static boolean isAllowed(String name) {
    return ALLOWED.containsKey(name);
  }

  /**
   * Returns why a property of the driver is refused; empty if it is allowed, or not a property of
   * the driver.
   */
  static Optional<String> refusal(String name) {
    if (isAllowed(name) || PGProperty.forName(name) == null) {
      return Optional.empty();
    }
    String reason = REFUSED.getOrDefault(name, SET_BY_THE_SINK);
    return Optional.of("connection property '" + name + "' is not accepted; " + reason);
  }

  /**
   * Checks one property.
   *
   * @throws InvalidTargetException if it is not allowed, or the driver refuses its value
   */
  static void check(String name, String value) {
    check(name, name, value);
  }

  /**
   * Checks one property as {@link #check(String, String)} does, and names it in the user's
   * spelling.
   */
  static void check(String spelled, String name, String value) {
    Rule rule = ALLOWED.get(name);
    if (rule == null) {
      throw new InvalidTargetException(UnknownOption.problem(name));
    }
    StorableText.check(spelled, value);
    String valid = value.isEmpty() ? "a value" : rule.valid(value);
    if (valid != null) {
      throw new InvalidTargetException(spelled + " '" + value + "' is not valid; use " + valid);
    }
  }

  private static void allow(Rule rule, PGProperty... properties) {
    for (PGProperty property : properties) {
      ALLOWED.put(property.getName(), rule);
    }
  }

  private static void refuse(String reason, PGProperty... properties) {
    for (PGProperty property : properties) {
      REFUSED.put(property.getName(), reason);
    }
  }

  private static String[] choices(PGProperty property) {
    String[] choices = property.getChoices();
    if (choices == null) {
      throw new IllegalStateException("the driver names no values of " + property.getName());
    }
    return choices;
  }

  private static Rule choice(PGProperty property) {
    return oneOf(choices(property));
  }

  private static Rule oneOf(String... choices) {
    List<String> valid = List.of(choices);
    return value -> valid.contains(value) ? null : either(valid);
  }

  private static Rule commaSeparated(String... choices) {
    List<String> valid = List.of(choices);
    return value ->
        valid.containsAll(List.of(value.split(",", -1)))
            ? null
            : either(valid) + ", or several with commas between";
  }

  private static String either(List<String> choices) {
    List<String> head = new ArrayList<>(choices);
    String last = head.remove(head.size() - 1);
    return String.join(", ", Collections.unmodifiableList(head)) + " or " + last;
  }

  private static Rule wholeNumber(int least, int most, String unit) {
    return value -> {
      if (value.matches("[0-9]{1,10}")) {
        long number = Long.parseLong(value);
        if (number >= least && number <= most) {
          return null;
        }
      }
      return "a whole number from " + least + " to " + most + (unit.isEmpty() ? "" : unit);
    };
  }
}
