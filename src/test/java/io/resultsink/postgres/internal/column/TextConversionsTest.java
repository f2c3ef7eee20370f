package io.resultsink.postgres.internal.column;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.resultsink.postgres.internal.copy.CopyBuffer;
import io.resultsink.postgres.internal.copy.FieldEncoder;
import io.resultsink.postgres.internal.copy.RefusedValueException;
import java.time.OffsetTime;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class TextConversionsTest {

  @Test
  void uuidsInTheFormsOfPostgres() {
    UUID uuid = UUID.fromString("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11");
    for (String form :
        List.of(
            "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
            "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11",
            "{a0eebc99-9c0b4ef8-bb6d6bb9-bd380a11}",
            "a0eebc999c0b4ef8bb6d6bb9bd380a11")) {
      assertThat(TextConversions.uuid(form), is(uuid));
    }
    for (String form :
        List.of(
            "",
            "{}",
            "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a1",
            "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a111",
            "a0eebc99--9c0b-4ef8-bb6d-6bb9bd380a11",
            "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11-",
            "{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
            "g0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
            "\uff110eebc99-9c0b-4ef8-bb6d-6bb9bd380a11")) {
      assertThrows(RefusedValueException.class, () -> TextConversions.uuid(form), form);
    }
  }

  @Test
  void timesNeedTheirOffset() {
    assertThat(
        TextConversions.timeWithOffset("10:15+01:00"), is(OffsetTime.parse("10:15:00+01:00")));
    assertThrows(RefusedValueException.class, () -> TextConversions.timeWithOffset("10:15"));
  }

  @Test
  void whatAnEscapeStandsForIsCheckedToo() {
    assertThat(refusal(TextConversions.JSONB, "[\"a\\u0000\"]"), containsString("U+0000"));
    assertThat(refusal(TextConversions.JSONB, "{\"\\ud83d\":1}"), containsString("surrogate"));
    assertThat(refusal(TextConversions.JSONB, "[\"\0\"]"), containsString("U+0000"));
    TextConversions.JSONB.encode("[\"\\ud83d\\ude00\\n\"]", new CopyBuffer(0));
  }

  @Test
  void reasonsDoNotRepeatTheDocument() {
    assertThat(refusal(TextConversions.JSON, "{secret"), is("it is not a valid JSON document"));
    assertThat(
        refusal(TextConversions.JSONB, "{\"secret\":1,\"secret\":2}"),
        is("it is not a valid JSON document, or has a name twice in an object"));
    assertThat(
        refusal(TextConversions.JSONB, "[1e99999999999]"),
        is("it has a number that jsonb cannot hold: its exponent is out of range"));
    assertThat(
        refusal(TextConversions.JSONB, "[1e-16384]"),
        containsString("jsonb cannot hold: it has more than 16383 digits after"));
  }

  private static String refusal(FieldEncoder encoder, String text) {
    return String.valueOf(
        assertThrows(
                RefusedValueException.class, () -> encoder.encode(text, new CopyBuffer(0)), text)
            .getMessage());
  }
}
