package io.resultsink.pipelines.example;

import io.resultsink.postgres.PostgresResultSink;
import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.report.ResultSummary;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.annotations.Internal;
import org.apache.beam.sdk.io.GenerateSequence;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.TypeDescriptor;

/**
 * A ranking: the three most rated movies of each genre.
 *
 * <p>It is meant for {@code mode=replace}. The table is exactly the newest ranking, with the
 * columns of {@link RankedMovie}; it is created if it is missing. Readers see the old ranking or
 * the new one.
 */
@Internal
public final class RankingPipeline {

  private static final int MOVIES_PER_GENRE = 3;

  private RankingPipeline() {}

  /** Adds the pipeline. Its output is one summary, emitted when the table is the new ranking. */
  public static PCollection<ResultSummary> build(
      Pipeline pipeline, long ratings, PostgresTarget target) {
    return pipeline
        .apply("Numbers", GenerateSequence.from(0).to(ratings))
        .apply(
            "Ratings",
            MapElements.into(TypeDescriptor.of(MovieRating.class)).via(SampleRatings::rating))
        .apply("Rank movies", new RankMovies(MOVIES_PER_GENRE))
        .apply("Publish ranking", PostgresResultSink.to(target));
  }
}
