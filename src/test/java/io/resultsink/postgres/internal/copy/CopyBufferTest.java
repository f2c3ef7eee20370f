package io.resultsink.postgres.internal.copy;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.sameInstance;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class CopyBufferTest {

  @Test
  void integersAreInNetworkByteOrder() {
    CopyBuffer buffer = new CopyBuffer(0);
    buffer.putByte(0x101);
    buffer.putShort(-2);
    buffer.putInt(0x01020304);
    buffer.putLong(0x8102030405060708L);
    assertThat(Encoded.hex(buffer), is("01fffe010203048102030405060708"));
  }

  @Test
  void lengthIsFilledInAfterwards() {
    CopyBuffer buffer = new CopyBuffer(0);
    buffer.putByte(9);
    int field = buffer.startField();
    buffer.putBytes(new byte[] {1, 2, 3});
    buffer.endField(field);
    assertThat(Encoded.hex(buffer), is("0900000003010203"));
  }

  @Test
  void droppedRowLeavesTheRowsBefore() {
    CopyBuffer buffer = new CopyBuffer(0);
    buffer.startRow();
    buffer.putByte(1);
    buffer.startRow();
    buffer.putLong(2);
    buffer.dropRow();
    assertThat(Encoded.hex(buffer), is("01"));
  }

  @Test
  void growsAndKeepsItsContent() throws IOException {
    CopyBuffer buffer = new CopyBuffer(0);
    byte[] large = new byte[100_000];
    large[99_999] = 7;
    buffer.putByte(1);
    buffer.putBytes(large);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    buffer.writeTo(out);
    assertThat(out.size(), is(100_001));
    assertThat(out.toByteArray()[100_000], is((byte) 7));
    assertThat(buffer.size(), is(100_001));
  }

  @Test
  void resetKeepsUsualMemoryAndGivesBackUnusual() {
    CopyBuffer buffer = new CopyBuffer(16_384);
    buffer.putBytes(new byte[20_000]);
    byte[] usual = buffer.array();
    buffer.reset();
    assertThat(buffer.array(), sameInstance(usual));
    buffer.putBytes(new byte[1_000_000]);
    assertThat(buffer.capacity(), greaterThanOrEqualTo(1_000_000));
    buffer.reset();
    assertThat(buffer.capacity(), is(16_384));
    assertThat(buffer.size(), is(0));
  }

  @Test
  void rowsAreLimitedAndOnlyRows() {
    CopyBuffer buffer = new CopyBuffer(0, 10);
    for (int i = 0; i < 5; i++) {
      buffer.startRow();
      buffer.putBytes(new byte[10]);
    }
    RefusedValueException refusal =
        assertThrows(RefusedValueException.class, () -> buffer.putByte(1));
    assertThat(refusal.getMessage(), containsString("more than the 1 GB that PostgreSQL takes"));
    buffer.dropRow();
    assertThat(buffer.size(), is(40));
  }

  @Test
  void truncateRefusesWhatIsNoPosition() {
    CopyBuffer buffer = new CopyBuffer(0);
    buffer.putInt(1);
    buffer.truncate(2);
    assertThat(Encoded.hex(buffer), is("0000"));
    assertThrows(IllegalArgumentException.class, () -> buffer.truncate(3));
  }

  @Test
  void streamAppends() throws IOException {
    CopyBuffer buffer = new CopyBuffer(0);
    buffer.asStream().write(255);
    buffer.asStream().write(new byte[] {1, 2, 3}, 1, 2);
    assertThat(Encoded.hex(buffer), is("ff0203"));
  }
}
