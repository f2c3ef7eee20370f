package io.resultsink.pipelines.example;

import com.google.auto.value.AutoValue;
import org.apache.beam.sdk.schemas.AutoValueSchema;
import org.apache.beam.sdk.schemas.annotations.DefaultSchema;

/** A row of the ranking: its fields are the columns of the table. */
@DefaultSchema(AutoValueSchema.class)
@AutoValue
abstract class RankedMovie {

  abstract String getGenre();

  abstract int getRank();

  abstract String getTitle();

  abstract long getVotes();

  abstract double getStars();

  static RankedMovie of(String genre, int rank, String title, long votes, double stars) {
    return new AutoValue_RankedMovie(genre, rank, title, votes, stars);
  }
}
