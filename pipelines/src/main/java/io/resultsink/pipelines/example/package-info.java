/**
 * Example pipelines with the sink after other transforms.
 *
 * <p>{@link io.resultsink.pipelines.example.RankingPipeline} replaces a table by a ranking; {@link
 * io.resultsink.pipelines.example.DashboardPipeline} keeps a table with its keys and indexes, and
 * changes its rows. Both run with {@code pgresult example}, on sample data made by {@link
 * io.resultsink.pipelines.example.SampleAccessLog} and {@link
 * io.resultsink.pipelines.example.SampleRatings}. Each record is made from its number only, so
 * workers make records in parallel, and the same ones every time.
 */
@NullMarked
package io.resultsink.pipelines.example;

import org.jspecify.annotations.NullMarked;
