package io.resultsink.pipelines.schedule;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import org.apache.beam.sdk.annotations.Internal;

/**
 * The one clock by which schedules tick: all servers and all who change schedules agree on it,
 * whatever the clocks of their machines say.
 */
@Internal
public interface HomeClock {

  /** The clock of the home database. */
  HomeClock OF_DATABASE =
      connection -> {
        try (PreparedStatement statement = connection.prepareStatement("SELECT clock_timestamp()");
            ResultSet time = statement.executeQuery()) {
          time.next();
          return time.getObject(1, OffsetDateTime.class).toInstant();
        }
      };

  /** Returns the time. */
  Instant now(Connection connection) throws SQLException;
}
