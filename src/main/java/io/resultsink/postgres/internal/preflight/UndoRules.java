package io.resultsink.postgres.internal.preflight;

import io.resultsink.postgres.destination.Keep;
import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.destination.Reset;
import io.resultsink.postgres.destination.UndoLimit;
import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.failure.IncompatibleTableException;
import io.resultsink.postgres.internal.catalog.ExistingTable;
import io.resultsink.postgres.internal.catalog.Privileges;
import io.resultsink.postgres.internal.catalog.ResolvedTarget;
import io.resultsink.postgres.internal.session.Session;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** The rules of an undo: those of a replace that keeps the definition, since it is one. */
public final class UndoRules {

  private UndoRules() {}

  /**
   * Refuses a table that cannot be replaced with all that hangs on it.
   *
   * @throws IncompatibleTableException with every reason
   */
  public static void require(Session session, ResolvedTarget resolved, PostgresTarget target)
      throws SQLException {
    List<String> problems = new ArrayList<>();
    ExistingTable table = ExistingTable.find(session, resolved.table()).orElse(null);
    if (table == null) {
      problems.add("there is no table " + resolved.table());
    } else {
      PostgresTarget keeping =
          target.toBuilder()
              .mode(WriteMode.REPLACE)
              .unique(List.of())
              .keep(Keep.ALL)
              .reset(Reset.DELETE)
              .undo(UndoLimit.ofVersions(1)) // what it replaces is kept
              .build();
      TableRules rules =
          new TableRules(session, new Privileges(session), keeping, table, List.of(), problems);
      if (rules.isWritableKind()) {
        rules.check();
      }
    }
    refuse(resolved, problems);
  }

  /** Refuses for these reasons; nothing without one. */
  public static void refuse(ResolvedTarget resolved, List<String> problems) {
    if (!problems.isEmpty()) {
      throw new IncompatibleTableException(
          (problems.size() == 1 ? "1 reason" : problems.size() + " reasons")
              + " not to undo "
              + resolved
              + "; the table is untouched",
          problems);
    }
  }
}
