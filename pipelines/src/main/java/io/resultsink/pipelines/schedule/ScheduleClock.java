package io.resultsink.pipelines.schedule;

import io.resultsink.postgres.internal.session.Jdbc;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import org.apache.beam.sdk.annotations.Internal;

/**
 * The one clock by which schedules tick: all servers and all who change schedules agree on it,
 * whatever the clocks of their machines say.
 */
@Internal
public interface ScheduleClock {

  /** The clock of the schedules database. */
  ScheduleClock OF_DATABASE =
      connection ->
          Jdbc.one(
              connection, "SELECT clock_timestamp()", row -> Jdbc.instant(row, "clock_timestamp"));

  /** Returns the time. */
  Instant now(Connection connection) throws SQLException;
}
