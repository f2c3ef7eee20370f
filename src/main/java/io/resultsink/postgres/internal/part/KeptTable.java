package io.resultsink.postgres.internal.part;

import io.resultsink.postgres.destination.TableName;
import io.resultsink.postgres.failure.SqlState;
import io.resultsink.postgres.internal.part.TablePart.Phase;
import io.resultsink.postgres.internal.part.TableParts.Making;
import io.resultsink.postgres.internal.session.Conflict;
import io.resultsink.postgres.internal.session.PreparedQuery;
import io.resultsink.postgres.internal.session.Session;
import io.resultsink.postgres.internal.url.Identifier;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.beam.sdk.annotations.Internal;
import org.jspecify.annotations.Nullable;

/**
 * A new table that gets all parts of an old one, phase by phase.
 *
 * <p>Definitions are read and made under the empty search path. Under the role's path, an operator
 * of another role could be a better match than the intended one.
 */
@Internal
public final class KeptTable {

  private static final List<TablePart> HANDED_OVER = List.of(TableParts.SEQUENCES);

  private static final List<TablePart> WHILE_READERS_WAIT =
      Stream.of(HANDED_OVER, TableParts.of(Phase.REBOUND), TableParts.of(Phase.NAMED))
          .flatMap(List::stream)
          .toList();

  private final Session session;
  private final TableName old;
  private final Identifier prefix;
  private final TableParts parts;
  private @Nullable PreparedQuery proving;
  private TableParts.@Nullable Asked swapping;

  private KeptTable(Session session, TableName old, TableParts parts) {
    this.session = session;
    this.old = old;
    // A random name, so that no other role can take it first.
    this.prefix =
        new Identifier("result_sink_new_" + UUID.randomUUID().toString().replace("-", ""));
    this.parts = parts;
  }

  /** Creates the description of the new table of {@code old}. */
  public static KeptTable of(Session session, TableName old) throws SQLException {
    return new KeptTable(session, old, TableParts.ofSameColumns(session, old));
  }

  /** Returns the old table's parts. */
  public TableParts parts() {
    return parts;
  }

  /** Reads the catalog of the table that has the old one's name now. */
  public TableProof proof() throws SQLException {
    if (proving == null) {
      proving = TableProof.prepare(session, old);
    }
    return TableProof.of(proving);
  }

  /** Returns what the names of indexes begin with until they get those of the old ones. */
  Identifier prefix() {
    return prefix;
  }

  /** Returns the name of the new table until the swap. */
  public TableName name() {
    return new TableName(old.schema(), prefix.name());
  }

  /**
   * Creates the new table, empty, with the name {@link #name()}.
   *
   * @throws PartFailedException naming the part that could not be made
   */
  public void create() throws SQLException {
    execute(
        new Making("columns", "CREATE TABLE %s (" + parts.definitions().replace("%", "%%") + ")"),
        name());
    // An event trigger may have turned on row security when the table was created.
    session.execute(
        "ALTER TABLE %s DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY"
            .formatted(name().quoted()));
    shape(name());
  }

  /**
   * Makes the parts of {@code fresh} that need no index, such as defaults, CHECK constraints and
   * storage options.
   */
  public void shape(TableName fresh) throws SQLException {
    make(Phase.SHAPE, fresh);
  }

  /** Builds the indexes and statistics objects of {@code fresh}; its readers go on meanwhile. */
  public void index(TableName fresh) throws SQLException {
    make(Phase.INDEX, fresh);
  }

  /** Makes constraints of indexes of {@code fresh}, such as primary keys. */
  public void constrain(TableName fresh) throws SQLException {
    make(Phase.CONSTRAINT, fresh);
    requireSeenByAll(fresh);
  }

  /**
   * PostgreSQL does not use an index of updated rows for snapshots that are older than the index.
   */
  private void requireSeenByAll(TableName fresh) throws SQLException {
    String sql =
        "SELECT FROM pg_index WHERE indrelid = to_regclass(?) AND (indcheckxmin OR NOT indisvalid)";
    if (session.find(sql, row -> true, fresh.quoted()).isPresent()) {
      throw new Conflict(
          "somebody's snapshot is older than rows of the new table, and would miss them in its"
              + " indexes");
    }
  }

  /** Runs {@code ANALYZE}, unless one before the indexes has collected all statistics. */
  public void analyzeExpressions(TableName fresh) throws SQLException {
    String sql =
        """
        SELECT EXISTS (SELECT FROM pg_index
                        WHERE indrelid = to_regclass(?) AND indexprs IS NOT NULL)
            OR EXISTS (SELECT FROM pg_statistic_ext WHERE stxrelid = to_regclass(?))
        """;
    if (session.one(sql, row -> row.getBoolean(1), fresh.quoted(), fresh.quoted())) {
      session.execute("ANALYZE " + fresh.quoted());
    }
  }

