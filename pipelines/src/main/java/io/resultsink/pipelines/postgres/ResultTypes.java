package io.resultsink.pipelines.postgres;

import io.resultsink.pipelines.query.QueryException;
import io.resultsink.postgres.internal.column.PostgresBinary;
import io.resultsink.postgres.internal.column.PostgresText;
import io.resultsink.postgres.internal.session.Jdbc;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.beam.sdk.schemas.Schema.FieldType;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.Field;

/**
 * The Beam types of a result's columns, each of which becomes a column of the same PostgreSQL type.
 *
 * <p>A domain becomes its base type, because the server describes it so.
 */
final class ResultTypes {

  private static final Map<String, FieldType> PLAIN =
      Map.of(
          "bool", FieldType.BOOLEAN,
          "int2", FieldType.INT16,
          "int4", FieldType.INT32,
          "int8", FieldType.INT64,
          "float4", FieldType.FLOAT,
          "float8", FieldType.DOUBLE,
          "text", FieldType.STRING,
          "bytea", FieldType.BYTES);

  /** The types whose values have a meaning only in their own database. */
  private static final Set<String> OF_ONE_DATABASE =
      Set.of(
          "regproc",
          "regprocedure",
          "regoper",
          "regoperator",
          "regclass",
          "regcollation",
          "regtype",
          "regrole",
          "regnamespace",
          "regconfig",
          "regdictionary",
          "regdatabase",
          "aclitem",
          // The statistics of its tables.
          "pg_node_tree",
          "pg_ndistinct",
          "pg_dependencies",
          "pg_mcv_list",
          "pg_brin_bloom_summary",
          "pg_brin_minmax_multi_summary");

  /**
   * The types that are sent as text. For an empty value of some, the receive function refuses the
   * output of the send function. The binary form of an infinite interval means a finite one to
   * servers before 17, while they refuse its text.
   */
  private static final Set<String> AS_TEXT =
      Set.of("int2vector", "oidvector", "tsquery", "interval");

  private static final String TYPES =
      """
      SELECT t.typname, n.nspname,
             e.typname AS element, m.nspname AS element_schema,
             'p' IN (t.typtype, e.typtype) AS of_pseudo_type,
             t.typsend <> 0 AND t.typreceive <> 0 AND t.oid < 16384
               AND n.nspname = 'pg_catalog' AS built_in,
             format_type(t.oid, a.modifier) AS shown,
             substr(format_type(coalesce(e.oid, t.oid), a.modifier),
               length(format_type(coalesce(e.oid, t.oid), -1)) + 1) AS modifier
        FROM (SELECT i, (?::bigint[])[i]::oid AS type, (?::integer[])[i] AS modifier
                FROM generate_subscripts(?::bigint[], 1) AS i) AS a
        JOIN pg_type t ON t.oid = a.type
        JOIN pg_namespace n ON n.oid = t.typnamespace
        LEFT JOIN pg_type e ON e.typarray = t.oid
        LEFT JOIN pg_namespace m ON m.oid = e.typnamespace
       ORDER BY a.i
      """;

  private record Found(
      String name,
      String schema,
      @Nullable String element,
      @Nullable String elementSchema,
      boolean ofPseudoType,
      boolean builtIn,
      String shown,
      String modifier) {

    String ofValues() {
      return element == null ? name : element;
    }
  }

  private final boolean shown;
  private final List<String> problems = new ArrayList<>();

  private ResultTypes(boolean shown) {
    this.shown = shown;
  }

  /**
   * Returns the columns of a result, in a transaction with an empty search path.
   *
   * @param printed whether the rows are printed, with every type as text
   * @throws QueryException naming each column whose type has a meaning only in its database
   */
  static List<ResultColumn> of(
      Connection connection, List<Field> fields, List<String> names, boolean printed)
      throws SQLException {
    List<Found> found = find(connection, fields);
    ResultTypes types = new ResultTypes(printed);
    List<ResultColumn> columns = new ArrayList<>();
    for (int i = 0; i < fields.size(); i++) {
      FieldType type = types.type(names.get(i), fields.get(i).getMod(), found.get(i));
      columns.add(
          new ResultColumn(
              names.get(i), fields.get(i).getOID(), type, isBinary(type, found.get(i))));
    }
    if (!types.problems.isEmpty()) {
      throw new QueryException(String.join("\n", types.problems));
    }
    return columns;
  }

  /** Returns PostgreSQL's name of the type of a field. */
  static String shown(FieldType type) {
    return type.getLogicalType() != null
        ? type.getLogicalType().toString()
        : PLAIN.entrySet().stream()
            .filter(plain -> plain.getValue().getTypeName() == type.getTypeName())
            .map(Map.Entry::getKey)
            .findFirst()
            .orElse(type.toString());
  }

  private static boolean isBinary(FieldType type, Found found) {
    return found.builtIn
        && (type.getLogicalType() instanceof PostgresBinary || PLAIN.containsKey(found.name));
  }

  private static List<Found> find(Connection connection, List<Field> fields) throws SQLException {
    Long[] oids =
        fields.stream().map(field -> Integer.toUnsignedLong(field.getOID())).toArray(Long[]::new);
    Integer[] modifiers = fields.stream().map(Field::getMod).toArray(Integer[]::new);
    return Jdbc.list(
        connection,
        TYPES,
        row ->
            new Found(
                row.getString("typname"),
                row.getString("nspname"),
                row.getString("element"),
                row.getString("element_schema"),
                row.getBoolean("of_pseudo_type"),
                row.getBoolean("built_in"),
                row.getString("shown"),
                row.getString("modifier")),
        oids,
        modifiers,
        oids);
  }

  private FieldType type(String column, int modifier, Found type) {
    FieldType plain = type.builtIn ? PLAIN.get(type.name) : null;
    if (plain != null) {
      return plain;
    }
    if (shown) {
      return FieldType.logicalType(PostgresText.of(type.schema, type.name, "", false));
    }
    String reason = reasonAgainst(type);
    if (reason != null) {
      problems.add(
          "column %s is of type %s, %s; cast it, such as to text"
              .formatted(column, type.shown, reason));
      return FieldType.STRING;
    }
    if (type.builtIn && !AS_TEXT.contains(type.ofValues())) {
      return FieldType.logicalType(PostgresBinary.of(type.name, modifier));
    }
    try {
      return FieldType.logicalType(
          type.element != null
              ? PostgresText.of(
                  String.valueOf(type.elementSchema), type.ofValues(), type.modifier, true)
              : PostgresText.of(type.schema, type.name, type.modifier, false));
    } catch (IllegalArgumentException e) {
      problems.add(
          "column %s is of type %s, whose modifier cannot be written for another table; cast it, such as to text"
              .formatted(column, type.shown));
      return FieldType.STRING;
    }
  }

  private static @Nullable String reasonAgainst(Found type) {
    boolean ofPostgres = type.schema.equals("pg_catalog");
    if (ofPostgres && OF_ONE_DATABASE.contains(type.ofValues())) {
      return "whose values have a meaning only in this database";
    }
    if (ofPostgres && type.ofValues().equals("money")) {
      return "whose value depends on the server's locale";
    }
    if (type.ofPseudoType || ofPostgres && !type.builtIn) {
      return "which no table column can have";
    }
    return null;
  }
}
