package io.resultsink.postgres.destination;

import com.google.auto.value.AutoValue;
import io.resultsink.postgres.failure.InvalidTargetException;
import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The target of a result: server, database, table and every option of the sink.
 *
 * <p>The text form is {@code
 * postgresql://[user[:password]@]host[:port]/database/table[?option=value&...]}. Its parts are
 * percent-encoded UTF-8, where what separates is literal and what belongs to a name is encoded:
 *
 * <ul>
 *   <li>{@code table} or {@code schema.table}; a dot in a name is {@code %2E}
 *   <li>{@code unique=a,b} or {@code unique=[a,b]}; a comma in a name is {@code %2C}
 *   <li>{@code /}, {@code ?}, {@code #}, {@code @}, {@code %} and spaces in user, password or names
 *       are encoded; a {@code +} is a plus
 *   <li>an IPv6 address stands in brackets
 *   <li>a duration is a whole number with one of PostgreSQL's units: {@code 100ms}, {@code 5s},
 *       {@code 5min}, {@code 2h}, {@code 7d}
 *   <li>an option stands once; one that is not known is an error
 * </ul>
 *
 * <p>The short form is {@code name:table[?option=value&...]}, with a connection saved as a service
 * in {@code pg_service.conf}, where {@code psql service=name} finds it too. It is looked up when
 * the text is read, its password as well, unless that is a reference.
 *
 * <p>Connection properties of the driver are taken from an allow list; a password or anything else
 * that is secret is none of them. A property may be spelled as libpq spells it ({@code
 * connect_timeout}), and libpq's {@code passfile} names the file that the password is looked up in
 * when the text is read.
 */
@AutoValue
public abstract class PostgresTarget implements Serializable {

  static final int DEFAULT_PORT = 5432;

  /** The server's host name or address; null when the connection comes from a DataSource. */
  public abstract @Nullable String host();

  /** The server's port; 5432 unless given. */
  public abstract int port();

  /** The database's name; null when the connection comes from a DataSource. */
  public abstract @Nullable String database();

  /** The role to connect as; null for the driver's default. */
  public abstract @Nullable String user();

  /** The password or a reference to it; null for none, or {@code .pgpass}. */
  public abstract @Nullable Secret password();

  /** Connection properties of the driver, those of the allow list. */
  public abstract Map<String, String> connectionProperties();

  /** The table, with its schema when one is given. */
  public final TableName table() {
    return Objects.requireNonNull(givenTable());
  }

  /** Returns {@link #table()}, or null only while a URL is read that names none. */
  abstract @Nullable TableName givenTable();

  /** Returns how result and table become one; {@link WriteMode#APPEND} unless given. */
  public abstract WriteMode mode();

  /** The key of {@link WriteMode#UPDATE}; empty otherwise. */
  public abstract List<String> unique();

  /** Returns what a replaced table hands on; {@link Keep#NONE} unless given. */
  public abstract Keep keep();

  /** Returns whether a new table gets the old one's definition, so that only rows change. */
  public final boolean keepsDefinition() {
    return mode() == WriteMode.REPLACE && keep() == Keep.ALL;
  }

  /** Returns where staging tables and the ledger live; null for the target's schema. */
  public abstract @Nullable String stagingSchema();

  /**
   * Returns the durability that was asked for; null for the mode's default, whichever mode it is.
   */
  abstract @Nullable StagingDurability givenStaging();

  /**
   * Returns whether staged rows survive a crash of the server; unless given, logged for {@link
   * WriteMode#REPLACE}, whose staging table goes live itself, and unlogged otherwise.
   */
  public final StagingDurability staging() {
    StagingDurability given = givenStaging();
    return given != null ? given : StagingDurability.ofMode(mode());
  }

  /** After which age a dead run's staging table may be removed; 7 days unless given. */
  public abstract Duration stagingTtl();

  /** The run's name when the caller knows it; null for one that is made with the pipeline. */
  public abstract @Nullable String runId();

  /** Fewer rows in the result fail the run; 0 unless given. */
  public abstract long minRows();

  /** One attempt for the lock that readers feel; 100 ms unless given. */
  public abstract Duration lockTimeout();

  /** Returns how long attempts for that lock go on; 5 minutes unless given. */
  public abstract Duration lockWait();

  /** A target with the defaults of every option, for the table alone. */
  public static Builder builder() {
    return new AutoValue_PostgresTarget.Builder()
        .port(DEFAULT_PORT)
        .connectionProperties(Map.of())
        .mode(WriteMode.APPEND)
        .unique(List.of())
        .keep(Keep.NONE)
        .stagingTtl(Duration.ofDays(7))
        .minRows(0)
        .lockTimeout(Duration.ofMillis(100))
        .lockWait(Duration.ofMinutes(5));
  }

  /**
   * Reads a target's URL, or its short form. User, password, database, table and option values are
   * percent-decoded (UTF-8; a {@code +} is a plus); nothing is trimmed, nothing shortened.
   *
   * @throws InvalidTargetException with all that is wrong with it
   */
  public static PostgresTarget parse(String url) {
    return TargetUrl.parse(url);
  }

  /** A builder that starts from this target. */
  public abstract Builder toBuilder();

  /**
   * Checks what belongs together, for a target that has its own server: to be called before it is
   * used, since a builder may still be adding.
   *
   * @throws InvalidTargetException with all that is wrong
   */
  public void validate() {
    TargetRules.check(this, TargetRules.SERVER);
  }

  /**
   * Checks what belongs together, for a target that is written through a DataSource, which alone
   * says where the server is.
   *
   * @throws InvalidTargetException with all that is wrong
   */
  public void validateForDataSource() {
    TargetRules.check(this, TargetRules.DATA_SOURCE);
  }

  /** The URL without the password, and without the options that have their defaults. */
  @Override
  public final String toString() {
    return TargetUrl.redacted(this);
  }

  /** Sets what differs from the defaults; see the accessors of {@link PostgresTarget}. */
  @AutoValue.Builder
  public abstract static class Builder {
    public abstract Builder host(@Nullable String host);

    public abstract Builder port(int port);

    public abstract Builder database(@Nullable String database);

    public abstract Builder user(@Nullable String user);

    public abstract Builder password(@Nullable Secret password);

    public abstract Builder connectionProperties(Map<String, String> properties);

    public final Builder table(TableName table) {
      return givenTable(table);
    }

    abstract Builder givenTable(@Nullable TableName table);

    public abstract Builder mode(WriteMode mode);

    public abstract Builder unique(List<String> columns);

    public abstract Builder keep(Keep keep);

    public abstract Builder stagingSchema(@Nullable String schema);

    abstract Builder givenStaging(@Nullable StagingDurability staging);

    public final Builder staging(StagingDurability staging) {
      return givenStaging(staging);
    }

    public abstract Builder stagingTtl(Duration ttl);

    public abstract Builder runId(@Nullable String runId);

    public abstract Builder minRows(long rows);

    public abstract Builder lockTimeout(Duration timeout);

    public abstract Builder lockWait(Duration wait);

    abstract @Nullable TableName givenTable();

    abstract List<String> unique();

    abstract Map<String, String> connectionProperties();

    abstract PostgresTarget autoBuild();

    /**
     * The target; single values are checked here, their combination by {@link
     * PostgresTarget#validate()}.
     *
     * @throws InvalidTargetException with all values that are wrong
     */
    public PostgresTarget build() {
      if (givenTable() == null) {
        throw new InvalidTargetException("no table is given");
      }
      unique(List.copyOf(unique()));
      connectionProperties(Map.copyOf(connectionProperties()));
      PostgresTarget target = autoBuild();
      TargetRules.checkValues(target);
      return target;
    }
  }
}