  /** Tries all steps on an empty table, and rolls them back. */
  public void rehearse() throws SQLException {
    session.execute("SAVEPOINT rehearsal");
    create();
    index(name());
    constrain(name());
    session.execute("ROLLBACK TO SAVEPOINT rehearsal");
    session.execute("RELEASE SAVEPOINT rehearsal");
  }

  /**
   * Returns the statements that check foreign keys; writers of the tables at their other ends wait.
   */
  public List<Making> references(TableName fresh) throws SQLException {
    return parts.making(TableParts.of(Phase.REFERENCE), names(fresh)).values().stream()
        .flatMap(List::stream)
        .toList();
  }

  /**
   * Executes statements for {@code fresh}.
   *
   * @throws PartFailedException naming the part that could not be made
   */
  public void make(List<Making> statements, TableName fresh) throws SQLException {
    for (Making statement : statements) {
      execute(statement, fresh);
    }
  }

  /** Returns the statements that lock what readers of the old table lock before it. */
  public List<String> firstLocks() throws SQLException {
    return parts.making(TableParts.of(Phase.LOCK)).values().stream()
        .flatMap(List::stream)
        .map(statement -> statement.of(old))
        .toList();
  }

  /** Asks once what is asked while readers wait, so that the server has planned it. */
  public void prepareSwap(TableName fresh) throws SQLException {
    swapping = parts.prepare(WHILE_READERS_WAIT, names(fresh));
    swapping.now();
  }

  TableParts.Fresh names(TableName fresh) {
    return new TableParts.Fresh(fresh, prefix);
  }

  /**
   * Puts {@code fresh} into the place of the old table, which is locked against readers. It was
   * given to {@link #prepareSwap} before.
   *
   * @param rights what is done before, while both are there
   * @param leaving what becomes of the old table
   */
  public void takePlace(TableName fresh, Rights rights, Leaving leaving) throws SQLException {
    Map<TablePart, List<Making>> making = Objects.requireNonNull(swapping).now();
    rights.give();
    execute(making, HANDED_OVER, fresh);
    TableName aside = new TableName(old.schema(), prefix.name() + "_old");
    rename(old, aside);
    rename(fresh, old);
    execute(making, TableParts.of(Phase.REBOUND), old);
    leaving.of(aside);
    revokeFromSequences();
    execute(making, TableParts.of(Phase.NAMED), old);
  }

  private void rename(TableName table, TableName other) throws SQLException {
    session.execute(
        "ALTER TABLE " + table.quoted() + " RENAME TO " + Identifier.quote(other.table()));
  }

  private void execute(Map<TablePart, List<Making>> making, List<TablePart> those, TableName table)
      throws SQLException {
    for (TablePart part : those) {
      make(making.getOrDefault(part, List.of()), table);
    }
  }

  /** Gives the new table its owner, its grants and its comments. */
  @FunctionalInterface
  public interface Rights {
    void give() throws SQLException;
  }

  /** The end of an old table whose name another has now: it is dropped, or kept. */
  @FunctionalInterface
  public interface Leaving {
    void of(TableName aside) throws SQLException;
  }

  /** Default privileges may have given privileges on the sequences of identities. */
  private void revokeFromSequences() throws SQLException {
    String sql =
        """
        SELECT DISTINCT 'REVOKE ALL ON SEQUENCE ' || q.oid::regclass || ' FROM '
               || CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(g.grantee)) END
          FROM pg_depend d
          JOIN pg_class q ON q.oid = d.objid AND q.relkind = 'S',
               aclexplode(coalesce(q.relacl, acldefault('s', q.relowner))) AS g
         WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = to_regclass(?)
           AND d.classid = 'pg_class'::regclass AND d.deptype = 'i'
        """;
    List<String> revoked = session.list(sql, row -> row.getString(1), old.quoted());
    session.defineExpressions(revoked.toArray(String[]::new));
  }

  private void make(Phase phase, TableName fresh) throws SQLException {
    for (List<Making> statements : parts.making(TableParts.of(phase), names(fresh)).values()) {
      make(statements, fresh);
    }
  }

  private void execute(Making statement, TableName fresh) throws SQLException {
    try {
      session.execute(statement.of(fresh));
    } catch (SQLException e) {
      if (SqlState.isTemporary(e)) {
        throw e;
      }
      throw new PartFailedException(statement.what(), e);
    }
  }
}
