package io.resultsink.pipelines.schedule;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.annotations.Internal;
import org.jspecify.annotations.Nullable;

/**
 * The query of a schedule, as the user wrote it. It is stored as text, so it must not have secrets.
 *
 * @param database an absolute folder, or a {@code postgresql://} URL without password
 * @param databasePassword a reference, null for none
 * @param result the RESULT of {@code pgresult query -r}, without password
 * @param resultPassword a reference, null for none
 * @param runnerOptions the arguments after {@code --}
 * @param engine the engine's name, null for the default one
 * @param types the given types of columns of files, by name
 * @param nulls the texts for NULL in CSV files, in addition to the empty value
 */
@Internal
public record ScheduledQuery(
    String database,
    @Nullable String databasePassword,
    String result,
    @Nullable String resultPassword,
    String sql,
    List<String> runnerOptions,
    @Nullable String engine,
    Map<String, String> types,
    List<String> nulls) {

  /** Copies the collections. */
  public ScheduledQuery {
    runnerOptions = List.copyOf(runnerOptions);
    types = Collections.unmodifiableMap(new LinkedHashMap<>(types));
    nulls = List.copyOf(nulls);
  }

  /** Creates a query for the default engine, without options for files. */
  public ScheduledQuery(
      String database,
      @Nullable String databasePassword,
      String result,
      @Nullable String resultPassword,
      String sql,
      List<String> runnerOptions) {
    this(
        database,
        databasePassword,
        result,
        resultPassword,
        sql,
        runnerOptions,
        /* engine= */ null,
        Map.of(),
        List.of());
  }
}
