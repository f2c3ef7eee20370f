package io.resultsink.postgres.mode;

import static io.resultsink.postgres.testing.SampleRows.COLUMNS;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.inspect.TargetInspector;
import io.resultsink.postgres.internal.session.FaultPoint;
import io.resultsink.postgres.internal.session.Faults;
import io.resultsink.postgres.report.DryRun;
import io.resultsink.postgres.report.ResultSummary;
import io.resultsink.postgres.testing.Decorations;
import io.resultsink.postgres.testing.Runners;
import io.resultsink.postgres.testing.SampleRows;
import io.resultsink.postgres.testing.TableCatalog;
import io.resultsink.postgres.testing.TestTable;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.schemas.Schema.FieldType;
import org.apache.beam.sdk.schemas.logicaltypes.FixedPrecisionNumeric;
import org.apache.beam.sdk.schemas.logicaltypes.FixedString;
import org.apache.beam.sdk.schemas.logicaltypes.VariableString;
import org.joda.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code mode=replace}: a new table of the result, under the old one's name and rights. */
class ReplaceModeIT extends BaseWriteModeIT {

  /** Types with modifiers, and with storage of their own. */
  private static final Schema MANY_TYPES =
      Schema.builder()
          .addInt64Field("id")
          .addStringField("name")
          .addDoubleField("score")
          .addLogicalTypeField("short", VariableString.of(20))
          .addLogicalTypeField("fixed", FixedString.of(3))
          .addLogicalTypeField("price", FixedPrecisionNumeric.of(10, 2))
          .addByteArrayField("bytes")
          .addArrayField("numbers", FieldType.INT64)
          .addMapField("document", FieldType.STRING, FieldType.STRING)
          .addDateTimeField("at")
          .build();

  private static final List<?> ROW =
      List.of(
          1L,
          "one",
          0.5,
          "short",
          "abc",
          new BigDecimal("1.50"),
          new byte[] {1},
          List.of(1L),
          Map.of("a", "b"),
          Instant.EPOCH);

  ReplaceModeIT() {
    super(WriteMode.REPLACE);
  }

  @Override
  String after(String old, String result) {
    return result;
  }

  @Override
  long lastOldId() {
    return 1000;
  }

  @Override
  void assertDefinition(TableCatalog before, TableCatalog after) {
    assertThat("a new table", after.oid(), not(equalTo(before.oid())));
    assertThat(
        after.columns().stream().map(column -> column.get(0)).toList(),
        contains("id", "name", "score"));
    assertThat(after.indexes(), is(empty()));
    assertThat(after.constraints(), is(empty()));
    assertThat(after.triggers(), is(empty()));
  }

  @Test
  void columnsBecomeTheResultsInNameTypeAndOrder() {
    TestTable table =
        TestTable.create(database, "Ranking", "old date, score text, id smallint NOT NULL");
    database.execute("INSERT INTO " + table.quoted() + " VALUES ('2020-02-02', 'x', 1)");
    Runners.DIRECT.publish(SampleRows.many(FEW), table.sink(WriteMode.REPLACE));
    assertThat(
        TableCatalog.of(table).columns().stream().map(c -> c.subList(0, 3)).toList(),
        contains(
            List.of("id", "bigint", "f"),
            List.of("name", "text", "f"),
            List.of("score", "double precision", "f")));
    assertThat(table.difference(COLUMNS, SampleRows.sql(FEW)), is(empty()));
  }

