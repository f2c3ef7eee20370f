package io.resultsink.sql;

import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.extensions.sql.SqlTransform;
import org.apache.beam.sdk.extensions.sql.impl.rel.BeamIOSinkRel;
import org.apache.beam.sdk.extensions.sql.meta.provider.InvalidTableException;
import org.apache.beam.sdk.runners.TransformHierarchy;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.config.CalciteConnectionConfig;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.prepare.CalciteCatalogReader;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rel.type.RelDataType;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rel.type.RelDataTypeField;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.SqlIdentifier;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.SqlInsert;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.SqlNode;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.SqlOperatorTable;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.parser.SqlParseException;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.parser.SqlParser;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.parser.SqlParserImplFactory;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.util.SqlOperatorTables;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.validate.SqlValidator;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.validate.SqlValidatorUtil;
import org.jspecify.annotations.Nullable;

/**
 * The INSERT that is being planned, with its query as it is written.
 *
 * <p>Beam SQL gives a table rows that are cast already. In its plan, a cast that it has added is
 * the same as one of the query. So the query is validated once more, alone. Beam has no public way
 * to the statement, which is why private members of Beam are read here.
 */
final class InsertStatement {

  private final BeamIOSinkRel sink;
  private final String sql;

  private InsertStatement(BeamIOSinkRel sink, String sql) {
    this.sink = sink;
    this.sql = sql;
  }

  /**
   * Returns the statement whose rows a pipeline's current transform writes.
   *
   * @throws InvalidTableException if Beam does not have it where it is looked for
   */
  static InsertStatement of(Pipeline pipeline) {
    try {
      TransformHierarchy.Node step =
          ((TransformHierarchy) read(Pipeline.class, "transforms", pipeline)).getCurrent();
      PTransform<?, ?> write = step.getTransform();
      if (write == null) {
        throw hidden(null);
      }
      BeamIOSinkRel sink = (BeamIOSinkRel) read(write.getClass(), "this$0", write);
      Method sql = SqlTransform.class.getDeclaredMethod("queryString");
      sql.setAccessible(true);
      return new InsertStatement(sink, (String) sql.invoke(enclosing(step)));
    } catch (ReflectiveOperationException | ClassCastException e) {
      throw hidden(e);
    }
  }

  private static InvalidTableException hidden(@Nullable Throwable cause) {
    return new InvalidTableException(
        "INSERT is refused: its statement is not found in a SqlTransform of a tested version of"
            + " Beam, so its casts cannot be checked; "
            + PostgresTable.WAY_OUT,
        cause);
  }

  private static Object read(Class<?> owner, String field, Object object)
      throws ReflectiveOperationException {
    Field found = owner.getDeclaredField(field);
    found.setAccessible(true);
    return found.get(object);
  }

  private static SqlTransform enclosing(TransformHierarchy.Node step) {
    for (TransformHierarchy.@Nullable Node node = step;
        node != null;
        node = node.getEnclosingNode()) {
      if (node.getTransform() instanceof SqlTransform transform) {
        return transform;
      }
    }
    throw hidden(null);
  }

  /** Returns the columns that the INSERT names, or else those of the table, in their order. */
  List<Assignment> assignments() {
    SqlInsert insert = parsed();
    List<RelDataTypeField> given = columns(insert.getSource()).getFieldList();
    RelDataType table = sink.getTable().getRowType();
    List<Assignment> assignments = new ArrayList<>();
    for (int i = 0; i < given.size(); i++) {
      RelDataTypeField column =
          insert.getTargetColumnList() == null
              ? table.getFieldList().get(i)
              : named(table, insert.getTargetColumnList().get(i));
      assignments.add(new Assignment(column.getName(), column.getType(), given.get(i).getType()));
    }
    return assignments;
  }

  private SqlInsert parsed() {
    CalciteConnectionConfig config = catalog().getConfig();
    SqlParser.Config parser =
        SqlParser.config()
            .withQuoting(config.quoting())
            .withQuotedCasing(config.quotedCasing())
            .withUnquotedCasing(config.unquotedCasing())
            .withCaseSensitive(config.caseSensitive())
            .withConformance(config.conformance());
    SqlParserImplFactory factory = config.parserFactory(SqlParserImplFactory.class, null);
    try {
      return (SqlInsert)
          SqlParser.create(sql, factory == null ? parser : parser.withParserFactory(factory))
              .parseStmt();
    } catch (SqlParseException | ClassCastException e) {
      throw hidden(e);
    }
  }

  private RelDataType columns(SqlNode query) {
    CalciteConnectionConfig config = catalog().getConfig();
    SqlOperatorTable functions =
        SqlOperatorTables.chain(
            config.fun(SqlOperatorTable.class, SqlStdOperatorTable.instance()), catalog());
    SqlValidator validator =
        SqlValidatorUtil.newValidator(
            functions,
            catalog(),
            sink.getCluster().getTypeFactory(),
            SqlValidator.Config.DEFAULT
                .withConformance(config.conformance())
                .withDefaultNullCollation(config.defaultNullCollation())
                .withIdentifierExpansion(true));
    return validator.getValidatedNodeType(validator.validate(query));
  }

  private CalciteCatalogReader catalog() {
    return sink.getCatalogReader().unwrap(CalciteCatalogReader.class);
  }

  private static RelDataTypeField named(RelDataType table, SqlNode column) {
    return table.getField(((SqlIdentifier) column).getSimple(), true, false);
  }
}
