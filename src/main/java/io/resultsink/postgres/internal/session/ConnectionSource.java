package io.resultsink.postgres.internal.session;

import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.destination.Secret;
import io.resultsink.postgres.failure.Printable;
import java.io.Serializable;
import java.util.Map;
import java.util.Objects;
import org.apache.beam.sdk.annotations.Internal;
import org.jspecify.annotations.Nullable;

/** The source of sessions. Equal sources share their sessions within a JVM. */
@Internal
public sealed interface ConnectionSource extends Serializable {

  /** Returns the source that a target's URL names. */
  static ConnectionSource of(PostgresTarget target) {
    return new Server(
        Objects.requireNonNull(target.host(), "host"),
        target.port(),
        Objects.requireNonNull(target.database(), "database"),
        target.user(),
        target.password(),
        Map.copyOf(target.connectionProperties()));
  }

  /** A server to which the sink connects. */
  record Server(
      String host,
      int port,
      String database,
      @Nullable String user,
      @Nullable Secret password,
      Map<String, String> properties)
      implements ConnectionSource {

    @Override
    public String toString() {
      return Printable.of(host + ":" + port + "/" + database);
    }
  }

  /**
   * A DataSource of the user.
   *
   * @param key the identity within a JVM, because deserialized copies of a function have none
   */
  record Provided(String key, DataSourceSupplier supplier) implements ConnectionSource {

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Provided that && key.equals(that.key);
    }

    @Override
    public int hashCode() {
      return key.hashCode();
    }

    @Override
    public String toString() {
      return "the DataSource";
    }
  }
}
