package io.resultsink.pipelines.example;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.beam.sdk.annotations.Internal;
import org.joda.time.Duration;
import org.joda.time.Instant;

/** The access log of a fictitious shop: 100,000 requests a day, each made from its number only. */
@Internal
public final class SampleAccessLog {

  private static final Instant FIRST = Instant.parse("2026-11-21T00:00:00Z");
  private static final Duration BETWEEN = Duration.millis(864);

  private static final List<String> CATEGORIES =
      List.of("books", "electronics", "garden", "jewelry", "music", "sports", "toys");

  private static final List<String> AGENTS =
      List.of(
          "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
          "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_7) AppleWebKit/605.1.15 Version/18.5 Safari",
          "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/138.0 Safari/537.36",
          "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)");

  private SampleAccessLog() {}

  /** Writes the first records, one JSON object a line. */
  public static void write(Path file, long records) throws IOException {
    try (Writer writer = Files.newBufferedWriter(file, StandardCharsets.UTF_8);
        JsonGenerator json = new JsonFactory().createGenerator(writer)) {
      json.setRootValueSeparator(null);
      for (long number = 0; number < records; number++) {
        write(json, entry(number));
        json.writeRaw('\n');
      }
    }
  }

  static AccessLogEntry entry(long number) {
    SplittableRandom random = new SplittableRandom(number);
    String category = CATEGORIES.get(random.nextInt(CATEGORIES.size()));
    String item = "/item/" + category + "/" + random.nextInt(1, 5000);
    return AccessLogEntry.builder()
        .setTime(FIRST.plus(BETWEEN.multipliedBy(number)))
        .setHost("192.0.2." + random.nextInt(1, 255))
        .setUser("-")
        .setMethod(random.nextInt(20) == 0 ? "POST" : "GET")
        .setPath(random.nextInt(4) == 0 ? "/category/" + category : item)
        .setCode(code(random.nextInt(1000)))
        .setReferer(random.nextBoolean() ? "-" : "/category/" + category)
        .setSize(random.nextLong(40, 140))
        .setAgent(AGENTS.get(random.nextInt(AGENTS.size())))
        .build();
  }

  private static int code(int perMille) {
    if (perMille < 912) {
      return 200;
    } else if (perMille < 976) {
      return 404;
    } else if (perMille < 990) {
      return 304;
    } else {
      return perMille < 997 ? 301 : 500;
    }
  }

  private static void write(JsonGenerator json, AccessLogEntry entry) throws IOException {
    json.writeStartObject();
    json.writeStringField("host", entry.getHost());
    json.writeStringField("user", entry.getUser());
    json.writeStringField("method", entry.getMethod());
    json.writeStringField("path", entry.getPath());
    json.writeNumberField("code", entry.getCode());
    json.writeStringField("referer", entry.getReferer());
    json.writeNumberField("size", entry.getSize());
    json.writeStringField("agent", entry.getAgent());
    json.writeNumberField("time", entry.getTime().getMillis() / 1000);
    json.writeEndObject();
  }
}
