package io.resultsink.postgres.report;

import io.resultsink.postgres.destination.Reset;
import io.resultsink.postgres.destination.TableName;
import io.resultsink.postgres.destination.WriteMode;
import java.util.List;
import org.apache.beam.sdk.annotations.Internal;
import org.jspecify.annotations.Nullable;

/**
 * The findings of a dry run: the preflight alone, which writes nothing.
 *
 * @param database the database's name
 * @param table the resolved table
 * @param exists whether it exists
 * @param rows the planner's estimate of its rows, -1 when unknown
 * @param owner its owner, null when it does not exist
 * @param reset how truncate mode would empty the table
 * @param columns the columns that the result writes, with what changes
 * @param keeps the parts of the table that a replace keeps ("owner", "2 grants")
 * @param loses the parts of the table that a replace loses ("index top_movies_pkey")
 * @param locks the other objects that a replace locks for a moment, whose readers may wait ("table
 *     shop.customers, which it references")
 * @param problems why the write would be refused; empty if it would not
 * @param publishedRun the ledger's summary if this run is published already, else null
 */
@Internal
public record DryRun(
    String database,
    TableName table,
    boolean exists,
    long rows,
    @Nullable String owner,
    WriteMode mode,
    Reset reset,
    List<ColumnReport> columns,
    List<String> keeps,
    List<String> loses,
    List<String> locks,
    List<String> problems,
    @Nullable ResultSummary publishedRun) {

  /** One column: its name, its type in the table, and "new", "was integer", "key" or nothing. */
  public record ColumnReport(String name, String type, String note) {}
}
