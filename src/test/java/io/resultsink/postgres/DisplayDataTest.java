package io.resultsink.postgres;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.is;

import io.resultsink.postgres.destination.SinkOption;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.beam.sdk.transforms.display.DisplayData;
import org.junit.jupiter.api.Test;

/** The sink in a runner's user interface. */
class DisplayDataTest {

  @Test
  void everyOptionIsShownUnderItsName() {
    PostgresResultSink sink =
        PostgresResultSink.to(
            "postgresql://app@db.example.com:6432/shop/s.hits?mode=update&unique=id&run_id=r"
                + "&staging_schema=t");

    List<String> shown =
        DisplayData.from(sink).items().stream().map(DisplayData.Item::getKey).toList();

    assertThat(
        shown,
        hasItems(Stream.of(SinkOption.values()).map(SinkOption::option).toArray(String[]::new)));
    assertThat(shown, hasItems("host", "port", "database", "table"));
    assertThat(
        DisplayData.from(sink).items().stream()
            .filter(item -> item.getKey().equals("table"))
            .map(item -> String.valueOf(item.getValue()))
            .collect(Collectors.joining()),
        is("s.hits"));
  }
}
