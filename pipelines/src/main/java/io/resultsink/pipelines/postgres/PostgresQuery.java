package io.resultsink.pipelines.postgres;

import io.resultsink.pipelines.engine.PreparedQuery;
import io.resultsink.pipelines.engine.QueryFailedException;
import io.resultsink.pipelines.engine.RowCursor;
import io.resultsink.postgres.destination.Secret;
import io.resultsink.postgres.internal.session.ConnectionSource;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.beam.sdk.annotations.Internal;
import org.apache.beam.sdk.schemas.Schema;
import org.jspecify.annotations.Nullable;

/** A query that a PostgreSQL server executes. */
@Internal
public final class PostgresQuery implements PreparedQuery {

  private static final long serialVersionUID = 1;

  private final SourceDatabase database;
  private final String sql;
  private final Instant scheduledTime;
  private final boolean printed;
  private Schema schema = Schema.of();

  private PostgresQuery(
      SourceDatabase database, String sql, Instant scheduledTime, boolean printed) {
    this.database = database;
    this.sql = sql;
    this.scheduledTime = scheduledTime;
    this.printed = printed;
  }

  /**
   * Asks the server for the columns of a query. Executes nothing.
   *
   * @param url {@code postgresql://[user@]host[:port]/database[?schema=NAME]}
   * @param password the password, if the URL has none
   * @param scheduledTime the value of {@code SCHEDULED_TIME()}
   * @param printed whether the rows are printed; otherwise they are published, each column with its
   *     own type
   * @throws QueryException if the text is not one query, or the server refuses it
   */
  public static PostgresQuery prepare(
      String url, @Nullable Secret password, String sql, Instant scheduledTime, boolean printed) {
    PostgresQuery query =
        new PostgresQuery(SourceDatabase.parse(url, password), sql, scheduledTime, printed);
    SingleQuery parsed = query.parsed();
    try (ReadingSession session = query.connect()) {
      query.schema = ReadingSession.schema(session.describe(printed));
    } catch (SQLException e) {
      throw QueryErrors.ofDescription(parsed, e);
    }
    return query;
  }

  /**
   * Checks that a text is one query, as far as that is possible without its server.
   *
   * @throws QueryException with the place of the problem
   */
  public static void checkSyntax(String sql) {
    SingleQuery.of(sql);
  }

  @Override
  public Schema schema() {
    return schema;
  }

  @Override
  public RowCursor open() {
    return new PostgresCursor(this);
  }

  boolean printed() {
    return printed;
  }

  SingleQuery parsed() {
    return SingleQuery.of(sql);
  }

  ReadingSession connect() throws SQLException {
    ConnectionSource.Server server = database.server();
    return ReadingSession.open(server, database.schema(), parsed(), scheduledTime.toString());
  }

  /**
   * Checks that the columns are still those of {@link #schema}.
   *
   * @throws QueryFailedException naming each column that differs
   */
  void requireSameColumns(Schema now) {
    List<String> changes = new ArrayList<>();
    for (int i = 0; i < Math.max(schema.getFieldCount(), now.getFieldCount()); i++) {
      String before = described(schema, i);
      String after = described(now, i);
      if (!Objects.equals(before, after)) {
        changes.add("column " + (i + 1) + " was " + before + ", is " + after);
      }
    }
    if (!changes.isEmpty()) {
      throw new QueryFailedException(
          "the columns of the query have changed since it was launched: "
              + String.join("; ", changes)
              + "; nothing was published; run it again");
    }
  }

  private static String described(Schema schema, int index) {
    if (index >= schema.getFieldCount()) {
      return "absent";
    }
    Schema.FieldType type = schema.getField(index).getType();
    return schema.getField(index).getName() + " " + ResultTypes.shown(type);
  }
}
