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

/** Beam SQL as far as its answers are right. */
@Internal
public final class BeamSql {

  private BeamSql() {}

  /**
   * Returns how SQL is parsed: names are quoted by backticks and keep their case; {@code !=} and
   * {@code %} are taken.
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
   * @throws RefusedQuery when Beam SQL would not answer it rightly
   * @throws SqlParseException when it is no SQL
   * @throws ValidationException when it names what there is not
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
   * Checks the grammar of a query; what its tables and columns are is not looked at.
   *
   * @throws RefusedQuery when something in it is not accepted
   * @throws SqlParseException when it is no SQL
   */
  public static void check(String sql) throws SqlParseException {
    Grammar.accepted(SqlParser.create(sql, dialect()).parseStmt());
  }

  /** Calcite calls a column without a name {@code EXPR$2}; Treasure Data calls it {@code _col2}. */
  private static PCollection<Row> named(PCollection<Row> rows, List<String> names) {
    Schema.Builder named = Schema.builder();
    for (int i = 0; i < names.size(); i++) {
      boolean unnamed = names.get(i).equals("EXPR$" + i);
      named.addField(rows.getSchema().getField(i).withName(unnamed ? "_col" + i : names.get(i)));
    }
    // The same rows: only the schema that says their names is another.
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
