package io.resultsink.pipelines.command;

import io.resultsink.pipelines.launch.UsageException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.time.temporal.TemporalAccessor;

/** A time that the user typed. */
final class GivenTime {

  private static final DateTimeFormatter FORMS =
      DateTimeFormatter.ofPattern("yyyy-MM-dd['T'HH:mm[:ss]][ HH:mm[:ss]][XXX][XX][X]");

  private GivenTime() {}

  /**
   * Reads seconds since 1970, or a date with or without time and offset. The default offset is that
   * of {@code zone}.
   */
  static Instant parse(String text, ZoneId zone) {
    if (text.matches("\\d{1,11}")) {
      return Instant.ofEpochSecond(Long.parseLong(text));
    }
    try {
      TemporalAccessor parsed =
          FORMS.parseBest(text, ZonedDateTime::from, LocalDateTime::from, LocalDate::from);
      if (parsed instanceof ZonedDateTime zoned) {
        return zoned.toInstant();
      }
      return parsed instanceof LocalDateTime time
          ? time.atZone(zone).toInstant()
          : ((LocalDate) parsed).atStartOfDay(zone).toInstant();
    } catch (DateTimeParseException e) {
      throw new UsageException(
          "time '%s' is not understood; write 2026-11-22, '2026-11-22 10:00', 2026-11-22T10:00Z or seconds since 1970"
              .formatted(text));
    }
  }
}
