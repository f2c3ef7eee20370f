package io.resultsink.postgres.internal.column;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.nullValue;

import io.resultsink.postgres.internal.column.ColumnType.Publishing;
import io.resultsink.postgres.testing.CopyServer;
import java.sql.SQLException;
import java.util.List;
import org.apache.beam.sdk.schemas.Schema.FieldType;
import org.junit.jupiter.api.Test;

/** The table of types says of each what the catalog says. */
class PostgresTypesIT {

  private static final PostgresType CITEXT = named("citext", 'b');

  @Test
  void eachOidIsTheServers() throws SQLException {
    List<String> lines =
        PostgresTypes.all().stream()
            .filter(TypeLine::isBuiltIn)
            .map(line -> line.name() + " " + line.oid())
            .toList();
    assertThat(
        CopyServer.shared()
            .query(
                """
                SELECT typname || ' ' || oid FROM pg_catalog.pg_type
                 WHERE typnamespace = 'pg_catalog'::pg_catalog.regnamespace
                   AND typname = ANY ('{%s}')
                """
                    .formatted(
                        String.join(",", lines.stream().map(line -> line.split(" ")[0]).toList()))),
        containsInAnyOrder(lines.toArray()));
  }

  @Test
  void aTypeOfAnExtensionIsStagedAsItself() {
    ColumnType column = ColumnType.of(ColumnTypes.of(FieldType.STRING), CITEXT);
    assertThat(column.staged(), is("extensions.citext"));
    assertThat(column.publishing(), is(Publishing.AS_IS));
    assertThat(
        ColumnType.of(ColumnTypes.of(FieldType.INT64), CITEXT).publishing(), is(Publishing.AS_IS));
  }

  /** An array names the type of its elements by an OID, which differs between databases. */
  @Test
  void itsArraysAreStagedAsText() {
    PostgresType array =
        new PostgresType("extensions.citext[]", "extensions", "_citext", -1, 'b', null, CITEXT);
    ColumnType column = ColumnType.of(ColumnTypes.of(FieldType.array(FieldType.STRING)), array);
    assertThat(column.staged(), is("text[]"));
    assertThat(column.publishing(), is(Publishing.CAST));
  }

  @Test
  void othersOfItsNameAreNotTheExtensions() {
    PostgresType mood = named("citext", 'e');
    assertThat(PostgresTypes.of(mood), is(nullValue()));
    assertThat(ColumnType.of(ColumnTypes.of(FieldType.STRING), mood).staged(), is("text"));
    assertThat(PostgresTypes.of(named("int8", 'b')), is(nullValue()));
  }

  private static PostgresType named(String name, char kind) {
    return new PostgresType("extensions." + name, "extensions", name, -1, kind, null, null);
  }
}
