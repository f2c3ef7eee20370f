package io.resultsink.postgres.internal.column;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.resultsink.postgres.failure.InvalidTargetException;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.schemas.Schema.Field;
import org.apache.beam.sdk.schemas.Schema.FieldType;
import org.junit.jupiter.api.Test;

class ColumnsTest {

  private static final Schema MOVIES =
      Schema.of(Field.of("movie id", FieldType.INT64), Field.of("title", FieldType.STRING));
  private static final PostgresType MOOD =
      new PostgresType("public.mood", "public", "mood", -1, 'e', null, null);
  private static final PostgresType BIT3 =
      new PostgresType("bit(3)", "pg_catalog", "bit", 3, 'b', null, null);
  private static final PostgresType MONEY =
      new PostgresType("money", "pg_catalog", "money", -1, 'b', null, null);

  @Test
  void createdTable() {
    Columns columns = Columns.ofResult(MOVIES);
    assertThat(columns.names(), is("\"movie id\", \"title\""));
    assertThat(columns.definitions(), is("\"movie id\" bigint, \"title\" text"));
    assertThat(columns.stagedDefinitions(), is(columns.definitions()));
    assertThat(columns.publishExpressions(), is(columns.names()));
    assertThat(columns.stagedAsIs(), is(true));
  }

  @Test
  void whatNoTableCanHaveIsRefusedAtOnce() {
    Schema schema =
        Schema.of(
            Field.of("n".repeat(64), FieldType.INT64),
            Field.of("", FieldType.INT64),
            Field.of("xmin", FieldType.INT64),
            Field.of("m", FieldType.map(FieldType.row(MOVIES), FieldType.STRING)));
    InvalidTargetException refusal =
        assertThrows(InvalidTargetException.class, () -> Columns.ofResult(schema));
    assertThat(
        refusal.problems(),
        contains(
            "column 1 of the result: name '"
                + "n".repeat(64)
                + "' has 64 bytes; PostgreSQL names have at most 63",
            "column 2 of the result: a name is empty",
            "column 3 of the result: every PostgreSQL table has a system column xmin; give it"
                + " another name",
            "column m of the result: no type for a map whose keys are arrays, maps or rows"));
    assertThat(
        assertThrows(InvalidTargetException.class, () -> Columns.ofResult(Schema.of())).problems(),
        contains("the result has no columns"));
    Schema.Builder wide = Schema.builder();
    IntStream.range(0, 1601).forEach(i -> wide.addInt32Field("c" + i));
    assertThat(
        assertThrows(InvalidTargetException.class, () -> Columns.ofResult(wide.build())).problems(),
        contains("the result has 1601 columns; a PostgreSQL table has at most 1600"));
  }

  @Test
  void columnsMatchByNameAndThenByNameInAnotherCase() {
    ColumnMatch match =
        Columns.match(
            Schema.of(Field.of("ID", FieldType.INT64), Field.of("Mood", FieldType.STRING)),
            List.of(
                column("mood", MOOD),
                column("id", CreatedType.INTEGER),
                column("ID", CreatedType.BIGINT),
                column("other", CreatedType.BIGINT)));
    assertThat(match.problems(), is(empty()));
    assertThat(match.columns().names(), is("\"ID\", \"mood\""));
    assertThat(match.columns().stagedDefinitions(), is("\"ID\" bigint, \"mood\" text"));
    assertThat(match.columns().publishExpressions(), is("\"ID\", CAST(\"mood\" AS public.mood)"));
    assertThat(match.columns().stagedAsIs(), is(false));
  }

  @Test
  void typesThatACastWouldCutGoThroughTheirInputFunction() {
    ColumnMatch match =
        Columns.match(Schema.of(Field.of("v", FieldType.STRING)), List.of(column("v", BIT3)));
    assertThat(
        match.columns().publishExpressions(),
        is(
            "(SELECT \"r\".\"v\" FROM pg_catalog.jsonb_to_record("
                + "pg_catalog.jsonb_build_object('v', \"v\")) AS \"r\"(\"v\" bit(3)))"));
  }

  @Test
  void problemsAreShownAtOnce() {
    Schema schema =
        Schema.of(
            Field.of("votes", FieldType.STRING),
            Field.of("extra", FieldType.INT32),
            Field.of("serial", FieldType.INT64),
            Field.of("Name", FieldType.STRING),
            Field.of("a", FieldType.INT64),
            Field.of("A", FieldType.INT64),
            Field.of("price", FieldType.DECIMAL),
            Field.of("m", FieldType.map(FieldType.row(MOVIES), FieldType.STRING)),
            Field.of(
                "since",
                FieldType.logicalType(new org.apache.beam.sdk.schemas.logicaltypes.DateTime())));
    ColumnMatch match =
        Columns.match(
            schema,
            List.of(
                column("votes", CreatedType.INTEGER),
                new TargetColumn("serial", CreatedType.BIGINT, true, true, true),
                new TargetColumn("name", CreatedType.TEXT, true, false, false),
                column("NAME", CreatedType.TEXT),
                column("a", CreatedType.BIGINT),
                column("price", MONEY),
                column("m", CreatedType.TEXT),
                column("since", CreatedType.TIMESTAMPTZ),
                new TargetColumn("rank", CreatedType.INTEGER, true, false, false),
                new TargetColumn("filled", CreatedType.INTEGER, true, true, false)));
    assertThat(
        match.problems(),
        contains(
            "votes   result has text, table has integer",
            "extra   result has it, table has no such column",
            "serial  table generates it (GENERATED ALWAYS), result must leave it out",
            "Name    result has it, table has name and NAME; which one is meant?",
            "a       result has it twice, as a and as A",
            "price   result has numeric, table has money; money rounds by the server's locale,"
                + " numeric does not",
            "m       result has a map whose keys are arrays, maps or rows, which no column type"
                + " holds",
            "since   result has timestamp without time zone, table has timestamp with time zone;"
                + " its time zone is not known",
            "rank    table needs it (NOT NULL, no default), result lacks it"));
  }

  @Test
  void resultWithoutColumnsMatchesNothing() {
    ColumnMatch match =
        Columns.match(
            Schema.of(),
            List.of(new TargetColumn("rank", CreatedType.INTEGER, true, false, false)));
    assertThat(
        match.problems(),
        contains(
            "the result has no columns",
            "rank  table needs it (NOT NULL, no default), result lacks it"));
  }

  @Test
  void differencesAreTold() {
    Schema schema = Schema.of(Field.of("a", FieldType.INT64), Field.of("b", FieldType.DECIMAL));
    Columns staged =
        Columns.match(
                schema,
                List.of(column("a", CreatedType.BIGINT), column("b", CreatedType.numeric(10, 4))))
            .columns();
    Columns reordered =
        Columns.match(
                schema,
                List.of(column("b", CreatedType.numeric(10, 4)), column("a", CreatedType.BIGINT)))
            .columns();
    assertThat(staged.sameAs(reordered), is(true));
    Columns now =
        Columns.match(
                schema,
                List.of(
                    column("A", CreatedType.BIGINT),
                    new TargetColumn("b", CreatedType.numeric(10, 2), true, false, false)))
            .columns();
    assertThat(
        staged.differences(now),
        contains(
            "column a is gone",
            "column b was numeric(10,4), is numeric(10,2) NOT NULL",
            "column A is new"));
  }

  private static TargetColumn column(String name, PostgresType type) {
    return new TargetColumn(name, type, false, false, false);
  }
}
