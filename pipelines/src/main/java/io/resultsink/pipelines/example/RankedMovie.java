package io.resultsink.pipelines.example;

import com.google.auto.value.AutoValue;
import org.apache.beam.sdk.schemas.AutoValueSchema;
import org.apache.beam.sdk.schemas.annotations.DefaultSchema;
import org.apache.beam.sdk.schemas.annotations.SchemaFieldNumber;

/** A row of the ranking. Its fields are the columns of the table, in the order of their numbers. */
@DefaultSchema(AutoValueSchema.class)
@AutoValue
abstract class RankedMovie {

  @SchemaFieldNumber("0")
  abstract String getGenre();

  @SchemaFieldNumber("1")
  abstract int getRank();

  @SchemaFieldNumber("2")
  abstract String getTitle();

  @SchemaFieldNumber("3")
  abstract long getVotes();

  @SchemaFieldNumber("4")
  abstract double getStars();

  static RankedMovie of(String genre, int rank, String title, long votes, double stars) {
    return new AutoValue_RankedMovie(genre, rank, title, votes, stars);
  }
}
