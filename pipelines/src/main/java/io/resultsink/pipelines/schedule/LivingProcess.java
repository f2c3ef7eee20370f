package io.resultsink.pipelines.schedule;

import io.resultsink.postgres.internal.session.Jdbc;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The row that shows that this process lives, with the time until which it is taken to live. */
final class LivingProcess {

  /** The number of heartbeats that may be missed before others take over. */
  static final int BEATS = 4;

  private final ScheduleDatabase database;
  private final UUID id = UUID.randomUUID();
  private final boolean serving;
  private final Duration heartbeat;

  /**
   * Creates the row's writer; the row exists from the first heartbeat on.
   *
   * @param serving whether the process takes any run; false for one that executes only its own runs
   */
  LivingProcess(ScheduleDatabase database, boolean serving, Duration heartbeat) {
    this.database = database;
    this.serving = serving;
    this.heartbeat = heartbeat;
  }

  UUID id() {
    return id;
  }

  Duration heartbeat() {
    return heartbeat;
  }

  /** Extends the time by {@value #BEATS} heartbeats from now, by the database's clock. */
  void beat() {
    execute(
        """
        INSERT INTO pgresult.server (id, host, pid, serving, alive_until)
        VALUES (?, ?, ?, ?, clock_timestamp() + ? * interval '1 millisecond')
        ON CONFLICT (id) DO UPDATE SET alive_until = EXCLUDED.alive_until
        """,
        id,
        host(),
        ProcessHandle.current().pid(),
        serving,
        heartbeat.multipliedBy(BEATS).toMillis());
    execute("DELETE FROM pgresult.server WHERE alive_until < clock_timestamp() - interval '1 day'");
  }

  /** Deletes the row, so that others take over its runs. */
  void end() {
    execute("DELETE FROM pgresult.server WHERE id = ?", id);
  }

  /** Returns whether a serving process lives that takes runs. */
  static boolean anyServes(Connection connection) throws SQLException {
    String sql =
        """
        SELECT count(*) > 0 FROM pgresult.server
         WHERE serving AND alive_until > clock_timestamp()
        """;
    return Jdbc.one(connection, sql, row -> row.getBoolean(1));
  }

  private void execute(String sql, @Nullable Object... values) {
    database.transaction(connection -> Jdbc.update(connection, sql, values));
  }

  /** Returns this machine's name. */
  static String host() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "localhost";
    }
  }
}
