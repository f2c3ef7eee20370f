package io.resultsink.postgres.internal.publish;

import io.resultsink.postgres.destination.TableName;
import io.resultsink.postgres.destination.UndoLimit;
import io.resultsink.postgres.failure.InvalidTargetException;
import io.resultsink.postgres.failure.SqlState;
import io.resultsink.postgres.internal.catalog.ResolvedTarget;
import io.resultsink.postgres.internal.own.VersionComment;
import io.resultsink.postgres.internal.part.AsideTable;
import io.resultsink.postgres.internal.session.ServerReason;
import io.resultsink.postgres.internal.session.Session;
import io.resultsink.postgres.report.TableVersion;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.beam.sdk.annotations.Internal;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The versions of a table: tables that it was, in the schema that stages.
 *
 * <p>One is believed when it belongs to the table's owner or to our role: whoever can make such a
 * table can change the target itself.
 */
@Internal
public final class Versions {

  private static final Logger LOG = LoggerFactory.getLogger(Versions.class);

  /** A version that somebody reads, a backup perhaps, is left to the next time. */
  private static final Duration LOCK_TIMEOUT = Duration.ofMillis(200);

  private static final String SQL =
      """
      SELECT c.relname, left(obj_description(c.oid, 'pg_class'), 4000),
             greatest(c.reltuples, -1)::bigint, pg_total_relation_size(c.oid)
        FROM pg_class c
        JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE n.nspname = ? AND c.relkind = 'r' AND starts_with(c.relname::text, ?)
         AND pg_has_role(c.relowner, 'USAGE')
         AND c.relowner IN (to_regrole(quote_ident(current_user)),
                            (SELECT t.relowner FROM pg_class t WHERE t.oid = to_regclass(?)))
      """;

  private final Session session;
  private final ResolvedTarget target;

  /** Those of a target, in the session's transactions. */
  public Versions(Session session, ResolvedTarget target) {
    this.session = session;
    this.target = target;
  }

  private record Found(TableVersion version, String limit) {}

  /** Returns them, the one that was replaced last first. */
  public List<TableVersion> all() throws SQLException {
    return found().stream().map(Found::version).toList();
  }

  private List<Found> found() throws SQLException {
    List<Optional<Found>> candidates =
        session.list(
            SQL,
            row -> {
              TableName name = new TableName(target.stagingSchema(), row.getString(1));
              long rows = row.getLong(3);
              long bytes = row.getLong(4);
              return Optional.ofNullable(row.getString(2))
                  .flatMap(VersionComment::parse)
                  .filter(said -> said.target().equals(target.table()))
                  .map(said -> new Found(version(name, said, rows, bytes), said.limit()));
            },
            target.stagingSchema(),
            VersionComment.PREFIX,
            target.table().quoted());
    return candidates.stream()
        .flatMap(Optional::stream)
        .sorted(Comparator.comparing((Found one) -> one.version().replacedAt()).reversed())
        .toList();
  }

  private static TableVersion version(TableName name, VersionComment said, long rows, long bytes) {
    VersionComment.Origin origin = said.origin();
    return origin == null
        ? new TableVersion(name, null, null, null, said.replacedAt(), rows, bytes)
        : new TableVersion(
            name,
            origin.runId(),
            origin.mode(),
            origin.publishedAt(),
            said.replacedAt(),
            rows,
            bytes);
  }

  /** Puts aside a table whose name another has from now on. */
  void keep(TableName aside, VersionComment.@Nullable Origin origin, UndoLimit limit)
      throws SQLException {
    String name = VersionComment.PREFIX + UUID.randomUUID().toString().replace("-", "");
    VersionComment comment =
        new VersionComment(target.table(), origin, session.serverTime(), limit.text());
    AsideTable.put(session, aside, new TableName(target.stagingSchema(), name), comment.json());
  }

  /** Returns how many versions the run that replaced the newest of them keeps; none without one. */
  UndoLimit limitOfNewest() throws SQLException {
    return limitOf(found());
  }

  private static UndoLimit limitOf(List<Found> found) {
    try {
      return found.isEmpty() ? UndoLimit.NONE : UndoLimit.parse("undo", found.get(0).limit());
    } catch (InvalidTargetException e) {
      return UndoLimit.NONE;
    }
  }

  /**
   * Returns those beyond a limit, in a transaction of its own.
   *
   * @param limit none for the one that the run which replaced the newest of them had
   */
  public List<TableVersion> beyond(UndoLimit limit) throws SQLException {
    session.begin(LOCK_TIMEOUT, "look for versions of " + target.table());
    List<Found> found = found();
    Instant now = session.serverTime();
    session.commit();
    UndoLimit holds = limit.isNone() ? limitOf(found) : limit;
    if (holds.isNone()) {
      return List.of();
    }
    Duration age = holds.age();
    List<TableVersion> beyond = new ArrayList<>();
    for (Found one : found) {
      boolean goes =
          age == null
              ? found.indexOf(one) >= holds.versions()
              : Duration.between(one.version().replacedAt(), now).compareTo(age) > 0;
      if (goes) {
        beyond.add(one.version());
      }
    }
    return beyond;
  }

  /** Drops one, in a transaction of its own; false when it is in use, or gone. */
  public boolean drop(TableVersion version) throws SQLException {
    session.begin(LOCK_TIMEOUT, "drop " + version.name());
    try {
      // Under the lock, since an undo may have made it the table itself.
      session.execute("LOCK TABLE " + version.name().quoted() + " IN ACCESS EXCLUSIVE MODE");
      boolean there = all().stream().anyMatch(one -> one.name().equals(version.name()));
      if (there) {
        session.define("DROP TABLE " + version.name().quoted());
      }
      session.commit();
      return there;
    } catch (SQLException e) {
      if (SqlState.isSessionLost(e)) {
        throw e;
      }
      LOG.info("{} is left: {}", version.name(), ServerReason.of(e));
      session.rollback();
      return false;
    }
  }
}
