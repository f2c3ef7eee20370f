package io.resultsink.pipelines.example;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;

import java.util.List;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.values.PCollection;
import org.junit.jupiter.api.Test;

class RankMoviesTest {

  @Test
  void ranksByVotesThenTitleWithinEachGenre() {
    Pipeline pipeline = Pipeline.create();
    PCollection<RankedMovie> ranking =
        pipeline
            .apply(
                Create.of(
                    List.of(
                        MovieRating.of("Drama", "Loved", 5.0),
                        MovieRating.of("Drama", "Seen", 1.0),
                        MovieRating.of("Drama", "Seen", 2.0),
                        MovieRating.of("Drama", "Also loved", 5.0),
                        MovieRating.of("Comedy", "Only one", 3.5))))
            .apply(new RankMovies(2));

    assertThat(
        ranking.getSchema().getFieldNames(), contains("genre", "rank", "title", "votes", "stars"));
    PAssert.that(ranking)
        .containsInAnyOrder(
            RankedMovie.of("Drama", 1, "Seen", 2, 1.5),
            RankedMovie.of("Drama", 2, "Also loved", 1, 5.0),
            RankedMovie.of("Comedy", 1, "Only one", 1, 3.5));
    pipeline.run().waitUntilFinish();
  }
}
