package io.resultsink.postgres.internal.column;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.resultsink.postgres.failure.UnencodableValueException;
import io.resultsink.postgres.internal.copy.CopyBuffer;
import io.resultsink.postgres.testing.CatalogTypes;
import io.resultsink.postgres.testing.CopyServer;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.schemas.Schema.FieldType;
import org.apache.beam.sdk.schemas.logicaltypes.MicrosInstant;
import org.apache.beam.sdk.schemas.logicaltypes.NanosDuration;
import org.apache.beam.sdk.schemas.logicaltypes.NanosInstant;
import org.apache.beam.sdk.schemas.logicaltypes.SqlTypes;
import org.apache.beam.sdk.values.Row;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;

/**
 * Values go into a column by way of a staging column, and are read back as PostgreSQL shows them.
 */
abstract class ColumnRoundTrip {

  static final FieldType DATE = FieldType.logicalType(SqlTypes.DATE);
  static final FieldType TIME = FieldType.logicalType(SqlTypes.TIME);
  static final FieldType LOCAL = FieldType.logicalType(SqlTypes.DATETIME);
  static final FieldType MICROS = FieldType.logicalType(new MicrosInstant());
  static final FieldType NANOS = FieldType.logicalType(new NanosInstant());
  static final FieldType DURATION = FieldType.logicalType(new NanosDuration());
  static final FieldType ID = FieldType.logicalType(SqlTypes.UUID);
  static final FieldType STRINGS = FieldType.array(FieldType.STRING);
  static final FieldType LONGS = FieldType.array(FieldType.INT64);

  private static final CopyServer SERVER = CopyServer.shared();

  @BeforeAll
  static void createTypes() throws SQLException {
    SERVER.execute(
        """
        DROP SCHEMA public CASCADE;
        CREATE SCHEMA public;
        CREATE TYPE public.mood AS ENUM ('sad', 'ok', 'happy');
        CREATE TYPE public."Odd Type" AS ENUM ('a b', 'it''s');
        CREATE TYPE public.pair AS (a integer, b text);
        CREATE DOMAIN public.short_text AS varchar(3);
        CREATE DOMAIN public.shorter_text AS public.short_text CHECK (VALUE <> 'bad');
        CREATE DOMAIN public.price AS numeric(10,2) CHECK (VALUE >= 0);
        CREATE DOMAIN public.mood_domain AS public.mood;
        CREATE DOMAIN public.flags AS bit(3);
        CREATE DOMAIN public.longs AS bigint[];
        """);
  }

  /** In a table that the sink creates. */
  static void created(FieldType field, Object value, String type, String shown)
      throws SQLException {
    Columns columns = Columns.ofResult(schema(field));
    assertThat(columns.columns().get(0).type(), is(type));
    SERVER.execute("CREATE TABLE public.target (" + columns.definitions() + ")");
    try {
      // What the catalog calls the type is what the sink called it, so the two can be compared.
      List<TargetColumn> now = new CatalogTypes(SERVER).columns("public.target");
      assertThat(now.get(0).type().sql(), is(type));
      assertThat(columns.differences(Columns.match(schema(field), now).columns()), is(empty()));
      publish(columns, field, value);
      assertThat(type, SERVER.query("SELECT v::text FROM public.target"), contains(shown));
    } finally {
      SERVER.execute("DROP TABLE public.target");
    }
  }

  /** Into a column of a table that exists. */
  static void into(FieldType field, @Nullable Object value, String type, @Nullable String shown)
      throws SQLException {
    SERVER.execute("CREATE TABLE public.target (v " + type + ")");
    try {
      publish(matched(field), field, value);
      String text = type.startsWith("char(") ? "pg_catalog.format('%s', v)" : "v::text";
      assertThat(type, SERVER.query("SELECT " + text + " FROM public.target"), contains(shown));
    } finally {
      SERVER.execute("DROP TABLE public.target");
    }
  }

  /**
   * Refused before it is sent, in an existing column or, when {@code type} is null, a created one.
   */
  static void refused(FieldType field, @Nullable Object value, @Nullable String type, String reason)
      throws SQLException {
    Columns columns;
    if (type == null) {
      columns = Columns.ofResult(schema(field));
    } else {
      SERVER.execute("CREATE TABLE public.target (v " + type + ")");
      try {
        columns = matched(field);
      } finally {
        SERVER.execute("DROP TABLE public.target");
      }
    }
    UnencodableValueException refusal =
        assertThrows(UnencodableValueException.class, () -> encode(columns, field, value), type);
    assertThat(refusal.getMessage(), containsString(reason));
  }

  /** Refused by the server while publishing. */
  static void rejected(FieldType field, Object value, String type, String sqlState)
      throws SQLException {
    SERVER.execute("CREATE TABLE public.target (v " + type + ")");
    try {
      Columns columns = matched(field);
      SQLException refusal =
          assertThrows(SQLException.class, () -> publish(columns, field, value), type);
      assertThat(refusal.getMessage(), refusal.getSQLState(), is(sqlState));
      assertThat(SERVER.query("SELECT v FROM public.target"), is(empty()));
    } finally {
      SERVER.execute("DROP TABLE public.target; DROP TABLE IF EXISTS public.staging");
    }
  }

  private static Columns matched(FieldType field) throws SQLException {
    ColumnMatch match =
        Columns.match(schema(field), new CatalogTypes(SERVER).columns("public.target"));
    assertThat(match.problems(), is(empty()));
    return match.columns();
  }

  static void publish(Columns columns, FieldType field, @Nullable Object value)
      throws SQLException {
    SERVER.execute("CREATE TABLE public.staging (" + columns.stagedDefinitions() + ")");
    CopyBuffer buffer = encode(columns, field, value);
    assertThat(
        SERVER.copy("public.staging", columns.names(), buffer.array(), buffer.size()), is(1L));
    SERVER.execute(
        "INSERT INTO public.target ("
            + columns.names()
            + ") SELECT "
            + columns.publishExpressions()
            + " FROM public.staging");
    SERVER.execute("DROP TABLE public.staging");
  }

  private static CopyBuffer encode(Columns columns, FieldType field, @Nullable Object value) {
    CopyBuffer buffer = new CopyBuffer(0);
    SchemaRowEncoder encoder = columns.encoder();
    encoder.header(buffer);
    encoder.row(Row.withSchema(schema(field)).attachValues(Arrays.asList(value)), buffer);
    encoder.trailer(buffer);
    return buffer;
  }

  private static Schema schema(FieldType field) {
    return Schema.builder().addNullableField("v", field).build();
  }
}
