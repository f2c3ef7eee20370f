package io.resultsink.pipelines.query;

import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.destination.Secret;
import java.time.Instant;
import org.apache.beam.sdk.annotations.Internal;
import org.jspecify.annotations.Nullable;

/**
 * The request of a user.
 *
 * @param database a folder whose files are tables, or the URL of a PostgreSQL database
 * @param databasePassword the password of a PostgreSQL database; null if its URL or {@code .pgpass}
 *     has it
 * @param sql one SELECT; null for the rows of the only table
 * @param sample how many records of a JSON or CSV table determine its columns
 * @param scheduledTime the value of {@code SCHEDULED_TIME()}
 * @param target the table that gets the result; null to collect the rows
 */
@Internal
public record QueryRequest(
    String database,
    @Nullable Secret databasePassword,
    @Nullable String sql,
    int sample,
    Instant scheduledTime,
    @Nullable PostgresTarget target) {

  /** The default number of records that determine the columns. */
  public static final int DEFAULT_SAMPLE = 1000;

  /** Returns the same request with its result in a table. */
  public QueryRequest into(PostgresTarget table) {
    return new QueryRequest(database, databasePassword, sql, sample, scheduledTime, table);
  }
}
