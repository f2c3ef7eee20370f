package io.resultsink.pipelines.duckdb;

import io.resultsink.pipelines.engine.PreparedQuery;
import io.resultsink.pipelines.engine.QueryFailedException;
import io.resultsink.pipelines.engine.RowCursor;
import io.resultsink.pipelines.query.QueryException;
import java.sql.PreparedStatement;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.beam.sdk.annotations.Internal;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.schemas.Schema.Field;
import org.jspecify.annotations.Nullable;

/** A query of a folder's files, executed by DuckDB. */
@Internal
public final class DuckQuery implements PreparedQuery {

  private final List<TableView> views;
  private final String sql;
  private final Instant scheduledTime;
  private final List<String> typeNames;
  private final Schema schema;

  private DuckQuery(
      List<TableView> views,
      String sql,
      Instant scheduledTime,
      List<String> typeNames,
      Schema schema) {
    this.views = views;
    this.sql = sql;
    this.scheduledTime = scheduledTime;
    this.typeNames = typeNames;
    this.schema = schema;
  }

  /**
   * Finds the tables and the columns. Reads all of those files that do not declare their columns,
   * and there finds the types of the columns that the query may use.
   *
   * @param database a folder or a file
   * @param sql one SELECT; null for all rows of the only table
   * @param scheduledTime the value of {@code SCHEDULED_TIME()}
   * @throws QueryException if the SQL is not one query of existing tables
   * @throws RuntimeException in words for the user, if a file cannot be read
   */
  public static DuckQuery prepare(
      String database, @Nullable String sql, Instant scheduledTime, ReadOptions options) {
    TableFolder folder = TableFolder.of(database);
    String text = sql == null ? onlyTable(folder) : sql;
    try (DuckSession session = DuckSession.open()) {
      Statement statement = Statement.parse(session, text);
      GivenTypes given = GivenTypes.of(session, options.types());
      ColumnUse use = statement.columns();
      List<TableView> views = new ArrayList<>();
      for (String name : statement.tables(folder)) {
        FolderTable table = folder.table(name);
        ReadOptions known = new ReadOptions(given.known(), options.nulls());
        views.add(TableView.of(session, table, known, use));
      }
      given.check(views);
      return prepare(session, statement, views, text, scheduledTime);
    } catch (SQLException e) {
      throw DuckErrors.isOfPlanning(e) ? DuckErrors.ofPlanning(e) : DuckErrors.ofRunning(e, null);
    }
  }

  private static DuckQuery prepare(
      DuckSession session,
      Statement statement,
      List<TableView> views,
      String sql,
      Instant scheduledTime)
      throws SQLException {
    DuckQuery unknown =
        new DuckQuery(views, sql, scheduledTime, List.of(), Schema.builder().build());
    try {
      unknown.setUp(session, false);
    } catch (SQLException e) {
      String broken = unknown.broken(session);
      if (broken != null) {
        throw DuckErrors.ofRunning(e, broken);
      }
      throw e;
    }
    List<String> types = new ArrayList<>();
    List<String> names = new ArrayList<>();
    try (PreparedStatement prepared = session.connection().prepareStatement(sql);
        PreparedStatement marked =
            session.connection().prepareStatement(statement.marked(session))) {
      ResultSetMetaData columns = prepared.getMetaData();
      ResultSetMetaData marks = marked.getMetaData();
      for (int i = 1; i <= columns.getColumnCount(); i++) {
        types.add(columns.getColumnTypeName(i));
        names.add(
            Statement.isMarked(marks.getColumnName(i))
                ? "_col" + (i - 1)
                : columns.getColumnName(i));
      }
    }
    return new DuckQuery(views, sql, scheduledTime, types, schema(names, types));
  }

  private static String onlyTable(TableFolder folder) {
    if (folder.names().size() != 1) {
      throw new QueryException(
          "no SQL, and %s has %d tables; write a SELECT of one of them: %s"
              .formatted(folder, folder.names().size(), String.join(", ", folder.names())));
    }
    return "SELECT * FROM " + DuckSql.name(folder.names().get(0));
  }

  /**
   * Checks that a text is one query. Does not check whether its tables and columns exist.
   *
   * @throws QueryException with the place of the problem
   */
  public static void checkSyntax(String sql) {
    try (DuckSession session = DuckSession.open()) {
      Statement.parse(session, sql);
    } catch (SQLException e) {
      throw DuckErrors.ofPlanning(e);
    }
  }

