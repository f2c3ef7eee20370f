package io.resultsink.postgres.testing;

import io.resultsink.postgres.PostgresResultSink;
import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.destination.WriteMode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** A table, or the name of a missing one, that goes with its {@link TestDatabase}. */
public record TestTable(TestDatabase database, String name) {

  /** A table of the sink's role with a random suffix; {@code columns} as CREATE TABLE has them. */
  public static TestTable create(TestDatabase database, String prefix, String columns) {
    TestTable table = missing(database, prefix);
    database.executeAs(
        TestingPostgres.SINK, "CREATE TABLE " + table.quoted() + " (" + columns + ")");
    return table;
  }

  /** A name that no table has. */
  public static TestTable missing(TestDatabase database, String prefix) {
    return new TestTable(
        database,
        prefix + " " + Integer.toString(ThreadLocalRandom.current().nextInt(1 << 30), 36));
  }

  /** The name as SQL writes it, with its schema. */
  public String quoted() {
    return TestDatabase.SCHEMA + ".\"" + name.replace("\"", "\"\"") + '"';
  }

  /** The name as messages show it. */
  public String resolved() {
    return TestDatabase.SCHEMA + "." + name;
  }

  /** The name as a URL writes it. */
  public String encoded() {
    return URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /** The table's URL with options as {@code mode=append}. */
  public String url(String options) {
    return database.url(encoded() + "?" + Rejecting.andRejects(options));
  }

  /** The options of a mode, keyed by {@code id} for update. */
  public static String options(WriteMode mode) {
    return mode == WriteMode.UPDATE ? "mode=update&unique=id" : "mode=" + mode.option();
  }

  /** A sink into this table, keyed by {@code id} for update. */
  public PostgresResultSink sink(WriteMode mode) {
    return PostgresResultSink.to(url(options(mode)));
  }

  /** As {@link #sink(WriteMode)} with more options. */
  public PostgresResultSink sink(WriteMode mode, String options) {
    return PostgresResultSink.to(url(options(mode) + "&" + options));
  }

  /** The parsed target, to set what has no fixed text form. */
  public PostgresTarget target(WriteMode mode) {
    return PostgresTarget.parse(url(options(mode)));
  }

  /** All rows, sorted by the columns named. */
  public List<List<String>> rows(String columns) {
    return database.rows("SELECT " + columns + " FROM " + quoted() + " ORDER BY " + columns);
  }

  /** How many rows there are. */
  public long count() {
    return Long.parseLong(database.value("SELECT count(*) FROM " + quoted()));
  }

  /** Up to ten rows that are missing or too many, against a query over the same columns. */
  public List<List<String>> difference(String columns, String expected) {
    String actual = "SELECT " + columns + " FROM " + quoted();
    return database.rows(
        """
        SELECT 'missing', * FROM ((%1$s) EXCEPT ALL (%2$s)) a
        UNION ALL SELECT 'unexpected', * FROM ((%2$s) EXCEPT ALL (%1$s)) b
        ORDER BY 1, 2 LIMIT 10
        """
            .formatted(expected, actual));
  }

  /** The table's object id. */
  public String oid() {
    return database.value("SELECT '" + quoted().replace("'", "''") + "'::regclass::oid");
  }
}
