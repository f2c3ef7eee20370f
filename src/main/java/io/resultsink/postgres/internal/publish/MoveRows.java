package io.resultsink.postgres.internal.publish;

import io.resultsink.postgres.destination.TableName;
import io.resultsink.postgres.failure.PublishFailedException;
import io.resultsink.postgres.failure.ResultSinkException.Remedy;
import io.resultsink.postgres.internal.column.Column;
import io.resultsink.postgres.internal.column.Columns;
import io.resultsink.postgres.internal.lock.LockAttempts;
import io.resultsink.postgres.internal.part.KeptTable;
import io.resultsink.postgres.internal.part.TablePart;
import io.resultsink.postgres.internal.part.TableParts;
import io.resultsink.postgres.internal.session.Session;
import io.resultsink.postgres.internal.session.SessionPair;
import io.resultsink.postgres.internal.url.Identifier;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The move of the staged rows into a target that exists, under the mode's lock. */
@FunctionalInterface
interface MoveRows {

  /**
   * The objects of the move.
   *
   * @param sessions the one that works, and one that reads for it
   * @param key the columns of mode=update
   * @param fresh the new table with the rows and what it takes over, for replace
   * @param references the foreign keys that the new table gets while readers wait
   * @param time what the attempt may wait for locks
   * @param leaving what becomes of the table that is replaced; null when it is dropped
   */
  record Scene(
      SessionPair sessions,
      ReportedRows rows,
      TableName table,
      Columns columns,
      List<String> key,
      @Nullable NewTable fresh,
      List<TableParts.Making> references,
      LockAttempts.Time time,
      KeptTable.@Nullable Leaving leaving) {

    Session session() {
      return sessions.first();
    }
  }

  /** Moves the rows, and returns how many. */
  long move(Scene scene) throws SQLException;

  /** append. */
  static long insert(Scene scene) throws SQLException {
    return inRoleSearchPath(scene, insertStatement(scene));
  }

  /** truncate. */
  static long deleteAndInsert(Scene scene) throws SQLException {
    deferForeignKeys(scene);
    inRoleSearchPath(scene, "DELETE FROM " + scene.table().quoted());
    requireEmpty(scene, "DELETE");
    return inRoleSearchPath(scene, insertStatement(scene));
  }

  /**
   * truncate with reset=truncate. Every snapshot sees frozen rows, so that who waits for the lock
   * finds the new rows, however old its snapshot is.
   */
  static long truncateAndCopy(Scene scene) throws SQLException {
    Session session = scene.session();
    inRoleSearchPath(scene, "TRUNCATE TABLE " + scene.table().quoted());
    requireEmpty(scene, "TRUNCATE");
    session.useRoleSearchPath(); // of functions in checks, defaults and indexes
    long rows = FrozenCopy.fill(scene.sessions(), scene.table(), scene.columns(), scene.rows());
    session.useEmptySearchPath();
    // Left to the commit, a foreign key would wait for others there, and readers for us.
    session.execute("SET CONSTRAINTS ALL IMMEDIATE");
    return rows;
  }

  /** update. */
  static long upsert(Scene scene) throws SQLException {
    requireKeys(scene);
    List<String> rest =
        scene.columns().columns().stream()
            .map(Column::name)
            .filter(name -> !scene.key().contains(name))
            .toList();
    // If the result has the key columns only, they are set to themselves, because DO NOTHING would
    // not count the row.
    String assignments =
        (rest.isEmpty() ? scene.key() : rest)
            .stream()
                .map(Identifier::quote)
                .map(column -> column + " = EXCLUDED." + column)
                .collect(Collectors.joining(", "));
    String key = scene.key().stream().map(Identifier::quote).collect(Collectors.joining(", "));
    return inRoleSearchPath(
        scene, insertStatement(scene) + "\nON CONFLICT (" + key + ") DO UPDATE SET " + assignments);
  }

  /** replace with keep=all: the new table gets the old definition, and a comparison proves it. */
  static long swapKeeping(Scene scene) throws SQLException {
    Session session = scene.session();
    KeptTable.Leaving leaving = scene.leaving();
    KeptTable.Leaving dropped =
        aside -> session.execute("DROP TABLE " + aside.quoted() + " RESTRICT");
    return new KeepingSwap(
            session,
            scene.table(),
            Objects.requireNonNull(scene.fresh()),
            leaving != null ? leaving : dropped,
            "an event trigger of the database may have changed it, or this version of PostgreSQL"
                + " has something that keep=all does not support; use mode=truncate")
        .run(scene.references(), scene.time());
  }

