package io.resultsink.pipelines.example;

import java.io.Serializable;
import java.util.Comparator;
import java.util.List;
import org.apache.beam.sdk.schemas.transforms.Group;
import org.apache.beam.sdk.schemas.transforms.Select;
import org.apache.beam.sdk.transforms.Count;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.Mean;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.Top;
import org.apache.beam.sdk.transforms.WithKeys;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.Row;
import org.apache.beam.sdk.values.TypeDescriptors;

/** The most rated movies of each genre, the first with rank 1. */
final class RankMovies extends PTransform<PCollection<MovieRating>, PCollection<RankedMovie>> {

  private final int perGenre;

  RankMovies(int perGenre) {
    this.perGenre = perGenre;
  }

  @Override
  public PCollection<RankedMovie> expand(PCollection<MovieRating> ratings) {
    return ratings
        .apply(
            "Votes",
            Group.<MovieRating>byFieldNames("genre", "title")
                .aggregateField("stars", Count.combineFn(), "votes")
                .aggregateField("stars", Mean.of(), "stars"))
        .apply("Movies", Select.fieldNames("key.genre", "key.title", "value.votes", "value.stars"))
        .apply("By genre", WithKeys.of(RankMovies::genre).withKeyType(TypeDescriptors.strings()))
        .apply("Most votes", Top.perKey(perGenre, new ByVotes()))
        .apply("Ranks", ParDo.of(new NumberRanks()));
  }

  private static String genre(Row movie) {
    return movie.getString("genre");
  }

  /** Movies with equal votes are ordered by title, so that every run gives the same ranks. */
  private static final class ByVotes implements Comparator<Row>, Serializable {
    @Override
    public int compare(Row one, Row other) {
      int byVotes = Long.compare(one.getInt64("votes"), other.getInt64("votes"));
      return byVotes != 0 ? byVotes : other.getString("title").compareTo(one.getString("title"));
    }
  }

  private static final class NumberRanks extends DoFn<KV<String, List<Row>>, RankedMovie> {
    @ProcessElement
    public void number(@Element KV<String, List<Row>> genre, OutputReceiver<RankedMovie> ranking) {
      int rank = 1;
      for (Row movie : genre.getValue()) {
        ranking.output(
            RankedMovie.of(
                genre.getKey(),
                rank++,
                movie.getString("title"),
                movie.getInt64("votes"),
                movie.getDouble("stars")));
      }
    }
  }
}
