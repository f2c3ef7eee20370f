package io.resultsink.pipelines.example;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.hasEntry;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SampleAccessLogTest {

  @Test
  void writesOneObjectALineTheSameEveryTime(@TempDir Path folder) throws Exception {
    SampleAccessLog.write(folder.resolve("one.jsonl"), 1000);
    SampleAccessLog.write(folder.resolve("two.jsonl"), 1000);

    List<String> lines = Files.readAllLines(folder.resolve("one.jsonl"));
    assertThat(lines.size(), is(1000));
    assertThat(Files.readAllLines(folder.resolve("two.jsonl")), is(lines));
    JsonNode second = new ObjectMapper().readTree(lines.get(1));
    assertThat(second.get("code").isInt(), is(true));
    assertThat(second.get("time").longValue(), is(1795219200L));
    assertThat(lines.get(0), not(lines.get(1)));
  }

  @Test
  void isMostlyFine() {
    Map<Integer, Integer> codes = new TreeMap<>();
    for (long number = 0; number < 100_000; number++) {
      codes.merge(SampleAccessLog.entry(number).getCode(), 1, Integer::sum);
    }

    assertThat(codes.toString(), codes.size(), is(5));
    assertThat(codes, hasEntry(200, 91_345));
  }
}
