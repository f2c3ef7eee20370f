package io.resultsink.postgres.internal.publish;

import io.resultsink.postgres.destination.TableName;
import io.resultsink.postgres.failure.PublishFailedException;
import io.resultsink.postgres.failure.ResultSinkException.Remedy;
import io.resultsink.postgres.failure.SqlState;
import io.resultsink.postgres.internal.part.TablePart;
import io.resultsink.postgres.internal.part.TableParts;
import io.resultsink.postgres.internal.part.TableParts.Making;
import io.resultsink.postgres.internal.session.ServerReason;
import io.resultsink.postgres.internal.session.Session;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * The properties that the new table gets in every replace: owner, grants, comments, row security,
 * settings of columns.
 *
 * <p>Each property is stored as the statements that make it, with {@code %s} for the new table's
 * name. Two tables have equal properties if their statements are equal.
 */
final class CarriedProperties {

  /** The parts that are read before readers wait. */
  private static final List<TablePart> WITHOUT_EXPRESSIONS =
      List.of(
          TableParts.OWNER,
          TableParts.REPLICA_IDENTITY,
          TableParts.COLLATIONS,
          TableParts.SETTINGS,
          TableParts.GRANTS,
          TableParts.COMMENTS,
          TableParts.SECURITY_LABELS,
          TableParts.ROW_SECURITY,
          TableParts.OTHER_COLUMNS);

  /**
   * All parts, policies included. The expressions of policies are read and written under the empty
   * search path, because they mean something else under another path.
   */
  private static final List<TablePart> ALL =
      Stream.concat(WITHOUT_EXPRESSIONS.stream(), Stream.of(TableParts.POLICIES)).toList();

  /** The parts that a new table gets before ANALYZE. */
  private static final TablePart[] SETTINGS = {
    TableParts.REPLICA_IDENTITY, TableParts.COLLATIONS, TableParts.SETTINGS
  };

  private static final TablePart[] RIGHTS = {
    TableParts.OWNER, TableParts.GRANTS, TableParts.COMMENTS, TableParts.SECURITY_LABELS
  };

  /** The grantees of a table. Privileges that default privileges gave them are revoked. */
  private static final String GRANTEES =
      """
      SELECT DISTINCT CASE g.grantee WHEN 0 THEN 'PUBLIC'
                                     ELSE quote_ident(pg_get_userbyid(g.grantee)) END
        FROM pg_class c, aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) AS g
       WHERE c.oid = to_regclass(?)
      """;

  private final Map<TablePart, List<Making>> statements;

  private CarriedProperties(Map<TablePart, List<Making>> statements) {
    this.statements = statements;
  }

  /**
   * Reads the properties of {@code table} without its policies, for the columns that the new table
   * has too. Empty if there is no such table.
   */
  static CarriedProperties read(TableParts parts) throws SQLException {
    return new CarriedProperties(parts.making(WITHOUT_EXPRESSIONS));
  }

  /** Prepares what {@link #read(TableParts)} asks, to ask it while readers wait. */
  static TableParts.Asked prepare(TableParts parts) throws SQLException {
    return parts.prepare(WITHOUT_EXPRESSIONS, null);
  }

  static CarriedProperties read(TableParts.Asked prepared) throws SQLException {
    return new CarriedProperties(prepared.now());
  }

  /**
   * Reads the properties of {@code table} with its policies. The server locks the tables that the
   * policies read.
   */
  static CarriedProperties readAll(TableParts parts) throws SQLException {
    return new CarriedProperties(parts.making(ALL));
  }

  private List<Making> made(TablePart part) {
    return Objects.requireNonNull(statements.get(part));
  }

  private boolean same(CarriedProperties other, TablePart... parts) {
    return Stream.of(parts).allMatch(part -> made(part).equals(other.made(part)));
  }

  /** Returns whether two tables have the same settings of columns and replica identity. */
  boolean hasSettingsOf(CarriedProperties other) {
    return same(other, SETTINGS);
  }

  /** Returns whether two tables have the same owner, privileges, comments and labels. */
  boolean hasRightsOf(CarriedProperties other) {
    return same(other, RIGHTS);
  }

  /** Returns the properties that the new table has otherwise than the old one. */
  List<TablePart> differences(CarriedProperties made) {
    return ALL.stream()
        .filter(
            part ->
                part == TableParts.OTHER_COLUMNS ? !made.made(part).isEmpty() : !same(made, part))
        .toList();
  }

  /** The statements that make the settings of columns and the replica identity of {@code table}. */
  String[] makingSettings(TableName table) {
    return making(table, SETTINGS);
  }

  /** Returns the statements that give {@code table} the old row security. */
  String[] makingRowSecurity(TableName table) {
    return making(table, TableParts.ROW_SECURITY);
  }

  private String[] making(TableName table, TablePart... parts) {
    return Stream.of(parts)
        .flatMap(part -> made(part).stream())
        .map(statement -> statement.of(table))
        .toArray(String[]::new);
  }

  /**
   * Gives owner, privileges and comments to {@code table}, and revokes all other privileges on it.
   */
  void applyRights(Session session, TableName table) throws SQLException {
    session.define(making(table, TableParts.OWNER));
    List<String> revoked =
        session.list(
            GRANTEES,
            row -> "REVOKE ALL ON TABLE " + table.quoted() + " FROM " + row.getString(1),
            table.quoted());
    String[] given =
        making(table, TableParts.GRANTS, TableParts.COMMENTS, TableParts.SECURITY_LABELS);
    session.define(Stream.concat(revoked.stream(), Stream.of(given)).toArray(String[]::new));
  }

  /** Creates the policies of {@code table}, which already has the target's name. */
  void applyPolicies(Session session, TableName table) throws SQLException {
    try {
      session.defineExpressions(making(table, TableParts.POLICIES));
    } catch (SQLException e) {
      if (!SqlState.isOfDefinition(e)) {
        throw e;
      }
      throw new PublishFailedException(
          "the policies of "
              + table
              + " cannot be made for its new table (SQLSTATE "
              + SqlState.of(e)
              + "): "
              + ServerReason.of(e)
              + "; rolled back, the table is untouched; they run under an empty search_path: give"
              + " the event trigger's function a SET search_path",
          Remedy.FIX_TABLE,
          SqlState.of(e),
          ServerReason.scrubbed(e));
    }
  }
}
