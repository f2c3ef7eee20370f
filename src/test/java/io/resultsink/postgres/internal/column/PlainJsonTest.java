package io.resultsink.postgres.internal.column;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.resultsink.postgres.testing.Torture;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlainJsonTest {

  private static final int DOCUMENTS = Torture.rounds(20_000, 2_000_000);

  /** Another reader, as strict as the sink has to be. */
  private static final ObjectMapper READER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"seen\": 12, \"city\": \"Kyoto\"}",
        " [ ] ",
        "{}",
        "\"größe 大きさ 😀\"",
        "-0.50",
        "0",
        "[true,false,null,\"\",[[]],{\"\":{}}]",
        "\t{ \"a\" :\r\n[ 1 , 2.0 ] , \"b\" : { \"a\" : { \"a\" : 1 }, \"c\":2 } }\n",
        "[{\"a\":1,\"b\":2},{\"a\":1,\"b\":2}]"
      })
  void whatIsPlain(String text) {
    assertThat(text, isPlain(text), is(true));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "{",
        "[",
        "\"",
        "-",
        "{\"a\":1",
        "[1",
        "[1 2]",
        "[1,]",
        "{\"a\":1,}",
        "{\"a\" 1}",
        "{\"a\":}",
        "{a:1}",
        "{\"a\":1 \"b\":2}",
        "{\"a\":1}}",
        "1 2",
        "01",
        "-01",
        "+1",
        ".5",
        "5.",
        "1.e5",
        "tru",
        "truefalse",
        "nul",
        "NaN",
        "'a'",
        "\"\t\"",
        "\"\u0000\"",
        "\u0000",
        "1\u0000",
        "\u00a01",
        "\ufeff1",
        "{\"a\":1,\"b\":2,\"a\":3}",
        "{\"b\":{\"a\":1,\"a\":1}}",
        "{\"a\":{\"b\":1},\"a\":1}"
      })
  void whatIsNoDocument(String text) {
    assertThat(text, isPlain(text), is(false));
    assertThrows(JacksonException.class, () -> read(text), text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"1e5", "-1.5E-7", "\"\\n\"", "{\"a\\u0062\":1,\"ab\":1}"})
  void whatAParserHasToRead(String text) {
    assertThat(text, isPlain(text), is(false));
  }

  @Test
  void whatIsTooMuchAtAGlance() {
    assertThat(isPlain("[".repeat(16) + "]".repeat(16)), is(true));
    assertThat(isPlain("[".repeat(100_000) + "]".repeat(100_000)), is(false));
    assertThat(isPlain("9".repeat(1000)), is(true));
    assertThat(isPlain("9".repeat(1001)), is(false));
    assertThat(isPlain(names(32)), is(true));
    assertThat(isPlain(names(33)), is(false));
    assertThat(isPlain("[" + names(32) + "," + names(32) + "]"), is(true));
  }

  private static String names(int count) {
    StringBuilder names = new StringBuilder("{");
    for (int i = 0; i < count; i++) {
      names.append(i == 0 ? "" : ",").append('"').append(i).append("\":").append(i);
    }
    return names.append('}').toString();
  }

  @Test
  void nothingIsPlainThatAnotherReaderRefuses() throws JacksonException {
    Random random = Torture.random("plain");
    int plain = 0;
    for (int i = 0; i < DOCUMENTS; i++) {
      String text = RandomTexts.plainJson(random);
      if (isPlain(text)) {
        plain++;
        try {
          read(text);
        } catch (JacksonException e) {
          throw new AssertionError(text + ", seed " + Torture.seed(), e);
        }
      }
    }
    assertThat(plain, greaterThan(DOCUMENTS / 4));
    Torture.tried(DOCUMENTS);
  }

  /** In the midst of other bytes. */
  private static boolean isPlain(String text) {
    byte[] bytes = ("1" + text + "1").getBytes(StandardCharsets.UTF_8);
    return PlainJson.is(bytes, 1, bytes.length - 1);
  }

  private static void read(String text) throws JacksonException {
    if (READER.readTree(text).isMissingNode()) {
      throw new JsonParseException(null, "nothing");
    }
  }
}
