package io.resultsink.pipelines.schedule;

import io.resultsink.postgres.internal.session.Jdbc;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import org.apache.beam.sdk.annotations.Internal;

/**
 * The clock of schedules. All serving processes and all commands use it instead of their machines'
 * clocks.
 */
@Internal
public interface ScheduleClock {

  /** Returns the clock of the schedules database. */
  ScheduleClock OF_DATABASE =
      connection ->
          Jdbc.one(
              connection, "SELECT clock_timestamp()", row -> Jdbc.instant(row, "clock_timestamp"));

  /** Returns the time. */
  Instant now(Connection connection) throws SQLException;
}
