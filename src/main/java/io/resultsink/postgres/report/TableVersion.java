package io.resultsink.postgres.report;

import io.resultsink.postgres.destination.TableName;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A version of a table that a replace has kept, and that an undo can bring back.
 *
 * @param name the private table that it is
 * @param runId the run that published its rows; null when no run of this sink did
 * @param mode the mode of that run; null without a run
 * @param publishedAt when that run published; null without a run
 * @param replacedAt when it was replaced, by the server's clock
 * @param rows the server's estimate of its rows; -1 when it has none
 * @param bytes its size, with indexes
 */
public record TableVersion(
    TableName name,
    @Nullable String runId,
    @Nullable String mode,
    @Nullable Instant publishedAt,
    Instant replacedAt,
    long rows,
    long bytes) {}
