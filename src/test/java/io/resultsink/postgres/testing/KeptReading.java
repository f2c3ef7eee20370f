package io.resultsink.postgres.testing;

import java.sql.SQLException;
import java.util.List;
import java.util.Locale;

/** A way of reading a table of {@link Generations} through the things that hang on it. */
public enum KeptReading implements Reader {
  /** Of an index alone, once a vacuum has seen the rows. */
  INDEX_ONLY_SCAN {
    @Override
    public void open(ReadingSession session, String table) throws SQLException {
      session.execute("SET enable_seqscan = off; SET enable_bitmapscan = off");
    }

    @Override
    String from(String table) {
      return table;
    }
  },
  VIEW {
    @Override
    String from(String table) {
      return "reading.plain";
    }
  },
  VIEW_OF_VIEWS {
    @Override
    String from(String table) {
      return "reading.joined";
    }
  },
  JOIN_WITH_REFERENCING_TABLE {
    @Override
    String from(String table) {
      return "reading.child JOIN " + table + " ON parent = id";
    }
  },
  /** Whose own policy reads the table. */
  TABLE_WITH_POLICY {
    @Override
    String from(String table) {
      return "(SELECT score, id FROM reading.guarded JOIN " + table + " USING (id)) AS seen";
    }
  };

  abstract String from(String table);

  /** Makes all of it for a table whose rows have ids from 0. */
  public static void open(TestDatabase database, String table, long rows) {
    String ids = "SELECT generate_series(0, " + (rows - 1) + ")::bigint AS id";
    database.execute("GRANT ALL ON SCHEMA reading TO " + TestingPostgres.SINK);
    database.executeAs(
        TestingPostgres.SINK,
        "CREATE INDEX ON " + table + " (score, id)",
        "CREATE VIEW reading.plain AS SELECT * FROM " + table,
        "CREATE VIEW reading.joined AS SELECT p.* FROM reading.plain AS p JOIN (SELECT id FROM "
            + table
            + " GROUP BY id) AS grouped USING (id)",
        "CREATE TABLE reading.child (parent bigint REFERENCES " + table + " ON DELETE CASCADE)",
        "INSERT INTO reading.child " + ids,
        "CREATE TABLE reading.guarded AS " + ids,
        "ALTER TABLE reading.guarded ENABLE ROW LEVEL SECURITY",
        "CREATE POLICY by_it ON reading.guarded USING (id IN (SELECT id FROM " + table + "))",
        "GRANT SELECT ON reading.plain, reading.joined, reading.child, reading.guarded TO "
            + TestingPostgres.READER);
  }

  @Override
  public List<List<String>> read(ReadingSession session, String table) throws SQLException {
    return session.rows(ReadingWay.tally(from(table)));
  }

  @Override
  public String toString() {
    return name().replace('_', ' ').toLowerCase(Locale.ROOT);
  }
}
