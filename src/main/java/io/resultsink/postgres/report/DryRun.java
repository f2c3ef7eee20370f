package io.resultsink.postgres.report;

import io.resultsink.postgres.destination.TableName;
import io.resultsink.postgres.destination.WriteMode;
import java.util.List;
import org.apache.beam.sdk.annotations.Internal;
import org.jspecify.annotations.Nullable;

/**
 * The report of a dry run, as the preflight found out without writing anything.
 *
 * @param database the database's name
 * @param table the resolved table
 * @param exists whether it exists
 * @param rows the planner's estimate of its rows, -1 when unknown
 * @param owner its owner, null when it does not exist
 * @param columns the columns that the result writes, with what changes
 * @param keeps what the mode keeps beyond the rows ("owner", "2 grants"), for replace
 * @param loses what the mode loses ("index top_movies_pkey"), for replace
 * @param locks what else it locks for a moment, whose readers may wait then ("table shop.customers,
 *     which it references"), for replace
 * @param problems why the write would be refused, empty when it would not
 * @param publishedRun the ledger's summary when this very run is published already, else null
 */
@Internal
public record DryRun(
    String database,
    TableName table,
    boolean exists,
    long rows,
    @Nullable String owner,
    WriteMode mode,
    List<ColumnReport> columns,
    List<String> keeps,
    List<String> loses,
    List<String> locks,
    List<String> problems,
    @Nullable ResultSummary publishedRun) {

  /** One column: its name, its type in the table, and "new", "was integer", "key" or nothing. */
  public record ColumnReport(String name, String type, String note) {}
}