  private static Schema schema(List<String> names, List<String> types) {
    Map<String, Integer> places = new HashMap<>();
    Schema.Builder schema = Schema.builder();
    for (int i = 0; i < names.size(); i++) {
      String name = names.get(i);
      Integer before = places.putIfAbsent(name.toLowerCase(Locale.ROOT), i);
      if (before != null) {
        throw new QueryException(
            "columns %d and %d of the result are both named: %s and %s; give one another name with"
                    .formatted(before + 1, i + 1, names.get(before), name)
                + " AS");
      }
      schema.addField(Field.nullable(name, DuckType.of(types.get(i), name).field()));
    }
    return schema.build();
  }

  @Override
  public Schema schema() {
    return schema;
  }

  @Override
  public List<String> notes() {
    return notes(views.stream().map(TableView::table));
  }

  /**
   * Returns warnings for a query that will run repeatedly, as far as its tables exist. Reads no
   * file.
   */
  public static List<String> notes(String database, String sql) {
    try (DuckSession session = DuckSession.open()) {
      TableFolder folder = TableFolder.of(database);
      return notes(Statement.parse(session, sql).tables(folder).stream().map(folder::table));
    } catch (QueryException e) {
      // The run reports the problem with the folder.
      return List.of();
    } catch (SQLException e) {
      throw DuckErrors.ofPlanning(e);
    }
  }

  private static List<String> notes(Stream<FolderTable> tables) {
    boolean found =
        tables
            .map(FolderTable::format)
            .anyMatch(format -> format == FileFormat.CSV || format == FileFormat.JSON);
    return found
        ? List.of(
            "types are found in the files' values; other values may give a replaced table other"
                + " columns, which --types and CAST in the SQL prevent")
        : List.of();
  }

  @Override
  public RowCursor open() {
    return new DuckCursor(this);
  }

  String sql() {
    return sql;
  }

  /**
   * The query to execute in a session in which {@link #sql} is known to be right. It has casts
   * where the driver has no exact value for a type, or a slow one.
   */
  String readable(DuckSession session) throws SQLException {
    DuckType[] types = types();
    if (Arrays.stream(types).allMatch(type -> type.readable() == null)) {
      return sql;
    }
    List<String> names = new ArrayList<>();
    List<String> columns = new ArrayList<>();
    for (int i = 0; i < types.length; i++) {
      String name = DuckSql.name(schema.getField(i).getName());
      names.add(name);
      columns.add(types[i].selected(name));
    }
    // A name that no table of the folder can have.
    String view = DuckSql.name("pgresult " + UUID.randomUUID());
    session.execute("CREATE VIEW %s (%s) AS\n".formatted(view, String.join(", ", names)) + sql);
    return "SELECT %s FROM %s".formatted(String.join(", ", columns), view);
  }

  DuckType[] types() {
    DuckType[] types = new DuckType[typeNames.size()];
    for (int i = 0; i < types.length; i++) {
      types[i] = DuckType.of(typeNames.get(i), schema.getField(i).getName());
    }
    return types;
  }

  /** Opens a session in which the query can run and nothing else is possible. */
  DuckSession openSession() throws SQLException {
    DuckSession session = DuckSession.open();
    try {
      setUp(session, true);
      return session;
    } catch (SQLException | RuntimeException e) {
      session.close();
      throw e;
    }
  }

  private void setUp(DuckSession session, boolean withRows) throws SQLException {
    for (TableView view : views) {
      view.create(session, withRows);
    }
    session.defineScheduledTime(scheduledTime);
    session.lockDown(views.stream().flatMap(view -> view.paths().stream()).toList());
  }

  /** Returns the first file that cannot be read; null if the query failed for another reason. */
  @Nullable String broken(DuckSession session) {
    return views.stream()
        .map(view -> view.broken(session))
        .filter(Objects::nonNull)
        .findFirst()
        .orElse(null);
  }

  /**
   * Checks that the files are those that were listed.
   *
   * @throws QueryFailedException if one has changed
   */
  void checkUnchanged() {
    views.forEach(view -> view.table().files().forEach(InputFile::checkUnchanged));
  }

  /** Checks that the columns are those of the preflight. */
  void checkColumns(ResultSetMetaData now) throws SQLException {
    List<String> types = new ArrayList<>();
    for (int i = 1; i <= now.getColumnCount(); i++) {
      types.add(now.getColumnTypeName(i));
    }
    if (!types.equals(typeNames)) {
      throw new QueryFailedException(
          "the columns are not those that the run was launched with: types %s then, %s now; the"
                  .formatted(typeNames, types)
              + " target is untouched; run it again");
    }
  }
}