  /** replace. */
  static long swap(Scene scene) throws SQLException {
    Session session = scene.session();
    NewTable fresh = Objects.requireNonNull(scene.fresh());
    CarriedProperties now = CarriedProperties.readAll(fresh.parts());
    TableName name = fresh.name();
    if (fresh.staging() != null) {
      name = fresh.staging().release(session, name);
    }
    if (!now.hasSettingsOf(fresh.has())) {
      session.define(now.makingSettings(name));
    }
    if (fresh.staging() != null || !now.hasRightsOf(fresh.has())) {
      now.applyRights(session, name);
    }
    ForeignKeys.dropSeveral(session, scene.table(), scene.time());
    String away = "DROP TABLE " + scene.table().quoted() + " RESTRICT";
    KeptTable.Leaving leaving = scene.leaving();
    if (leaving != null) {
      TableName aside = new TableName(name.schema(), name.table() + "_old");
      session.define(renaming(scene.table(), aside.table()));
      leaving.of(aside);
      away = "";
    }
    session.define(
        away,
        renaming(name, scene.table().table()),
        String.join(";", now.makingRowSecurity(scene.table())));
    now.applyPolicies(session, scene.table());
    requireKept(scene, now);
    return fresh.rows();
  }

  private static String renaming(TableName table, String name) {
    return "ALTER TABLE " + table.quoted() + " RENAME TO " + Identifier.quote(name);
  }

  /**
   * An event trigger may have changed the new table. Readers wait meanwhile, so this is skipped in
   * a database without event triggers.
   */
  private static void requireKept(Scene scene, CarriedProperties wanted) throws SQLException {
    String sql = "SELECT EXISTS (SELECT FROM pg_event_trigger WHERE evtenabled <> 'D')";
    if (!isTrue(scene, sql)) {
      return;
    }
    CarriedProperties made =
        CarriedProperties.readAll(Objects.requireNonNull(scene.fresh()).parts());
    List<String> changed = wanted.differences(made).stream().map(TablePart::words).toList();
    if (!changed.isEmpty()) {
      throw new PublishFailedException(
          "an event trigger of the database changes the new table of "
              + scene.table()
              + ": "
              + String.join(", ", changed)
              + "; rolled back, the table is untouched; exclude this table from the trigger, or use"
              + " mode=truncate",
          Remedy.FIX_TABLE,
          null,
          null);
    }
  }

  /** A unique index accepts any number of NULLs, each as a new row; a primary key refuses them. */
  private static void requireKeys(Scene scene) throws SQLException {
    ResultKeys keys = new ResultKeys(scene.rows(), scene.columns(), scene.key());
    if (keys.haveNull(scene.session())) {
      throw new PublishFailedException(
          keys.unusable(scene.session()).orElseThrow() + "; " + scene.table() + " is untouched",
          Remedy.FIX_DATA,
          null,
          null);
    }
  }

  private static boolean isTrue(Scene scene, String question) throws SQLException {
    return scene.session().one(question, row -> row.getBoolean(1));
  }

  private static String insertStatement(Scene scene) {
    return "INSERT INTO "
        + scene.table().quoted()
        + " AS target (" // an alias, because a target named excluded would be ambiguous
        + scene.columns().names()
        + ")\n"
        + scene.rows().select();
  }

  /** The target's triggers use the role's search path, as they do outside of the sink. */
  private static long inRoleSearchPath(Scene scene, String sql) throws SQLException {
    scene.session().useRoleSearchPath();
    long rows = scene.session().execute(sql);
    scene.session().useEmptySearchPath();
    return rows;
  }

  /**
   * Defers all constraints. The preflight has refused foreign keys that cannot be deferred. A name
   * would also mean constraints of other tables with that name, which may not be deferrable.
   */
  private static void deferForeignKeys(Scene scene) throws SQLException {
    scene.session().execute("SET CONSTRAINTS ALL DEFERRED");
  }

  private static void requireEmpty(Scene scene, String how) throws SQLException {
    if (isTrue(scene, "SELECT EXISTS (SELECT FROM " + scene.table().quoted() + ")")) {
      throw new PublishFailedException(
          ("rows of %s remain after %s, kept by a trigger or a rule of the table; the table is"
                  + " untouched; use mode=update, or mode=replace")
              .formatted(scene.table(), how),
          Remedy.FIX_TABLE,
          null,
          null);
    }
  }
}
