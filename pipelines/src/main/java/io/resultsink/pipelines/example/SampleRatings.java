package io.resultsink.pipelines.example;

import java.util.List;
import java.util.SplittableRandom;

/** Fictitious ratings of fictitious movies, each made from its number only. */
final class SampleRatings {

  private static final List<String> GENRES =
      List.of("Adventure", "Comedy", "Documentary", "Drama", "Mystery");

  private static final List<String> FIRST_WORDS =
      List.of("The Last", "A Quiet", "Beyond the", "Return of the", "My Second");

  private static final List<String> SECOND_WORDS =
      List.of("Lighthouse", "Elephant", "Transaction", "Summer", "Index", "Harbour", "Snapshot");

  private SampleRatings() {}

  static MovieRating rating(long number) {
    SplittableRandom random = new SplittableRandom(number);
    // The square makes the first movies of each list more popular.
    int movie = skewed(random, FIRST_WORDS.size() * SECOND_WORDS.size());
    String title =
        FIRST_WORDS.get(movie % FIRST_WORDS.size())
            + " "
            + SECOND_WORDS.get(movie % SECOND_WORDS.size());
    String genre = GENRES.get(Math.floorMod(title.hashCode(), GENRES.size()));
    return MovieRating.of(genre, title, 0.5 * random.nextInt(1, 11));
  }

  private static int skewed(SplittableRandom random, int bound) {
    double uniform = random.nextDouble();
    return (int) (uniform * uniform * bound);
  }
}