  @Test
  void whatIsLostIsNamedByADryRun() {
    TestTable table = existing();
    database.execute(
        "CREATE INDEX by_score ON " + table.quoted() + " (score)",
        "ALTER TABLE " + table.quoted() + " ADD CONSTRAINT scored CHECK (score > -2000)",
        "CREATE FUNCTION results.touch() RETURNS trigger LANGUAGE plpgsql AS"
            + " 'BEGIN RETURN NEW; END'",
        "CREATE TRIGGER touched BEFORE INSERT ON "
            + table.quoted()
            + " FOR EACH ROW EXECUTE FUNCTION results.touch()");
    DryRun report;
    try (TargetInspector inspector = TargetInspector.of(table.target(WriteMode.REPLACE))) {
      report = inspector.check(SampleRows.SCHEMA);
    }
    assertThat(report.problems(), is(empty()));
    assertThat(report.loses(), hasItem(containsString("by_score")));
    assertThat(report.loses(), hasItem(containsString("scored")));
    assertThat(report.loses(), hasItem(containsString("touched")));
    assertThat(report.loses(), hasItem(containsString("_pkey")));
    assertThat("note's default", report.loses(), hasItem(containsString("note")));
    ResultSummary summary =
        Runners.DIRECT.publish(SampleRows.many(FEW), table.sink(WriteMode.REPLACE));
    assertThat(summary.lost(), equalTo(report.loses()));
    try (TargetInspector inspector = TargetInspector.of(table.target(WriteMode.REPLACE))) {
      assertThat(inspector.lastPublished().orElseThrow().lost(), equalTo(report.loses()));
      assertThat("nothing more", inspector.check(SampleRows.SCHEMA).loses(), is(empty()));
    }
  }

  @Test
  void defaultPrivilegesDoNotReachTheNewTableNorItsStaging() {
    TestTable table = existing();
    database.executeAs(
        "sink", "ALTER DEFAULT PRIVILEGES IN SCHEMA results GRANT ALL ON TABLES TO stranger");
    List<List<String>> before = TableCatalog.of(table).tableGrants();
    Runners.DIRECT.failure(SampleRows.many(FEW), table.sink(WriteMode.REPLACE, "min_rows=99"));
    assertThat("staging stays after a failure", database.stagingTables(), hasSize(1));
    assertThat(
        database.value(
            "SELECT has_table_privilege('stranger', ?, 'SELECT')", database.stagingTables().get(0)),
        equalTo("f"));
    Runners.DIRECT.publish(SampleRows.many(FEW), table.sink(WriteMode.REPLACE));
    assertThat(TableCatalog.of(table).tableGrants(), equalTo(before));
  }

  @Test
  void forcedRowSecurityStaysForced() {
    TestTable table = existing();
    database.execute(
        "ALTER TABLE " + table.quoted() + " ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY",
        "CREATE POLICY none ON " + table.quoted() + " USING (false)");
    TableCatalog before = TableCatalog.of(table);
    Runners.DIRECT.publish(SampleRows.many(FEW), table.sink(WriteMode.REPLACE));
    TableCatalog after = TableCatalog.of(table);
    assertThat(after.rowSecurity(), contains(List.of("t", "t")));
    assertThat(after.policies(), equalTo(before.policies()));
    assertThat(table.difference(COLUMNS, SampleRows.sql(FEW)), is(empty()));
  }

  @Test
  void policiesGuardTheNewTableForItsReaders() throws SQLException {
    TestTable table = existing();
    database.execute(
        "GRANT SELECT ON " + table.quoted() + " TO reader",
        "ALTER TABLE " + table.quoted() + " ENABLE ROW LEVEL SECURITY",
        "CREATE POLICY even ON " + table.quoted() + " FOR SELECT TO reader USING (id % 2 = 0)");
    Runners.DIRECT.publish(SampleRows.many(FEW), table.sink(WriteMode.REPLACE));
    try (Connection reader = database.connect("reader");
        Statement statement = reader.createStatement()) {
      var rows = statement.executeQuery("SELECT count(*) FROM " + table.quoted());
      rows.next();
      assertThat(rows.getLong(1), equalTo(FEW / 2));
    }
  }

  @Test
  void aTableThatChangesItsColumnsAndBackIsReplacedEachTime() {
    TestTable table = TestTable.missing(database, "Ranking");
    Schema other = Schema.builder().addStringField("id").addStringField("extra").build();
    Runners.DIRECT.publish(SampleRows.many(FEW), table.sink(WriteMode.REPLACE));
    Runners.DIRECT.publish(SampleRows.of(other, List.of("a", "b")), table.sink(WriteMode.REPLACE));
    assertThat(table.rows("id, extra"), contains(List.of("a", "b")));
    Runners.DIRECT.publish(SampleRows.many(FEW), table.sink(WriteMode.REPLACE));
    assertThat(table.difference(COLUMNS, SampleRows.sql(FEW)), is(empty()));
  }

