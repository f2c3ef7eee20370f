package io.resultsink.postgres.internal.copy;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A type that an array of it can be sent of: the format names the element type by its OID, which
 * only PostgreSQL's own types have the same in every database (pg_type.dat).
 *
 * @param name pg_type.typname
 */
public record ElementType(String name, int oid) {

  private static final Map<String, Integer> OIDS =
      Map.ofEntries(
          Map.entry("bool", 16),
          Map.entry("bytea", 17),
          Map.entry("char", 18),
          Map.entry("name", 19),
          Map.entry("int8", 20),
          Map.entry("int2", 21),
          Map.entry("int4", 23),
          Map.entry("text", 25),
          Map.entry("json", 114),
          Map.entry("float4", 700),
          Map.entry("float8", 701),
          Map.entry("bpchar", 1042),
          Map.entry("varchar", 1043),
          Map.entry("date", 1082),
          Map.entry("time", 1083),
          Map.entry("timestamp", 1114),
          Map.entry("timestamptz", 1184),
          Map.entry("interval", 1186),
          Map.entry("timetz", 1266),
          Map.entry("numeric", 1700),
          Map.entry("uuid", 2950),
          Map.entry("jsonb", 3802));

  /** The type of a name in pg_catalog; null for one without an encoder here. */
  public static @Nullable ElementType named(String name) {
    Integer oid = OIDS.get(name);
    return oid == null ? null : new ElementType(name, oid);
  }
}
