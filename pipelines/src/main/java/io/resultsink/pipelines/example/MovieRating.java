package io.resultsink.pipelines.example;

import com.google.auto.value.AutoValue;
import org.apache.beam.sdk.schemas.AutoValueSchema;
import org.apache.beam.sdk.schemas.annotations.DefaultSchema;

/** One user's rating of a movie. */
@DefaultSchema(AutoValueSchema.class)
@AutoValue
abstract class MovieRating {

  abstract String getGenre();

  abstract String getTitle();

  abstract double getStars();

  static MovieRating of(String genre, String title, double stars) {
    return new AutoValue_MovieRating(genre, title, stars);
  }
}
