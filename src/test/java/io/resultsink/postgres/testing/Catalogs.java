package io.resultsink.postgres.testing;

import java.util.ArrayList;
import java.util.List;

/**
 * All catalogs of a database, whatever hangs on what: their sizes, and each comment and privilege.
 */
public final class Catalogs {

  /** Filled by ANALYZE, or the same in all databases. */
  private static final String SIZES =
      """
      SELECT relname FROM pg_class
       WHERE relnamespace = 'pg_catalog'::regnamespace AND relkind = 'r' AND NOT relisshared
         AND relname NOT IN ('pg_statistic', 'pg_statistic_ext_data', 'pg_largeobject')
      """;

  private static final List<String> CONTENTS =
      List.of(
          """
          SELECT 'comment', pg_describe_object(classoid, objoid, objsubid), description
            FROM pg_description
           WHERE objoid >= 16384 AND description NOT LIKE '{%'
          """,
          "SELECT 'relation', oid::regclass, ARRAY(SELECT unnest(relacl)::text ORDER BY 1) FROM pg_class WHERE relacl IS NOT NULL",
          "SELECT 'type', oid::regtype, ARRAY(SELECT unnest(typacl)::text ORDER BY 1) FROM pg_type WHERE typacl IS NOT NULL",
          """
          SELECT 'column', attrelid::regclass, attname, ARRAY(SELECT unnest(attacl)::text ORDER BY 1) FROM pg_attribute
           WHERE attacl IS NOT NULL
          """,
          """
          SELECT 'owner', pg_describe_object(classid, objid, objsubid),
                 pg_describe_object(refclassid, refobjid, 0), deptype
            FROM pg_shdepend
           WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
          """,
          """
          SELECT 'dependency', pg_describe_object(classid, objid, objsubid),
                 pg_describe_object(refclassid, refobjid, refobjsubid), deptype
            FROM pg_depend WHERE objid >= 16384
          """);

  private Catalogs() {}

  /** Reads them now; equal texts for equal content. */
  public static List<String> of(TestDatabase database) {
    List<String> lines = new ArrayList<>();
    for (String catalog : database.column(SIZES)) {
      String rows = database.value("SELECT count(*) FROM pg_catalog." + catalog);
      lines.add(catalog + " has " + rows + " rows");
    }
    for (String sql : CONTENTS) {
      // Names that PostgreSQL makes from numbers of objects.
      database.rows(sql).forEach(row -> lines.add(row.toString().replaceAll("(?<=_)\\d{5,}", "N")));
    }
    return lines.stream().sorted().toList();
  }
}