  /** How a replace may come to its new table; only the first is in place. */
  static Stream<Arguments> tablesAndSchemas() {
    return Stream.of("existing", "missing", "decorated")
        .flatMap(
            table -> Stream.of("results", "workshop").map(schema -> Arguments.of(table, schema)));
  }

  @ParameterizedTest
  @MethodSource("tablesAndSchemas")
  void aTableThatWentLiveIsTheSameAsACopy(String which, String stagingSchema) {
    database.execute("CREATE SCHEMA workshop AUTHORIZATION sink");
    database.executeAs(
        "sink",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA results GRANT SELECT ON TABLES TO reader",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA workshop GRANT ALL ON TABLES TO stranger");
    List<List<List<String>>> definitions = new ArrayList<>();
    List<Boolean> inPlace = new ArrayList<>();
    for (String staging : List.of("logged", "unlogged")) {
      TestTable table = which.equals("missing") ? TestTable.missing(database, "New") : existing();
      if (which.equals("decorated")) {
        Decorations.hangOn(table);
      }
      List<String> stagingOids = new ArrayList<>();
      Faults faults =
          Faults.at(
              FaultPoint.PUBLISHING,
              () ->
                  stagingOids.add(
                      database.value(
                          "SELECT ?::regclass::oid", (Object) database.stagingTables().get(0))));
      try (faults) {
        Runners.DIRECT.publish(
            SampleRows.of(MANY_TYPES, ROW),
            table.sink(
                WriteMode.REPLACE, "staging=" + staging + "&staging_schema=" + stagingSchema));
      }
      database.assertNothingStaged();
      inPlace.add(stagingOids.equals(List.of(table.oid())));
      definitions.add(definition(table));
      database.execute("DROP FUNCTION IF EXISTS results.touch() CASCADE");
    }
    assertThat(inPlace, contains(true, false));
    assertThat(definitions.get(0), equalTo(definitions.get(1)));
    assertThat(definitions.get(0), hasSize(1 + ROW.size()));
  }

  /** All that the catalog says of a table and its columns, but for names and object ids. */
  private List<List<String>> definition(TestTable table) {
    Long oid = Long.valueOf(table.oid());
    List<List<String>> definition =
        new ArrayList<>(
            database.rows(
                """
                SELECT to_jsonb(c) - ARRAY['oid', 'relname', 'reltype', 'relfilenode',
                         'reltoastrelid', 'relfrozenxid', 'relminmxid', 'relacl', 'relpages',
                         'relallvisible', 'relallfrozen'],
                       ARRAY(SELECT a::text FROM unnest(relacl) AS a ORDER BY 1),
                       obj_description(oid, 'pg_class'), reltoastrelid = 0,
                       (SELECT relnamespace::regnamespace || reloptions::text FROM pg_class AS t
                         WHERE t.oid = c.reltoastrelid),
                       (SELECT typnamespace::regnamespace || ' ' || typowner::regrole
                          FROM pg_type WHERE typrelid = c.oid),
                       (SELECT array_agg(polname::text ORDER BY 1) FROM pg_policy
                         WHERE polrelid = c.oid)
                FROM pg_class AS c WHERE oid = ?
                """,
                oid));
    definition.addAll(
        database.rows(
            """
            SELECT to_jsonb(a) - ARRAY['attrelid', 'attacl'],
                   ARRAY(SELECT g::text FROM unnest(attacl) AS g ORDER BY 1),
                   col_description(attrelid, attnum)
            FROM pg_attribute AS a WHERE attrelid = ? AND attnum > 0 ORDER BY attnum
            """,
            oid));
    return definition;
  }

  @Test
  void plannerStatisticsAreThereFromTheFirstQuery() {
    TestTable table = existing();
    Runners.DIRECT.publish(SampleRows.many(2000), table.sink(WriteMode.REPLACE));
    Map<String, String> statistics =
        database
            .rows(
                """
                SELECT attname, null_frac > 0 FROM pg_stats
                WHERE schemaname = 'results' AND tablename = ?
                """,
                table.name())
            .stream()
            .collect(Collectors.toMap(row -> row.get(0), row -> row.get(1)));
    assertThat(statistics, equalTo(Map.of("id", "f", "name", "t", "score", "f")));
  }
}
