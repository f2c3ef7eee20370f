package io.resultsink.postgres.testing;

import java.util.ArrayList;
import java.util.List;

/** A table of id, name and score with everything on it that {@code keep=all} keeps. */
public final class Furnished {

  private static final List<String> FUNCTIONS =
      List.of(
          "CREATE FUNCTION results.acts() RETURNS trigger LANGUAGE plpgsql AS"
              + " 'BEGIN RETURN coalesce(NEW, OLD); END'",
          "CREATE FUNCTION results.norm(text) RETURNS text LANGUAGE sql IMMUTABLE AS"
              + " 'SELECT pg_catalog.lower($1)'",
          "CREATE TABLE results.log (what text)");

  private static final List<String> PARTS =
      List.of(
          "ALTER TABLE %s ADD CONSTRAINT \"Key %%s\" PRIMARY KEY (id) INCLUDE (score) WITH"
              + " (fillfactor = 70)",
          "ALTER TABLE %s ADD CONSTRAINT later_key UNIQUE (id, name) DEFERRABLE INITIALLY DEFERRED",
          "CREATE UNIQUE INDEX identified ON %s (id)",
          "ALTER TABLE %s ALTER score SET NOT NULL, REPLICA IDENTITY USING INDEX identified",
          "ALTER TABLE %s ADD CONSTRAINT apart EXCLUDE USING gist"
              + " (int8range(id, id, '[]') WITH &&) WITH (fillfactor = 60) WHERE (id >= 0)",
          "ALTER TABLE %s ADD CONSTRAINT near CHECK (score > -2000) NO INHERIT",
          "CREATE INDEX \"By \"\"name\"\"\" ON %s (results.norm(name) DESC NULLS LAST, score) WITH"
              + " (fillfactor = 50) WHERE name <> 'x%%s'",
          "ALTER INDEX results.\"By \"\"name\"\"\" ALTER COLUMN 1 SET STATISTICS 33",
          "CREATE INDEX by_prefix ON %s (name text_pattern_ops)",
          "CREATE INDEX by_range ON %s USING brin (id) WITH (pages_per_range = 8)",
          "CREATE INDEX by_hash ON %s USING hash (name)",
          "ALTER TABLE %s CLUSTER ON by_prefix",
          "CREATE STATISTICS results.both (ndistinct, mcv) ON id, score FROM %s",
          "ALTER STATISTICS results.both SET STATISTICS 77",
          "CREATE STATISTICS results.of_expressions ON (id + 1), (lower(name)) FROM %s",
          "CREATE TRIGGER changes BEFORE UPDATE OF name ON %s FOR EACH ROW WHEN (NEW.score > 5)"
              + " EXECUTE FUNCTION results.acts('a', 'it''s %%s')",
          "CREATE TRIGGER off BEFORE INSERT ON %s FOR EACH ROW EXECUTE FUNCTION results.acts()",
          "CREATE TRIGGER replica BEFORE DELETE ON %s FOR EACH ROW EXECUTE FUNCTION results.acts()",
          "CREATE TRIGGER always BEFORE TRUNCATE ON %s EXECUTE FUNCTION results.acts()",
          "ALTER TABLE %s DISABLE TRIGGER off, ENABLE REPLICA TRIGGER replica,"
              + " ENABLE ALWAYS TRIGGER always",
          "CREATE CONSTRAINT TRIGGER late AFTER UPDATE ON %s DEFERRABLE FOR EACH ROW EXECUTE"
              + " FUNCTION results.acts()",
          "COMMENT ON CONSTRAINT late ON %s IS 'constraint of a trigger'",
          "COMMENT ON TYPE %s IS 'row type'",
          "REVOKE USAGE ON TYPE %s FROM PUBLIC",
          "GRANT USAGE ON TYPE %s TO stranger WITH GRANT OPTION",
          "CREATE RULE noted AS ON UPDATE TO %s WHERE NEW.id < 0 DO ALSO INSERT INTO results.log"
              + " VALUES ('updated ' || OLD.name)",
          "CREATE RULE dormant AS ON DELETE TO %s DO ALSO DELETE FROM results.log WHERE false",
          "ALTER TABLE %s DISABLE RULE dormant",
          "ALTER TABLE %s ENABLE ROW LEVEL SECURITY",
          "CREATE POLICY positive ON %s FOR SELECT TO reader USING (id >= 0 AND EXISTS (SELECT FROM"
              + " %s AS other WHERE other.id >= 0))",
          "ALTER TABLE %s SET (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.3,"
              + " toast.autovacuum_enabled = false)",
          "ALTER TABLE %s ALTER name SET STORAGE EXTERNAL, ALTER name SET COMPRESSION pglz,"
              + " ALTER name SET STATISTICS 500, ALTER score SET (n_distinct = 10),"
              + " ALTER name SET DEFAULT 'none of ''%%s'''",
          "COMMENT ON TABLE %s IS 'rows %%s'",
          "COMMENT ON COLUMN %s.name IS 'what''s it called'",
          "COMMENT ON CONSTRAINT \"Key %%s\" ON %s IS 'key'",
          "COMMENT ON CONSTRAINT near ON %s IS 'check'",
          "COMMENT ON INDEX results.\"By \"\"name\"\"\" IS 'index'",
          "COMMENT ON TRIGGER changes ON %s IS 'trigger'",
          "COMMENT ON RULE noted ON %s IS 'rule'",
          "COMMENT ON POLICY positive ON %s IS 'policy'",
          "COMMENT ON STATISTICS results.both IS 'statistics'",
          "GRANT SELECT, INSERT ON %s TO stranger WITH GRANT OPTION",
          "GRANT SELECT (id), UPDATE (name) ON %s TO reader",
          "REVOKE TRUNCATE ON %s FROM sink");

