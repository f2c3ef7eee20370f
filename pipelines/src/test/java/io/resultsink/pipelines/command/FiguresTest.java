package io.resultsink.pipelines.command;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.resultsink.pipelines.launch.UsageException;
import io.resultsink.pipelines.print.Figures;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class FiguresTest {

  @Test
  void countsHaveSeparators() {
    assertThat(Figures.counted(1_234_567, "row"), is("1,234,567 rows"));
    assertThat(Figures.counted(1, "row"), is("1 row"));
    assertThat(Figures.counted(0, "row"), is("0 rows"));
  }

  @Test
  void timesFit() {
    assertThat(Figures.took(Duration.ofMillis(45)), is("45 ms"));
    assertThat(Figures.took(Duration.ofMillis(2_640)), is("2.6 s"));
    assertThat(Figures.took(Duration.ofSeconds(250)), is("4 min 10 s"));
    assertThat(Figures.took(Duration.ofMinutes(125)), is("2 h 5 min"));
    assertThat(Figures.age(Duration.ofSeconds(12)), is("12 s"));
    assertThat(Figures.age(Duration.ofMillis(-3)), is("0 s"));
    assertThat(Figures.age(Duration.ofDays(3)), is("3 days"));
  }

  @Test
  void sizesFit() {
    assertThat(Figures.bytes(1023), is("1023 B"));
    assertThat(Figures.bytes(1536), is("1.5 KB"));
    assertThat(Figures.bytes(5L << 30), is("5.0 GB"));
  }

  @Test
  void generatedRunsAreShortAndGivenOnesWhole() {
    assertThat(Figures.shortRun("7f3a0000-1111-4222-8333-944455566677"), is("7f3a0000"));
    assertThat(Figures.shortRun("2026-11-22T10"), is("2026-11-22T10"));
  }

  @Test
  void agesAreReadAsPeopleWriteThem() {
    assertThat(CleanCommand.age("30m"), is(Duration.ofMinutes(30)));
    assertThat(CleanCommand.age("7d"), is(Duration.ofDays(7)));
    assertThrows(UsageException.class, () -> CleanCommand.age("soon"));
    assertThrows(UsageException.class, () -> CleanCommand.age("-1h"));
  }
}
