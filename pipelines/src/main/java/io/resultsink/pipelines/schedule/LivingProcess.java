package io.resultsink.pipelines.schedule;

import io.resultsink.postgres.internal.session.Jdbc;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The row that tells others that this process lives, and until when it surely does. */
final class LivingProcess {

  /** So many beats may be missed before others take over. */
  static final int BEATS = 4;

  private final ScheduleDatabase database;
  private final UUID id = UUID.randomUUID();
  private final boolean serving;
  private final Duration heartbeat;

  /**
   * Nobody sees it before its first beat.
   *
   * @param serving whether it takes any run; false for one that executes runs of its own alone
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

  /** Lives for {@value #BEATS} heartbeats more, by the database's clock. */
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

  /** Is gone; what it had in its hands is for others. */
  void end() {
    execute("DELETE FROM pgresult.server WHERE id = ?", id);
  }

  /** Returns whether any server lives that takes runs. */
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

  /** As others may know this machine. */
  static String host() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "localhost";
    }
  }
}