  /** Of other tables, and with them. */
  private static final List<String> RELATIONS =
      List.of(
          "CREATE TABLE results.referenced AS SELECT i::bigint AS id FROM generate_series(-10,"
              + " 2000) AS i",
          "ALTER TABLE results.referenced ADD PRIMARY KEY (id)",
          "ALTER TABLE %s ADD CONSTRAINT refers FOREIGN KEY (id) REFERENCES results.referenced"
              + " ON DELETE CASCADE DEFERRABLE",
          "COMMENT ON CONSTRAINT refers ON %s IS 'to another'",
          "ALTER TABLE %s ADD CONSTRAINT itself FOREIGN KEY (id) REFERENCES %s (id)",
          "CREATE TABLE results.referring (parent bigint CONSTRAINT to_it REFERENCES %s (id)"
              + " ON DELETE SET NULL)",
          "COMMENT ON CONSTRAINT to_it ON results.referring IS 'from another'",
          "CREATE POLICY by_it ON results.referring USING (parent IN (SELECT id FROM %s))",
          "CREATE RULE by_it AS ON UPDATE TO results.log WHERE NEW.what = '%%s' DO ALSO UPDATE %s"
              + " SET name = NEW.what WHERE false",
          "CREATE VIEW results.reading WITH (security_barrier) AS SELECT id, name FROM %s",
          "CREATE VIEW results.reading_that AS SELECT count(*) AS n FROM results.reading");

  /** Of columns that the result does not have, or that generate. */
  private static final List<String> MORE_COLUMNS =
      List.of(
          "CREATE TYPE results.mood AS ENUM ('sad', 'happy')",
          "CREATE DOMAIN results.short AS text CHECK (length(VALUE) < 200)",
          "ALTER TABLE %s ADD gone int, ADD number serial, ADD slug text GENERATED ALWAYS AS"
              + " (lower(name)) STORED, ADD mood results.mood DEFAULT 'happy',"
              + " ADD brief results.short COLLATE \"C\", ADD at timestamptz(3) DEFAULT now(),"
              + " ADD \"Weird \"\"%%s\"\"\" varchar(50), ADD tags text[]",
          "ALTER TABLE %s DROP gone, DROP tags",
          "ALTER TABLE %s ADD counted int GENERATED ALWAYS AS IDENTITY"
              + " (SEQUENCE NAME results.counts START 100 INCREMENT 5 CACHE 3)",
          "ALTER TABLE %s ADD CONSTRAINT loosely CHECK (score < 1e9) NOT VALID",
          "CREATE UNIQUE INDEX by_number ON %s (number)",
          "GRANT USAGE ON SEQUENCE results.counts TO stranger",
          "COMMENT ON SEQUENCE results.counts IS 'counts'",
          "ALTER TABLE %s OWNER TO team");

  /** What PostgreSQL has since 15 and 18. */
  private static final List<String> SINCE_15 =
      List.of("CREATE UNIQUE INDEX nulls ON %s (id, name) NULLS NOT DISTINCT");

  private static final List<String> SINCE_18 =
      List.of(
          "ALTER TABLE %s ADD virtual int GENERATED ALWAYS AS (id * 2) VIRTUAL",
          "ALTER TABLE %s ADD CONSTRAINT unenforced CHECK (id < 10000) NOT ENFORCED",
          "ALTER TABLE %s ADD CONSTRAINT brief_there NOT NULL \"Weird \"\"%%s\"\"\" NOT VALID",
          "ALTER TABLE %s ALTER \"Weird \"\"%%s\"\"\" SET DEFAULT 'w'",
          "COMMENT ON CONSTRAINT brief_there ON %s IS 'not null'");

  private Furnished() {}

  /** Creates one whose rows can stay where they are staged. */
  public static TestTable plain(TestDatabase database) {
    return create(database, List.of(PARTS, RELATIONS));
  }

  /** Creates one whose rows have to be copied, since not the result alone fills it. */
  public static TestTable more(TestDatabase database) {
    return create(database, List.of(PARTS, RELATIONS, MORE_COLUMNS));
  }

  private static TestTable create(TestDatabase database, List<List<String>> parts) {
    int version = Integer.parseInt(database.value("SHOW server_version_num")) / 10_000;
    List<List<String>> all = new ArrayList<>(List.of(FUNCTIONS));
    all.addAll(parts);
    if (version >= 15) {
      all.add(SINCE_15);
    }
    if (version >= 18 && parts.contains(MORE_COLUMNS)) {
      all.add(SINCE_18);
    }
    TestTable table =
        TestTable.create(
            database,
            "Furnished \"%s\"",
            "id bigint NOT NULL, name text COLLATE \"C\", score float8");
    database.executeAs(
        TestingPostgres.SINK,
        all.stream()
            .flatMap(List::stream)
            .map(sql -> sql.replace("%%s", "\0").replace("%s", table.quoted()).replace("\0", "%s"))
            .toArray(String[]::new));
    return table;
  }
}
