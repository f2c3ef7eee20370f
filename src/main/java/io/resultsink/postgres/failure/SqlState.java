package io.resultsink.postgres.failure;

import java.sql.SQLException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The <a href="https://www.postgresql.org/docs/current/errcodes-appendix.html">SQLSTATE codes</a>
 * that decide what happens next. The text of a message never decides, because it is translated and
 * changes.
 */
public final class SqlState {

  public static final String DATA_EXCEPTION = "22000";
  public static final String TOO_LONG = "22001";
  public static final String NUMBER_OUT_OF_RANGE = "22003";
  public static final String TIME_OUT_OF_RANGE = "22008";
  public static final String CHARACTER_NOT_IN_REPERTOIRE = "22021";
  public static final String INVALID_TEXT = "22P02";
  public static final String NULL_NOT_ALLOWED = "23502";
  public static final String CHECK_VIOLATION = "23514";
  public static final String RAISED = "P0001";
  public static final String UNIQUE_VIOLATION = "23505";
  public static final String CARDINALITY_VIOLATION = "21000";
  public static final String UNTRANSLATABLE_CHARACTER = "22P05";
  public static final String SERIALIZATION_FAILURE = "40001";
  public static final String DEADLOCK_DETECTED = "40P01";
  public static final String DEPENDENT_OBJECTS = "2BP01";
  public static final String UNDEFINED_TABLE = "42P01";
  public static final String DUPLICATE_TABLE = "42P07";
  public static final String LOCK_NOT_AVAILABLE = "55P03";
  public static final String INTERNAL_ERROR = "XX000";
  public static final String INVALID_PASSWORD = "28P01";
  public static final String INVALID_AUTHORIZATION = "28000";
  public static final String INVALID_CATALOG_NAME = "3D000";
  public static final String TOO_MANY_CONNECTIONS = "53300";
  public static final String CANNOT_CONNECT_NOW = "57P03";

  private static final String SHORT_OF_RESOURCES = "53";

  private static final Set<String> CONCURRENCY =
      Set.of(SERIALIZATION_FAILURE, DEADLOCK_DETECTED, LOCK_NOT_AVAILABLE);

  /** Shutdown, crash of another server process, termination by an administrator or a time limit. */
  private static final Set<String> SESSION_ENDED =
      Set.of("57P01", "57P02", CANNOT_CONNECT_NOW, "57P05", "25P03", "25P04");

  private SqlState() {}

  /** Returns the SQLSTATE of the first exception in the chain that has one. */
  public static @Nullable String of(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLException sql && sql.getSQLState() != null) {
        return sql.getSQLState();
      }
    }
    return null;
  }

  /** Returns whether the failure has this SQLSTATE. */
  public static boolean is(String sqlState, Throwable failure) {
    return sqlState.equals(of(failure));
  }

  /** Returns whether two transactions conflicted, so that a repetition may succeed. */
  public static boolean isConcurrency(Throwable failure) {
    String state = of(failure);
    return state != null && CONCURRENCY.contains(state);
  }

  /**
   * Returns whether a statement names an object that is missing or not permitted, or has a syntax
   * error (class 42).
   */
  public static boolean isOfDefinition(Throwable failure) {
    String state = of(failure);
    return state != null && state.startsWith("42");
  }

  /** Returns whether the session is lost, and with it the server's answer. */
  public static boolean isSessionLost(Throwable failure) {
    String state = of(failure);
    return state == null || state.startsWith("08") || SESSION_ENDED.contains(state);
  }

  /** Returns whether the server may accept a new session a moment later. */
  public static boolean isTransient(Throwable failure) {
    String state = of(failure);
    return isSessionLost(failure) || isConcurrency(failure) || TOO_MANY_CONNECTIONS.equals(state);
  }

  /** Returns whether the request may be right: a session was lost, or disk or memory were short. */
  public static boolean isTemporary(Throwable failure) {
    String state = of(failure);
    return isTransient(failure) || (state != null && state.startsWith(SHORT_OF_RESOURCES));
  }

  /** Returns whether the server answers, and accepts no session now. */
  public static boolean isBusy(Throwable failure) {
    return is(TOO_MANY_CONNECTIONS, failure) || is(CANNOT_CONNECT_NOW, failure);
  }

  /**
   * Returns whether two sessions created the same table, which either violates a unique index of
   * the catalog or is a duplicate table.
   */
  public static boolean isCreationRace(Throwable failure) {
    return is(UNIQUE_VIOLATION, failure) || is(DUPLICATE_TABLE, failure);
  }
}
