package io.resultsink.pipelines.duckdb;

import java.util.Random;

/**
 * Small tables shaped as those that people query: ratings, flights, orders, and a shop's events.
 */
final class AnalystSamples {

  private static final String[] GENRES = {"Drama", "Comedy", "Action", "Comedy|Drama"};
  private static final String[] AIRPORTS = {"SFO", "JFK", "ORD", "LAX"};
  private static final String[] COUNTRIES = {"DE", "FR", "", "US"};

  private AnalystSamples() {}

  static void write(FolderQueries folder) {
    Random random = new Random(11);
    folder.write("movies.csv", movies());
    folder.write("ratings.csv", ratings(random));
    folder.write("flights.csv", flights(random));
    folder.write("customers.csv", customers());
    folder.write("orders/2024.csv", orders(random, 2024));
    folder.write("orders/2025.csv", orders(random, 2025));
    folder.write("events.jsonl", events(random));
  }

  private static String movies() {
    StringBuilder lines = new StringBuilder("movieId,title,genres\n");
    for (int i = 1; i <= 40; i++) {
      lines.append("%d,\"Movie, the %d (%d)\",%s%n".formatted(i, i, 1980 + i, GENRES[i % 4]));
    }
    return lines.toString();
  }

  private static String ratings(Random random) {
    StringBuilder lines = new StringBuilder("userId,movieId,rating,timestamp\n");
    for (int i = 0; i < 800; i++) {
      lines.append(
          "%d,%d,%.1f,%d%n"
              .formatted(
                  1 + random.nextInt(30),
                  1 + random.nextInt(38),
                  (1 + random.nextInt(10)) / 2.0,
                  1_700_000_000 + i * 3600));
    }
    return lines.toString();
  }

  private static String flights(Random random) {
    StringBuilder lines = new StringBuilder(",carrier,origin,dest,dep,delay,distance\n");
    for (int i = 0; i < 500; i++) {
      String delay = random.nextInt(9) == 0 ? "" : String.valueOf(random.nextInt(120) - 15);
      lines.append(
          "%d,%s,%s,%s,2024-%02d-%02dT%02d:%02d:00,%s,%d%n"
              .formatted(
                  i,
                  "AB".charAt(random.nextInt(2)),
                  AIRPORTS[random.nextInt(4)],
                  AIRPORTS[random.nextInt(4)],
                  1 + random.nextInt(12),
                  1 + random.nextInt(28),
                  random.nextInt(24),
                  random.nextInt(60),
                  delay,
                  100 + random.nextInt(3000)));
    }
    return lines.toString();
  }

  private static String customers() {
    StringBuilder lines = new StringBuilder("id;name;country;since;zip\n");
    for (int i = 1; i <= 25; i++) {
      lines.append(
          "%d;Customer %d;%s;20%02d-03-31;0%04d%n".formatted(i, i, COUNTRIES[i % 4], i % 25, i));
    }
    return lines.toString();
  }

  private static String orders(Random random, int year) {
    StringBuilder lines = new StringBuilder("id,customer,amount,day,status\n");
    for (int i = 0; i < 150; i++) {
      lines.append(
          "%d,%s,%d.%02d,%d-%02d-%02d,%s%n"
              .formatted(
                  year * 1000 + i,
                  random.nextInt(20) == 0 ? "" : String.valueOf(1 + random.nextInt(25)),
                  random.nextInt(5000),
                  random.nextInt(100),
                  year,
                  1 + random.nextInt(12),
                  1 + random.nextInt(28),
                  random.nextBoolean() ? "paid" : "open"));
    }
    return lines.toString();
  }

  private static String events(Random random) {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 300; i++) {
      lines.append(
          ("{\"id\":%d,\"at\":\"2024-05-%02dT%02d:00:00Z\",\"code\":%d,\"user\":{\"name\":\"u%d\","
                  + "\"tags\":[\"a\",\"b%d\"]},\"items\":[{\"sku\":\"s%d\",\"qty\":%d}]%s}%n")
              .formatted(
                  i,
                  1 + i % 28,
                  i % 24,
                  i % 7 == 0 ? 404 : 200,
                  i % 9,
                  i % 3,
                  i % 5,
                  1 + random.nextInt(4),
                  i > 250 ? ",\"late\":\"x\"" : ""));
    }
    return lines.toString();
  }
}
