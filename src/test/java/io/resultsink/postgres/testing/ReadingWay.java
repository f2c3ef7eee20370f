package io.resultsink.postgres.testing;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;

/**
 * How a session reads a table of {@link Generations}, in a transaction whose snapshot was taken
 * before: each way meets a publish at another place in the server.
 */
public enum ReadingWay implements Reader {
  SELECT {
    @Override
    public List<List<String>> read(ReadingSession session, String table) throws SQLException {
      return session.rows(tally(table));
    }
  },
  /** A prepared statement of the driver's, kept for as long as the session. */
  PREPARED_STATEMENT {
    @Override
    public List<List<String>> read(ReadingSession session, String table) throws SQLException {
      return session.preparedRows(tally(table));
    }
  },
  /** One of SQL's own; its snapshot is taken before the table is locked. */
  PREPARE_AND_EXECUTE {
    @Override
    public void open(ReadingSession session, String table) throws SQLException {
      session.execute("PREPARE tally AS " + tally(table));
    }

    @Override
    public List<List<String>> read(ReadingSession session, String table) throws SQLException {
      return session.rows("EXECUTE tally");
    }
  },
  /** Fetched in two halves. */
  CURSOR {
    @Override
    public List<List<String>> read(ReadingSession session, String table) throws SQLException {
      session.execute("DECLARE reading CURSOR FOR " + rowsOf(table));
      List<List<String>> rows = new ArrayList<>(session.rows("FETCH 100 FROM reading"));
      rows.addAll(session.rows("FETCH ALL FROM reading"));
      return tallied(rows);
    }
  },
  /** Fetched when its transaction is over. */
  CURSOR_WITH_HOLD {
    @Override
    public List<List<String>> read(ReadingSession session, String table) throws SQLException {
      session.execute("DECLARE held CURSOR WITH HOLD FOR " + rowsOf(table) + "; COMMIT");
      List<List<String>> rows = session.rows("FETCH ALL FROM held");
      session.execute("CLOSE held");
      return tallied(rows);
    }

    @Override
    public void end(ReadingSession session) {}
  },
  VOLATILE_FUNCTION,
  VOLATILE_FUNCTION_WITH_EXECUTE,
  STABLE_FUNCTION,
  STABLE_FUNCTION_WITH_EXECUTE,
  COPY_TO_STDOUT {
    @Override
    public List<List<String>> read(ReadingSession session, String table) throws SQLException {
      return tallied(session.copy("COPY " + table + " (score, id) TO STDOUT"));
    }
  },
  /** Through postgres_fdw, in a session of its own on the other side. */
  FOREIGN_TABLE {
    @Override
    public void takeSnapshot(ReadingSession session, String isolation) throws SQLException {
      session.execute(begin(isolation) + "SELECT * FROM reading.far_anchor");
    }

    @Override
    public List<List<String>> read(ReadingSession session, String table) throws SQLException {
      return session.rows(tally("reading.far"));
    }
  },
  /** With a snapshot that another session took and exported. */
  IMPORTED_SNAPSHOT {
    @Override
    public boolean isPossibleAt(String isolation) {
      return !isolation.equals("READ COMMITTED");
    }

    @Override
    public void takeSnapshot(ReadingSession session, String isolation) throws SQLException {
      session.other().execute(begin(isolation));
      String snapshot = session.other().rows("SELECT pg_export_snapshot()").get(0).get(0);
      session.execute(begin(isolation) + "SET TRANSACTION SNAPSHOT '" + snapshot + "'");
    }

    @Override
    public List<List<String>> read(ReadingSession session, String table) throws SQLException {
      return session.rows(tally(table));
    }

    @Override
    public void end(ReadingSession session) throws SQLException {
      super.end(session);
      session.other().execute("COMMIT");
    }
  };

  /** Lets {@link TestingPostgres#READER} read a table in all ways. */
  static void open(TestDatabase database, String table) {
    String reader = TestingPostgres.READER;
    for (String setting : ReadingSession.TELLS_OF_WAITS) {
      database.execute(
          "ALTER ROLE " + reader + " IN DATABASE " + database.name() + " SET " + setting);
    }
    database.executeAs(TestingPostgres.SINK, "GRANT SELECT ON " + table + " TO " + reader);
    database.execute(
        "CREATE SCHEMA reading",
        "CREATE TABLE reading.anchor (nothing int)",
        "CREATE EXTENSION postgres_fdw SCHEMA reading",
        "CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '127.0.0.1', port '"
            + database.server().port()
            + "', dbname '"
            + database.name()
            + "', application_name '"
            + TestingPostgres.FIXTURE
            + "')",
        "CREATE USER MAPPING FOR PUBLIC SERVER far OPTIONS (user '"
            + reader
            + "', password '"
            + TestingPostgres.PASSWORD
            + "')",
        "CREATE FOREIGN TABLE reading.far (id bigint, score float8) SERVER far OPTIONS "
            + options(table),
        "CREATE FOREIGN TABLE reading.far_anchor (nothing int) SERVER far"
            + " OPTIONS (schema_name 'reading', table_name 'anchor')");
    for (ReadingWay way :
        List.of(
            VOLATILE_FUNCTION,
            VOLATILE_FUNCTION_WITH_EXECUTE,
            STABLE_FUNCTION,
            STABLE_FUNCTION_WITH_EXECUTE)) {
      database.execute(way.function(table));
    }
    database.execute(
        "GRANT USAGE ON SCHEMA reading TO " + reader,
        "GRANT SELECT ON ALL TABLES IN SCHEMA reading TO " + reader);
  }

  private static String options(String table) {
    String[] name = table.split("\\.", 2);
    return "(schema_name '" + name[0] + "', table_name '" + name[1].replace("\"", "") + "')";
  }

  private String function(String table) {
    String query = tally(table);
    return "CREATE FUNCTION reading."
        + name()
        + "() RETURNS TABLE (generation text, n text, ids text, squares text) LANGUAGE plpgsql "
        + (name().startsWith("STABLE") ? "STABLE" : "VOLATILE")
        + " AS $$ BEGIN RETURN QUERY "
        + (name().endsWith("EXECUTE") ? "EXECUTE $q$" + query + "$q$" : query)
        + "; END $$";
  }

  /** Those that are no function of this class's say it otherwise. */
  @Override
  public List<List<String>> read(ReadingSession session, String table) throws SQLException {
    return session.rows("SELECT * FROM reading." + name() + "()");
  }

  @Override
  public String toString() {
    return name().replace('_', ' ').toLowerCase(Locale.ROOT);
  }

  private static String rowsOf(String table) {
    return "SELECT score, id FROM " + table;
  }

  /** What tells a complete generation from everything else. */
  static String tally(String table) {
    return "SELECT score::int::text, count(*)::text, sum(id)::text, sum(id * id)::text FROM "
        + table
        + " GROUP BY score ORDER BY min(score)";
  }

  /** The same, of the rows themselves. */
  private static List<List<String>> tallied(List<List<String>> rows) {
    TreeMap<Integer, long[]> generations = new TreeMap<>();
    for (List<String> row : rows) {
      long id = Long.parseLong(row.get(1));
      long[] sums =
          generations.computeIfAbsent((int) Double.parseDouble(row.get(0)), absent -> new long[3]);
      sums[0]++;
      sums[1] += id;
      sums[2] += id * id;
    }
    return generations.entrySet().stream()
        .map(entry -> Generations.tally(entry.getKey(), entry.getValue()))
        .toList();
  }
}
