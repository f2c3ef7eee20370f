package io.resultsink.pipelines.schedule;

import io.resultsink.postgres.internal.session.Jdbc;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The access to the rows of schedules, in one transaction. */
final class ScheduleStore {

  private static final String UNIQUE_VIOLATION = "23505";

  private static final String ALL = "SELECT * FROM pgresult.schedule ";

  private final Connection connection;

  ScheduleStore(Connection connection) {
    this.connection = connection;
  }

  /** Adds a schedule. */
  void create(Schedule schedule) throws SQLException {
    write(
        """
        INSERT INTO pgresult.schedule
          (name, cron, zone, delay_seconds, database, database_password, result, result_password,
           sql, runner_options, engine, types, nulls, missed, overlap, retries, paused, next_tick, key)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
        schedule);
  }

  /** Writes all values but the key. */
  void update(Schedule schedule) throws SQLException {
    write(
        """
        UPDATE pgresult.schedule
           SET name = ?, cron = ?, zone = ?, delay_seconds = ?, database = ?,
               database_password = ?, result = ?, result_password = ?, sql = ?,
               runner_options = ?, engine = ?, types = ?, nulls = ?, missed = ?, overlap = ?,
               retries = ?, paused = ?, next_tick = ?, problem = NULL
         WHERE key = ?
        """,
        schedule);
  }

  private void write(String sql, Schedule schedule) throws SQLException {
    ScheduledQuery query = schedule.query();
    try {
      Jdbc.update(
          connection,
          sql,
          schedule.name(),
          schedule.cron().text(),
          schedule.cron().zone().getId(),
          schedule.delay().toSeconds(),
          query.database(),
          query.databasePassword(),
          query.result(),
          query.resultPassword(),
          query.sql(),
          query.runnerOptions().toArray(String[]::new),
          query.engine(),
          pairs(query.types()),
          query.nulls().toArray(String[]::new),
          EnumText.text(schedule.missed()),
          EnumText.text(schedule.overlap()),
          schedule.retries(),
          schedule.paused(),
          schedule.nextTick(),
          schedule.key());
    } catch (SQLException e) {
      if (UNIQUE_VIOLATION.equals(e.getSQLState())) {
        throw new ScheduleException(
            "schedule '%s' exists already; change it with pgresult sched update %s, or use another name"
                .formatted(schedule.name(), schedule.name()));
      }
      throw e;
    }
  }

  /** Sets the next tick. */
  void setNextTick(Schedule schedule, @Nullable Instant tick) throws SQLException {
    Jdbc.update(
        connection,
        "UPDATE pgresult.schedule SET next_tick = ? WHERE key = ?",
        tick,
        schedule.key());
  }

  /** Sets the next tick to an earlier one, unless another process has planned meanwhile. */
  void pullBack(Schedule schedule, Instant tick) throws SQLException {
    Jdbc.update(
        connection,
        "UPDATE pgresult.schedule SET next_tick = ? WHERE key = ? AND next_tick = ? AND cron = ?",
        tick,
        schedule.key(),
        schedule.nextTick(),
        schedule.cron().text());
  }

  /** Records why a schedule cannot be planned, for its display; null if it can. */
  void setProblem(String key, @Nullable String problem) throws SQLException {
    Jdbc.update(
        connection,
        "UPDATE pgresult.schedule SET problem = ? WHERE key = ? AND problem IS DISTINCT FROM ?",
        problem,
        key,
        problem);
  }

  /** Records the start of a run. */
  void setLastStart(Schedule schedule, Instant now) throws SQLException {
    Jdbc.update(
        connection,
        "UPDATE pgresult.schedule SET last_start = ? WHERE key = ?",
        now,
        schedule.key());
  }

  void delete(String key) throws SQLException {
    Jdbc.update(connection, "DELETE FROM pgresult.schedule WHERE key = ?", key);
  }

  /** Returns all schedules, by name. */
  List<StoredSchedule> all() throws SQLException {
    return select(ALL + "ORDER BY name");
  }

  /**
   * Returns the schedule of this name.
   *
   * @throws ScheduleException with all names, if there is none; or if it cannot be read
   */
  Schedule require(String name) throws SQLException {
    return one(name, select(ALL + "WHERE name = ?", name)).require();
  }

  /**
   * Returns the schedule of this name and locks it: until the transaction ends, nobody else changes
   * it or adds runs.
   */
  Schedule lock(String name) throws SQLException {
    return lockUnread(name).require();
  }

  /** Locks a schedule as {@link #lock} does, also one that cannot be read. */
  StoredSchedule lockUnread(String name) throws SQLException {
    return one(name, select(ALL + "WHERE name = ? FOR UPDATE", name));
  }

  /**
   * Returns a schedule whose next run must start, and locks it. Skips schedules that another
   * serving process has locked.
   *
   * @param without the keys of schedules that are left out
   */
  Optional<StoredSchedule> lockDue(Instant now, Set<String> without) throws SQLException {
    return select(
            ALL
                + """
                WHERE next_tick + delay_seconds * interval '1 second' <= ? AND key <> ALL (?)
                ORDER BY next_tick LIMIT 1 FOR UPDATE SKIP LOCKED
                """,
            now,
            without.toArray(String[]::new))
        .stream()
        .findFirst();
  }

  private StoredSchedule one(String name, List<StoredSchedule> found) throws SQLException {
    if (!found.isEmpty()) {
      return found.get(0);
    }
    List<String> names = all().stream().map(StoredSchedule::name).toList();
    throw new ScheduleException(
        "there is no schedule '%s'; %s"
            .formatted(
                name,
                names.isEmpty()
                    ? "create it with pgresult sched create " + name + " ..."
                    : "there are: " + String.join(", ", names)));
  }

  private List<StoredSchedule> select(String sql, @Nullable Object... values) throws SQLException {
    return Jdbc.list(connection, sql, ScheduleStore::stored, values);
  }

  /** A row that cannot be read affects only that schedule. */
  static StoredSchedule stored(ResultSet row) throws SQLException {
    Schedule schedule = null;
    String problem = row.getString("problem");
    try {
      schedule = read(row);
    } catch (ScheduleException e) {
      problem = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    } catch (IllegalArgumentException e) {
      problem = "a later version of pgresult has written it";
    }
    return new StoredSchedule(
        row.getString("name"),
        row.getString("key"),
        row.getString("cron"),
        row.getString("zone"),
        schedule,
        problem);
  }

  private static Schedule read(ResultSet row) throws SQLException {
    return new Schedule(
        row.getString("name"),
        row.getString("key"),
        Cron.parse(row.getString("cron"), Cron.zone(row.getString("zone"))),
        Duration.ofSeconds(row.getLong("delay_seconds")),
        new ScheduledQuery(
            row.getString("database"),
            row.getString("database_password"),
            row.getString("result"),
            row.getString("result_password"),
            row.getString("sql"),
            texts(row, "runner_options"),
            row.getString("engine"),
            map(texts(row, "types")),
            texts(row, "nulls")),
        EnumText.constant(MissedTicks.class, row, "missed"),
        EnumText.constant(Overlap.class, row, "overlap"),
        row.getInt("retries"),
        row.getBoolean("paused"),
        Jdbc.instantOrNull(row, "next_tick"));
  }

  private static List<String> texts(ResultSet row, String column) throws SQLException {
    return List.of((String[]) row.getArray(column).getArray());
  }

  /** Returns the entries of a map as texts {@code key=value}; no key has an equals sign. */
  private static String[] pairs(Map<String, String> map) {
    return map.entrySet().stream()
        .map(entry -> entry.getKey() + "=" + entry.getValue())
        .toArray(String[]::new);
  }

  /** Returns the map of such texts. */
  private static Map<String, String> map(List<String> pairs) {
    Map<String, String> map = new LinkedHashMap<>();
    for (String pair : pairs) {
      int equals = pair.indexOf('=');
      map.put(pair.substring(0, equals), pair.substring(equals + 1));
    }
    return map;
  }
}
