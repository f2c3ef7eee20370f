package io.resultsink.postgres.testing;

/** Everything that can hang on a table of id, name and score. */
public final class Decorations {

  private Decorations() {}

  /** Index, check, trigger, grants, comments, row security, and an owner of another name. */
  public static void hangOn(TestTable table) {
    String name = table.quoted();
    table
        .database()
        .execute(
            "CREATE INDEX ON " + name + " (score)",
            "ALTER TABLE " + name + " ADD CHECK (score > -2000)",
            "CREATE FUNCTION results.touch() RETURNS trigger LANGUAGE plpgsql AS"
                + " 'BEGIN RETURN NEW; END'",
            "CREATE TRIGGER touch BEFORE INSERT ON "
                + name
                + " FOR EACH ROW EXECUTE FUNCTION results.touch()",
            "GRANT SELECT ON " + name + " TO reader",
            "GRANT SELECT, REFERENCES ON " + name + " TO stranger WITH GRANT OPTION",
            "REVOKE TRUNCATE ON " + name + " FROM sink",
            "GRANT UPDATE (name), INSERT (id, name) ON " + name + " TO reader",
            "COMMENT ON TABLE " + name + " IS 'ranked''s rows'",
            "COMMENT ON COLUMN " + name + ".score IS 'higher is better'",
            "ALTER TABLE " + name + " ENABLE ROW LEVEL SECURITY",
            "CREATE POLICY even ON " + name + " FOR SELECT TO reader USING (id % 2 = 0)",
            "CREATE POLICY named ON "
                + name
                + " AS RESTRICTIVE FOR UPDATE TO reader, stranger"
                + " USING (id > 0) WITH CHECK (name <> '')",
            "COMMENT ON POLICY even ON " + name + " IS 'odd ones are secret'",
            "ALTER TABLE " + name + " OWNER TO team");
  }

  /** A view, which keeps a table from being replaced. */
  public static void hangViewOn(TestTable table) {
    table.database().execute("CREATE VIEW results.seen AS SELECT id, note FROM " + table.quoted());
  }
}
