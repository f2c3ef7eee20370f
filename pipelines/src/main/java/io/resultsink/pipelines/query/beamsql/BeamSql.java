package io.resultsink.pipelines.query.beamsql;

import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.annotations.Internal;
import org.apache.beam.sdk.extensions.sql.impl.JdbcDriver;
import org.apache.beam.sdk.extensions.sql.impl.parser.BeamSqlParser;
import org.apache.beam.sdk.extensions.sql.impl.rel.BeamSqlRelUtils;
import org.apache.beam.sdk.extensions.sql.meta.BeamSqlTable;
import org.apache.beam.sdk.extensions.sql.meta.provider.ReadOnlyTableProvider;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.transforms.SimpleFunction;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.Row;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.config.Lex;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.schema.SchemaPlus;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.parser.SqlParseException;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.parser.SqlParser;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.validate.SqlConformanceEnum;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.tools.RelConversionException;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.tools.ValidationException;

/** The part of Beam SQL whose answers are right. */
@Internal
public final class BeamSql {

  private BeamSql() {}

  /**
   * Returns the parser's settings: names are quoted by backticks and keep their case; {@code !=}
   * and {@code %} are accepted.
   */
  public static SqlParser.Config dialect() {
    return SqlParser.config()
        .withLex(Lex.JAVA)
        .withConformance(SqlConformanceEnum.LENIENT)
        .withParserFactory(BeamSqlParser.FACTORY);
  }

  /**
   * Adds a query to a pipeline.
   *
   * @throws RefusedQuery if Beam SQL would answer it wrongly
   * @throws SqlParseException if it is not SQL
   * @throws ValidationException if it names something that does not exist
   */
  public static PCollection<Row> query(
      Pipeline pipeline, String sql, Map<String, BeamSqlTable> tables)
      throws SqlParseException, ValidationException, RelConversionException {
    SchemaPlus schema =
        JdbcDriver.connect(new ReadOnlyTableProvider("input", tables), pipeline.getOptions())
            .getCurrentSchemaPlus();
    Planned planned = Planned.of(sql, schema);
    return named(BeamSqlRelUtils.toPCollection(pipeline, planned.rel()), planned.names());
  }

  /**
   * Checks the grammar of a query, without its tables and columns.
   *
   * @throws RefusedQuery if something in it is not accepted
   * @throws SqlParseException if it is not SQL
   */
  public static void check(String sql) throws SqlParseException {
    Grammar.accepted(SqlParser.create(sql, dialect()).parseStmt());
  }

  /**
   * Returns Treasure Data's names of unnamed columns, such as {@code _col2} for Calcite's {@code
   * EXPR$2}.
   */
  private static PCollection<Row> named(PCollection<Row> rows, List<String> names) {
    Schema.Builder named = Schema.builder();
    for (int i = 0; i < names.size(); i++) {
      boolean unnamed = names.get(i).equals("EXPR$" + i);
      named.addField(rows.getSchema().getField(i).withName(unnamed ? "_col" + i : names.get(i)));
    }
    // Returns the same rows with a schema of other names.
    Schema schema = named.build();
    return rows.apply("Name columns", MapElements.via(new Rename(schema))).setRowSchema(schema);
  }

  private static final class Rename extends SimpleFunction<Row, Row> {

    private final Schema schema;

    private Rename(Schema schema) {
      this.schema = schema;
    }

    @Override
    public Row apply(Row row) {
      return Row.withSchema(schema).attachValues(row.getValues());
    }
  }
}
