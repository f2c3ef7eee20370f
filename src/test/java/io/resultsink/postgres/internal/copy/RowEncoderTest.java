package io.resultsink.postgres.internal.copy;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.resultsink.postgres.failure.UnencodableValueException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RowEncoderTest {

  private final RowEncoder encoder =
      new RowEncoder(
          List.of(
              new RowEncoder.Field(
                  "id", "smallint", true, FieldEncoders.int2(value -> (Integer) value)),
              new RowEncoder.Field("title", "text", false, TextEncoders.TEXT)));
  private final CopyBuffer buffer = new CopyBuffer(0);

  @Test
  void copyHasHeaderRowsAndTrailer() {
    RowEncoder.header(buffer);
    row(1, "a");
    row(2, null);
    RowEncoder.trailer(buffer);
    assertThat(
        Encoded.hex(buffer),
        is(
            ("5047434f50590aff0d0a00 00000000 00000000"
                    + "0002 000000020001 0000000161"
                    + "0002 000000020002 ffffffff"
                    + "ffff")
                .replace(" ", "")));
  }

  @Test
  void refusedValueNamesColumnAndTypeButNotItself() {
    row(1, "a");
    String before = Encoded.hex(buffer);
    UnencodableValueException refusal =
        assertThrows(UnencodableValueException.class, () -> row(99_999, "b"));
    assertThat(refusal.column(), is("id"));
    assertThat(
        refusal.getMessage(),
        allOf(
            containsString("column id (smallint): it is out of range"), not(containsString("99"))));
    assertThat(Encoded.hex(buffer), is(before));
  }

  @Test
  void nullIsRefusedWhereTheColumnIsNotNull() {
    UnencodableValueException refusal =
        assertThrows(UnencodableValueException.class, () -> row(null, "b"));
    assertThat(
        refusal.getMessage(),
        containsString("column id (smallint): it is NULL, and the column is"));
  }

  @Test
  void objectOfAnotherClassIsRefused() {
    UnencodableValueException refusal =
        assertThrows(UnencodableValueException.class, () -> row("1", "b"));
    assertThat(refusal.column(), is("id"));
    assertThat(buffer.size(), is(0));
  }

  private void row(@Nullable Object id, @Nullable Object title) {
    encoder.startRow(buffer);
    encoder.field(0, id, buffer);
    encoder.field(1, title, buffer);
  }
}
