package io.resultsink.postgres.destination;

import io.resultsink.postgres.failure.InvalidTargetException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.beam.sdk.annotations.Internal;
import org.jspecify.annotations.Nullable;

/**
 * A <a href="https://www.postgresql.org/docs/current/libpq-connect.html">connection parameter of
 * libpq</a>, in a URL or in {@code pg_service.conf}, and its meaning for a target.
 *
 * @param keyword libpq's spelling
 * @param property the driver's property with the same meaning; null for none
 * @param harmless the values that change nothing here; null for all values
 * @param refusal the end of a sentence that says why other values are refused; null for a property
 */
@Internal
public record LibpqParameter(
    String keyword,
    @Nullable String property,
    @Nullable List<String> harmless,
    @Nullable String refusal) {

  /** The file with the password, read when the target's text is read. */
  static final String PASSWORD_FILE = "passfile";

  private static final Map<String, LibpqParameter> ALL = new LinkedHashMap<>();

  private static final String SECRET = "it is a secret; give a reference to a password instead";
  private static final String JVM = "the JVM chooses the version of TLS (jdk.tls.client.protocols)";
  private static final String NOT_OF_DRIVER = "the driver has nothing like it; leave it out";

  static {
    means("sslmode", "sslmode");
    means("sslrootcert", "sslrootcert");
    means("sslcert", "sslcert");
    means("sslkey", "sslkey");
    means("sslnegotiation", "sslNegotiation");
    means("channel_binding", "channelBinding");
    means("require_auth", "requireAuth");
    means("gssencmode", "gssEncMode");
    means("gsslib", "gsslib");
    means("krbsrvname", "kerberosServerName");
    means("target_session_attrs", "targetServerType");
    means("connect_timeout", "connectTimeout");
    // The sink names its sessions itself, and its driver always speaks UTF-8.
    changesNothing("application_name", "fallback_application_name", "client_encoding");
    // The sink sets keepalives for both ends.
    changesNothing("keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count");
    changesNothing("tcp_user_timeout");
    // No server of a supported version compresses TLS, and Java always sends the server's name.
    changesNothing("sslcompression", "sslsni");
    changesNothing("min_protocol_version", "max_protocol_version");
    refused("sslcertmode", NOT_OF_DRIVER, "allow");
    refused("gssdelegation", NOT_OF_DRIVER, "0");
    refused("requirepeer", "it is for Unix sockets; leave it out");
    refused("ssl_min_protocol_version", JVM, "TLSv1", "TLSv1.1", "TLSv1.2");
    refused("ssl_max_protocol_version", JVM, "TLSv1.3");
    refused("sslcrl", "the driver reads no list of revoked certificates; leave it out");
    refused("sslcrldir", "the driver reads no list of revoked certificates; leave it out");
    refused("sslkeylogfile", NOT_OF_DRIVER);
    refused("scram_client_key", SECRET);
    refused("scram_server_key", SECRET);
    refused("oauth_issuer", NOT_OF_DRIVER);
    refused("oauth_client_id", NOT_OF_DRIVER);
    refused("oauth_client_secret", SECRET);
    refused("oauth_scope", NOT_OF_DRIVER);
    refused("load_balance_hosts", "a target has one host", "disable");
    refused("servicefile", "set PGSERVICEFILE instead");
    refused("requiressl", "write sslmode=require");
    refused("replication", "the sink writes tables; leave it out", "0", "false", "off", "no");
    refused(
        "hostaddr",
        "write the address as the host; with sslmode=verify-full write the name alone, and let"
            + " the machine's /etc/hosts give its address");
    refused(
        "options",
        "the sink sets what it needs in each transaction; give the role its settings with ALTER"
            + " ROLE ... SET");
    for (String part : List.of("host", "port", "dbname", "user")) {
      refused(part, "write it in its place: postgresql://user@host:port/database/table");
    }
  }

  private static void means(String keyword, String property) {
    ALL.put(keyword, new LibpqParameter(keyword, property, List.of(), null));
  }

  private static void changesNothing(String... keywords) {
    for (String keyword : keywords) {
      ALL.put(keyword, new LibpqParameter(keyword, null, null, null));
    }
  }

  private static void refused(String keyword, String why, String... harmless) {
    ALL.put(keyword, new LibpqParameter(keyword, null, List.of(harmless), why));
  }

  /** Returns the parameter of libpq's spelling. */
  static Optional<LibpqParameter> find(String keyword) {
    return Optional.ofNullable(ALL.get(keyword));
  }

  /** Returns the keywords that a target accepts, without those that the driver spells the same. */
  public static List<String> taken() {
    List<String> taken =
        ALL.values().stream()
            .filter(parameter -> parameter.refusal == null)
            .map(LibpqParameter::keyword)
            .filter(keyword -> !ConnectionProperties.isAllowed(keyword))
            .toList();
    return Stream.concat(Stream.of(PASSWORD_FILE), taken.stream()).toList();
  }

  /** Returns libpq's spelling of a driver's property; null if libpq has none. */
  public static @Nullable String keyword(String property) {
    return ALL.values().stream()
        .filter(parameter -> property.equals(parameter.property))
        .map(LibpqParameter::keyword)
        .findFirst()
        .orElse(null);
  }

  /**
   * Adds a value to the properties of the driver, unless it changes nothing.
   *
   * @throws InvalidTargetException if the parameter or the value is refused; the message does not
   *     show the value of a refused parameter
   */
  void apply(String value, Map<String, String> properties) {
    if (property == null) {
      if (harmless != null && !harmless.contains(value)) {
        throw new InvalidTargetException("'" + keyword + "' is not accepted; " + refusal);
      }
      return;
    }
    String meant = meaning(value);
    ConnectionProperties.check(keyword, property, meant);
    if (properties.putIfAbsent(property, meant) != null) {
      throw new InvalidTargetException(
          keyword + " and " + property + " are the same; write one of them");
    }
  }

  /** For a sink, which writes, read-write and primary mean the same. */
  private String meaning(String value) {
    return keyword.equals("target_session_attrs") && value.equals("read-write") ? "primary" : value;
  }
}
