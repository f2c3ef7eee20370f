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
 * percent-encoded UTF-8. Separators are literal, and characters of names are encoded:
 *
 * <ul>
 *   <li>{@code table} or {@code schema.table}; a dot in a name is {@code %2E}
 *   <li>{@code unique=a,b} or {@code unique=[a,b]}; a comma in a name is {@code %2C}
 *   <li>{@code /}, {@code ?}, {@code #}, {@code @}, {@code %} and spaces in user, password or names
 *       are encoded; a {@code +} is a plus
 *   <li>an IPv6 address stands in brackets
 *   <li>a duration is a whole number with one of PostgreSQL's units: {@code 100ms}, {@code 5s},
 *       {@code 5min}, {@code 2h}, {@code 7d}
 *   <li>each option occurs once; an unknown option is an error
 * </ul>
 *
 * <p>The short form is {@code name:table[?option=value&...]}, with a connection saved as a service
 * in {@code pg_service.conf}, where {@code psql service=name} finds it too. The connection is
 * looked up when the text is read. So is its password, unless that is a reference.
 *
 * <p>Connection properties of the driver are accepted from a list, which has no secrets. Libpq's
 * spelling of a property is accepted too, such as {@code connect_timeout}. Libpq's {@code passfile}
 * names a file, from which the password is read when the text is read.
 */
@AutoValue
public abstract class PostgresTarget implements Serializable {

  static final int DEFAULT_PORT = 5432;

  /** Returns the server's host name or address; null if the connection comes from a DataSource. */
  public abstract @Nullable String host();

  /** Returns the server's port; 5432 by default. */
  public abstract int port();

  /** Returns the database's name; null if the connection comes from a DataSource. */
  public abstract @Nullable String database();

  /** Returns the role to connect as; null for the driver's default. */
  public abstract @Nullable String user();

  /** Returns the password or a reference to it; null for none, or {@code .pgpass}. */
  public abstract @Nullable Secret password();

  /** Returns the connection properties of the driver. */
  public abstract Map<String, String> connectionProperties();

  /** Returns the table, with its schema if one is given. */
  public final TableName table() {
    return Objects.requireNonNull(givenTable());
  }

  /** Returns {@link #table()}; null only while a URL without a table is read. */
  abstract @Nullable TableName givenTable();

  /** Returns how the result's rows go into the table; {@link WriteMode#APPEND} by default. */
  public abstract WriteMode mode();

  /** Returns the key of {@link WriteMode#UPDATE}; empty for other modes. */
  public abstract List<String> unique();

  /** Returns what a replace keeps; {@link Keep#NONE} by default. */
  public abstract Keep keep();

  /**
   * Returns whether the new table of a replace gets the old one's definition, so that only rows
   * change.
   */
  public final boolean keepsDefinition() {
    return mode() == WriteMode.REPLACE && keep() == Keep.ALL;
  }

  /** Returns how many replaced versions are kept, or for how long; none unless given. */
  public abstract UndoLimit undo();

  /** Returns whether the replaced table is kept as a version. */
  public final boolean keepsVersions() {
    return mode() == WriteMode.REPLACE && !undo().isNone();
  }

  /** Returns how truncate mode empties the table; {@link Reset#DELETE} unless given. */
  public abstract Reset reset();

  /** Returns whether the table is emptied by TRUNCATE, for which readers wait. */
  public final boolean truncates() {
    return mode() == WriteMode.TRUNCATE && reset() == Reset.TRUNCATE;
  }

  /** Returns the schema of staging tables and ledger; null for the target's schema. */
  public abstract @Nullable String stagingSchema();

  /** Returns the durability that the user gave; null for the mode's default. */
  abstract @Nullable StagingDurability givenStaging();

  /**
   * Returns whether staged rows survive a crash of the server. The default is logged for {@link
   * WriteMode#REPLACE}, because its staging table can become the new table, and unlogged otherwise.
   */
  public final StagingDurability staging() {
    StagingDurability given = givenStaging();
    return given != null ? given : StagingDurability.ofMode(mode());
  }

  /** Returns the age at which other runs may drop the staging table; 7 days by default. */
  public abstract Duration stagingTtl();

  /** Returns the given run id; null for one that is made with the pipeline. */
  public abstract @Nullable String runId();

  /** Returns the least number of rows; a result with fewer fails the run; 0 by default. */
  public abstract long minRows();

  /**
   * More rows that do not fit the table fail the run; null for any number. Needs an error handler
   * or {@link #rejects()}.
   */
  public abstract @Nullable Long maxRejected();

  /**
   * The table that keeps the rows that do not fit; null for none. A bare name is one in the staging
   * schema.
   */
  public abstract @Nullable TableName rejects();

  /** One attempt for the lock that readers wait for; 100 ms unless given. */
  public abstract Duration lockTimeout();

  /** Returns how long attempts for that lock go on; 5 minutes by default. */
  public abstract Duration lockWait();

  /** Returns a builder of a target with the defaults of all options. */
  public static Builder builder() {
    return new AutoValue_PostgresTarget.Builder()
        .port(DEFAULT_PORT)
        .connectionProperties(Map.of())
        .mode(WriteMode.APPEND)
        .unique(List.of())
        .keep(Keep.NONE)
        .undo(UndoLimit.NONE)
        .reset(Reset.DELETE)
        .stagingTtl(Duration.ofDays(7))
        .minRows(0)
        .lockTimeout(Duration.ofMillis(100))
        .lockWait(Duration.ofMinutes(5));
  }

  /**
   * Reads a target's URL, or its short form. User, password, database, table and option values are
   * percent-decoded (UTF-8; a {@code +} is a plus). Nothing is trimmed or shortened.
   *
   * @throws InvalidTargetException with all problems
   */
  public static PostgresTarget parse(String url) {
    return TargetUrl.parse(url);
  }

  /** Returns a builder that starts from this target. */
  public abstract Builder toBuilder();

  /**
   * Checks the combination of values, for a target with a server. Called before the target is used,
   * because a builder may still add values.
   *
   * @throws InvalidTargetException with all problems
   */
  public void validate() {
    TargetRules.check(this, TargetRules.SERVER);
  }

  /**
   * Checks the combination of values, for a target without a server, which a DataSource connects
   * to.
   *
   * @throws InvalidTargetException with all problems
   */
  public void validateForDataSource() {
    TargetRules.check(this, TargetRules.DATA_SOURCE);
  }

  /** Returns the URL without the password, and without options that have their defaults. */
  @Override
  public final String toString() {
    return TargetUrl.redacted(this);
  }

  /**
   * A builder of targets; see the accessors of {@link PostgresTarget} for the values and their
   * defaults.
   */
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

    public abstract Builder undo(UndoLimit limit);

    public abstract Builder reset(Reset reset);

    public abstract Builder stagingSchema(@Nullable String schema);

    abstract Builder givenStaging(@Nullable StagingDurability staging);

    public final Builder staging(StagingDurability staging) {
      return givenStaging(staging);
    }

    public abstract Builder stagingTtl(Duration ttl);

    public abstract Builder runId(@Nullable String runId);

    public abstract Builder minRows(long rows);

    public abstract Builder maxRejected(@Nullable Long rows);

    public abstract Builder rejects(@Nullable TableName table);

    public abstract Builder lockTimeout(Duration timeout);

    public abstract Builder lockWait(Duration wait);

    abstract @Nullable TableName givenTable();

    abstract List<String> unique();

    abstract Map<String, String> connectionProperties();

    abstract PostgresTarget autoBuild();

    /**
     * Returns the target. Checks single values; {@link PostgresTarget#validate()} checks their
     * combination.
     *
     * @throws InvalidTargetException with all wrong values
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
